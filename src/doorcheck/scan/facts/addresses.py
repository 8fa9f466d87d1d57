"""Where a call comes from: what the platform says of it, and what the caller does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from doorcheck.scan.facts.values import Input

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Evaluator


def tells_where_from(ev: Evaluator, value: Input) -> bool:
    """Whether this part of the request says from which address it came, whoever wrote it there."""
    if value.channel == "address":
        return True
    name = value.path[0].lower() if value.path else ""
    words = ev.knowledge.words
    return value.channel == "header" and (name in words["forwarded_headers"] or name in words["address_headers"])
