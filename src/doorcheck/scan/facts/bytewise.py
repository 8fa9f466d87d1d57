"""Comparisons written by hand that take the same time whatever they compare: byte by byte, differences added up."""

from __future__ import annotations

from doorcheck.scan.facts.values import Alternative, Choice, Const, Derived, Value, made_from


def added_up(left: Value, right: Value) -> tuple[Value, Value] | None:
    """What a constant-time comparison written by hand compares: it adds up ``a ^ b`` and asks whether that is 0."""
    for total, zero in ((left, right), (right, left)):
        if isinstance(zero, Const) and zero.value == 0 and isinstance(total, Choice | Derived):
            each = next(
                (part for part in made_from(total, 40) if isinstance(part, Derived) and part.how == "xor"), None
            )
            if each is not None:
                return _whole(each.parts[0]), _whole(each.parts[1])
    return None


def _whole(character: Value) -> Value:
    """What a character was taken from: ``text.charCodeAt(i)``, ``bytes[i]``."""
    if isinstance(character, Choice):
        found = tuple(Alternative(_whole(one.value), one.facts) for one in character.alternatives)
        return Choice(character.id, found)
    if isinstance(character, Derived) and character.how in {"call", "member"} and character.parts:
        return character.parts[0]
    return character
