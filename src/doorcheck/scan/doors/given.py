"""What of that which a component in the browser is given is not for browsers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from doorcheck.core import Written
from doorcheck.scan.doors.kept import place
from doorcheck.scan.doors.sent import Sent
from doorcheck.scan.doors.variables import holds_secret, may_be_shared
from doorcheck.scan.facts.crossing import Part, parts_sent
from doorcheck.scan.facts.evaluator import Evaluator
from doorcheck.scan.facts.handing import Handed
from doorcheck.scan.facts.settings import is_public, is_secret_name
from doorcheck.scan.facts.values import Env, Row, Session
from doorcheck.scan.project.database.naming import plain
from doorcheck.scan.project.skim import Skim

_WHOLE = frozenset({"session"})
_SHOWN_NAMES = 4


@dataclass(frozen=True, slots=True)
class Told:
    """What one property sends that it should not, and what shows that it sends less."""

    sent: tuple[Sent, ...] = ()
    held: tuple[Written, ...] = ()


class Given:
    """Tells what properties send."""

    def __init__(self, ev: Evaluator, skim_of: Callable[[str], Skim | None]) -> None:
        self._ev = ev
        self._skim_of = skim_of
        self._providing: dict[str, bool] = {}

    def told(self, handed: Handed) -> Told:
        """What this property sends."""
        sent: list[Sent] = []
        narrow = False
        for part in parts_sent(handed.value):
            found = list(self._of(handed, part))
            sent.extend(found)
            narrow = narrow or (not found and isinstance(part.value, Session | Row) and bool(part.value.path))
        held: tuple[Written, ...] = ()
        if narrow and not sent:
            held = (Written(f"{_to(handed)} only what is named", place(handed.file, handed.at)),)
        return Told(tuple(sent), held)

    def _of(self, handed: Handed, part: Part) -> Iterator[Sent]:
        value = part.value
        if isinstance(value, Env):
            yield from self._variable(handed, value, part)
        elif isinstance(value, Session):
            yield from self._session(handed, value, part)

    def _variable(self, handed: Handed, value: Env, part: Part) -> Iterator[Sent]:
        words = self._ev.knowledge.words
        if is_public(value.name) or not is_secret_name(value.name):
            return
        certain = holds_secret(value.name, words)
        if certain or not may_be_shared(value.name, words):
            sure = 2 if certain and part.sure else 0
            says = f"{_to(handed)} the variable {value.name} of the server"
            yield Sent("secret", (value.name,), says, (Written(says, place(handed.file, handed.at)),), sure)

    def _session(self, handed: Handed, value: Session, part: Part) -> Iterator[Sent]:
        if value.proof.kind.value != "session" or self._provides(handed.module):
            return
        seen = (
            Written(_to(handed), place(handed.file, handed.at)),
            Written(value.proof.says, place(value.proof.file, value.proof.at)),
        )
        last = value.path[-1] if value.path else ""
        if self._is_token(last):
            says = f"{_to(handed)} {last} of the session"
            yield Sent("token", (last,), says, seen, 2 if part.sure else 0)
        elif not value.path or last in _WHOLE:
            yield Sent("session", (), f"{_to(handed)} the whole session", seen, 0)

    def _is_token(self, name: str) -> bool:
        words = self._ev.knowledge.words
        wanted = plain(name)
        return wanted in words["sensitive_columns"] and wanted in words["credential_columns"]

    def _provides(self, path: str) -> bool:
        """Whether a component's module imports a library's own provider of sessions, to hand the session on to it."""
        if path not in self._providing:
            found = self._skim_of(path)
            self._providing[path] = found is not None and any(
                asked in known.providers
                for link in found.links
                if (known := self._ev.knowledge.client_only.get(link.specifier)) is not None
                for asked, _ in link.names
            )
        return self._providing[path]


def _to(handed: Handed) -> str:
    what = f"as `{handed.name}`" if handed.name else "as properties"
    return f"{handed.component} in the browser is given {what}"
