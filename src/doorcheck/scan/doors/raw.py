"""Columns that an app's pages show as HTML."""

from __future__ import annotations

import msgspec

from doorcheck.core import Written


class Raw(msgspec.Struct, frozen=True, array_like=True):
    """One column of a model, by their names in the schema, in plain spelling; ``seen`` is where it becomes HTML.

    ``rendered`` where it is Markdown that is made into HTML first.
    """

    model: str
    column: str
    seen: Written
    rendered: bool = False
