"""What somebody who wrote a word wrong may have meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A clause that names the known word most like this one; empty where none is."""
    near = difflib.get_close_matches(word[:100].lower(), list(known), n=1, cutoff=0.6)
    return f"did you mean {near[0]}?" if near else ""
