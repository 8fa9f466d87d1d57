"""A place in a file as one integer, so that a summary stays small."""

from __future__ import annotations

COLUMN_BITS = 12
MAX_COLUMN = (1 << COLUMN_BITS) - 1


def pack(row: int, column: int) -> int:
    """A 0-based row and column as one integer."""
    return ((row + 1) << COLUMN_BITS) | min(column + 1, MAX_COLUMN)


def line_of(at: int) -> int:
    """The 1-based line of a packed position."""
    return at >> COLUMN_BITS


def column_of(at: int) -> int:
    """The 1-based column of a packed position."""
    return at & MAX_COLUMN
