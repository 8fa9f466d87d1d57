"""JSON objects that strangers send, read so that no two readers can differ about what they say."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NoReturn

from doorcheck.guard.sessions.credentials import SessionRefused

LONGEST = 64 * 1024


def read_object(content: bytes) -> dict[str, Any]:
    """The JSON object in these bytes of UTF-8 (RFC 8259).

    Raises ``SessionRefused`` for anything else, for a name that stands twice in one object, for ``NaN`` and
    ``Infinity``, and for what is too long or nested too deeply to be read.
    """
    if len(content) > LONGEST:
        raise SessionRefused("the JSON is too long")
    try:
        value = json.loads(content.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise SessionRefused("no JSON that can be read") from None
    if not isinstance(value, dict):
        raise SessionRefused("the JSON is no object")
    return value


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON")
