"""How something the caller sent was checked: by which schema or test, and what that lets through."""

from __future__ import annotations

import enum
from dataclasses import dataclass

MAX_MEMBERS = 80
LEFT_OVER = "*left over"
"""The ``cast`` of what is left of an object that nobody checked; the members of its shape were taken out of it."""


class Kind(enum.Enum):
    """What a schema is a schema of. ``OPEN`` passes a check whose members are not known."""

    ANYTHING = "anything"
    SCALAR = "scalar"
    OBJECT = "object"
    LIST = "list"
    OPEN = "open"


class Unknowns(enum.Enum):
    """What happens to fields that an object's schema does not name."""

    STRIPPED = "strips"
    REJECTED = "rejects"
    KEPT = "keeps"


class Shape:
    """What a schema lets through. ``members`` is None where they are not known; ``items`` are of a list or record.
    ``plain`` when nothing but numbers, dates, identifiers or words of a fixed set get through.

    Shapes are compared by what they say, and each remembers its hash: they are part of many keys.
    """

    __slots__ = ("_hash", "items", "kind", "members", "plain", "unknowns")

    def __init__(
        self,
        kind: Kind,
        members: tuple[tuple[str, Shape], ...] | None = None,
        items: Shape | None = None,
        unknowns: Unknowns | None = None,
        *,
        plain: bool = False,
    ) -> None:
        self.kind = kind
        self.members = members
        self.items = items
        self.unknowns = unknowns
        self.plain = plain
        self._hash = hash((kind, members, items, unknowns, plain))

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return (
            isinstance(other, Shape)
            and self._hash == other._hash
            and (self.kind, self.unknowns, self.plain, self.items, self.members)
            == (other.kind, other.unknowns, other.plain, other.items, other.members)
        )

    def member(self, name: str) -> Shape:
        """The shape of one member; a field that is stripped or refused is not there at all."""
        if self.kind is Kind.LIST:
            return self.items or OPEN
        if self.kind is not Kind.OBJECT:
            return self
        found = next((shape for each, shape in self.members or () if each == name), None)
        if found is not None:
            return found
        if self.items is not None:
            return self.items
        return ANYTHING if self.members is not None and self.unknowns is Unknowns.KEPT else OPEN

    def with_unknowns(self, unknowns: Unknowns) -> Shape:
        """The same object with another answer to unknown fields."""
        return Shape(Kind.OBJECT, self.members, self.items, unknowns)


ANYTHING = Shape(Kind.ANYTHING)
SCALAR = Shape(Kind.SCALAR)
PLAIN = Shape(Kind.SCALAR, plain=True)
OPEN = Shape(Kind.OPEN)


@dataclass(frozen=True, slots=True)
class Check:
    """Where a value was checked, and what it was checked to be.

    ``cast`` is the type a value was only declared to have: that checks nothing. ``says`` is the check in a few words.
    """

    file: str
    at: int
    shape: Shape
    says: str = "checked by a schema"
    cast: str = ""

    @property
    def counts(self) -> bool:
        """Whether passing it says anything about the value."""
        return not self.cast and self.shape.kind is not Kind.ANYTHING


def below(check: Check | None, name: str) -> Check | None:
    """How a member of a checked value was checked."""
    if check is None or check.cast:
        return check if check is None or check.shape.members is None else _uncounted(check)
    shape = check.shape.member(name)
    return check if shape is check.shape else Check(check.file, check.at, shape, check.says)


def _uncounted(check: Check) -> Check | None:
    """What is known of a member of an object that was only declared to be of a type, once others were taken out."""
    return None if check.cast == LEFT_OVER else Check(check.file, check.at, ANYTHING, check.says, check.cast)


def object_of(members: dict[str, Shape], unknowns: Unknowns) -> Shape:
    """The shape of an object with these members; one with too many to keep is open."""
    if len(members) > MAX_MEMBERS:
        return Shape(Kind.OBJECT, None, None, unknowns)
    return Shape(Kind.OBJECT, tuple(members.items()), None, unknowns)


def either_of(shapes: list[Shape]) -> Shape:
    """What lets through whatever one of these does."""
    if not shapes:
        return OPEN
    if any(shape.kind is Kind.ANYTHING for shape in shapes):
        return ANYTHING
    objects = [shape for shape in shapes if shape.kind is Kind.OBJECT]
    if len(objects) != len(shapes):
        if all(shape.kind is Kind.SCALAR for shape in shapes):
            return PLAIN if all(shape.plain for shape in shapes) else SCALAR
        return shapes[0] if len(set(shapes)) == 1 else OPEN
    answers = [shape.unknowns for shape in objects]
    kept = next((answer for answer in (Unknowns.KEPT, Unknowns.STRIPPED) if answer in answers), Unknowns.REJECTED)
    members: dict[str, Shape] = {}
    for shape in objects:
        if shape.members is None:
            return Shape(Kind.OBJECT, None, shape.items, kept)
        for name, member in shape.members:
            members[name] = either_of([members[name], member]) if name in members else member
    return object_of(members, kept)
