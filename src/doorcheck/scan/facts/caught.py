"""An error that was caught, as a value."""

from __future__ import annotations

from doorcheck.scan.facts.values import Effect, Value

CAUGHT = "caught"
MAX_PATH = 4


class Caught(Value):
    """Something of an error that was caught: all of it, or what ``path`` names, as in ``e.response.data``.

    ``effects`` are the operations whose failure may have arrived, ``thrown`` what the code itself threw. ``told`` is
    what a test has told of its text: ``authored``, ``validation`` or ``language``; empty where nothing has. ``source``
    tells errors of one handler apart by what may have been thrown.
    """

    __slots__ = ("at", "effects", "file", "path", "source", "thrown", "told")

    def __init__(
        self,
        file: str,
        at: int,
        effects: tuple[Effect, ...],
        thrown: tuple[Value, ...],
        source: object,
        path: tuple[str, ...] = (),
        told: str = "",
    ) -> None:
        self.file = file
        self.at = at
        self.effects = effects
        self.thrown = thrown
        self.source = source
        self.path = path
        self.told = told

    @property
    def name(self) -> str:
        """What facts about this error are about."""
        return f"{self.file}:{self.at}"

    @property
    def mark(self) -> tuple[object, ...]:
        """What two errors agree on that are the same to whoever follows them, wherever they were caught."""
        return CAUGHT, self.path, self.told, self.source

    def with_part(self, name: str) -> Caught:
        """A member of it."""
        path = (*self.path, name)[:MAX_PATH]
        return Caught(self.file, self.at, self.effects, self.thrown, self.source, path, self.told)

    def known_to_be(self, told: str) -> Caught:
        """The same, now that something is known of its text."""
        return Caught(self.file, self.at, self.effects, self.thrown, self.source, self.path, told)
