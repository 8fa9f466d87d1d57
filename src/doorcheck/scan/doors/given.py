"""What of that which a component in the browser is given is not for browsers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from doorcheck.core import Written
from doorcheck.scan.doors.kept import place
from doorcheck.scan.doors.sent import Sent
from doorcheck.scan.doors.tainted import Tainted
from doorcheck.scan.doors.variables import holds_secret, may_be_shared
from doorcheck.scan.facts.brought import Brought, Good, brought_by, good_of
from doorcheck.scan.facts.crossing import parts_sent
from doorcheck.scan.facts.evaluator import Evaluator
from doorcheck.scan.facts.handing import Handed
from doorcheck.scan.facts.settings import is_public
from doorcheck.scan.facts.values import Env, Query, Row, Session
from doorcheck.scan.project.database.naming import plain
from doorcheck.scan.project.skim import Skim

_WHOLE = frozenset({"session"})
_MAY_BE_WHOLE = re.compile(r"^$|(?:session|auth|user|account|data)$")
"""Names of properties that may be given all of a session, and not its id or one other part."""
_KEY = re.compile(r"(?:KEY|TOKEN|CREDENTIALS?)$", re.IGNORECASE)
"""How variables end that may hold a secret, or a key that its service means browsers to have."""
_SHOWN_NAMES = 4


@dataclass(frozen=True, slots=True)
class Told:
    """What one property sends that it should not, and what shows that it sends less."""

    sent: tuple[Sent, ...] = ()
    held: tuple[Written, ...] = ()


class Given:
    """Tells what properties send."""

    def __init__(self, ev: Evaluator, skim_of: Callable[[str], Skim | None], tainted: Tainted) -> None:
        self._ev = ev
        self._skim_of = skim_of
        self._tainted = tainted
        self._providing: dict[str, bool] = {}

    def told(self, handed: Handed) -> Told:
        """What this property sends."""
        parts = list(parts_sent(handed.value))
        sent = tuple(found for part in parts for found in self._of(handed, part))
        if sent or not any(map(self._is_narrow, parts)):
            return Told(sent)
        return Told((), (_here(handed, _gets(handed, "only what is named")),))

    def _of(self, handed: Handed, value: Session | Env | Row | Query) -> Iterator[Sent]:
        if isinstance(value, Env):
            yield from self._variable(handed, value)
        elif isinstance(value, Session):
            yield from self._session(handed, value)
        else:
            yield from self._record(handed, _row(value))

    def _is_narrow(self, value: Session | Env | Row | Query) -> bool:
        """Whether this is less than all of a session, or of a record that has more than browsers are to have."""
        if isinstance(value, Session):
            return bool(value.path)
        return not isinstance(value, Env) and brought_by(self._ev.schema, _row(value), value.effect).held_back

    def _variable(self, handed: Handed, value: Env) -> Iterator[Sent]:
        words = self._ev.knowledge.words
        if is_public(value.name) or self._tainted.holds(value):
            return
        certain = holds_secret(value.name, words)
        if certain or (_KEY.search(value.name) and not may_be_shared(value.name, words)):
            sure = 2 if certain else 0
            says = _gets(handed, f"the server's variable {value.name}")
            yield Sent("secret", (value.name,), says, (_here(handed, says),), sure)

    def _session(self, handed: Handed, value: Session) -> Iterator[Sent]:
        if value.proof.kind.value != "session" or self._provides(handed.module) or self._tainted.holds(value):
            return
        source = Written(value.proof.says, place(value.proof.file, value.proof.at))
        last = value.path[-1] if value.path else ""
        if self._is_token(last):
            says = _gets(handed, f"`{last}` of the session")
            yield Sent("token", (last,), says, (_here(handed, says), source), 2)
        elif last in _WHOLE or (not value.path and _MAY_BE_WHOLE.search(handed.name.lower())):
            says = _gets(handed, "the whole session")
            yield Sent("session", (), says, (_here(handed, says), source), 0)

    def _record(self, handed: Handed, row: Row) -> Iterator[Sent]:
        effect = row.effect
        if effect.kind != "database" or self._tainted.holds(row):
            return
        found = brought_by(self._ev.schema, row, effect)
        graded = {one: grade for one in found.brought if (grade := _grade_of(one, row)) is not None}
        if not graded:
            return
        worst = max(graded.values())
        told = [one for one, grade in sorted(graded.items(), key=_worst_first) if grade > 0 or worst == 0]
        columns = tuple(dict.fromkeys(one.column.name for one in told))
        whole = "" if all(one.named for one in told) else "a whole "
        what = f"{whole}{told[0].model.name}"
        if told[0].path and found.model is not None:
            what = f"{found.model.name} with {what} in it"
        says = f"{_gets(handed, what)}, {_listed(columns)} included"
        seen = _here(handed, says), Written(effect.says, place(effect.file, effect.at))
        yield Sent("columns", columns, says, seen, worst if found.sure else 0)

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


def _grade_of(brought: Brought, row: Row) -> int | None:
    """How sure it is that a browser has no use for this column; None where it may be meant for whoever looks."""
    good = good_of(brought)
    if good is Good.NOBODY and brought.model.is_account:
        return 2
    if good is Good.KEY and not brought.named:
        return 1 if brought.model.is_account else 0
    if good is Good.KEY and brought.model.is_account and (brought.many or not row.own):
        return 1
    return 0 if good is Good.NOBODY else None


def _listed(names: tuple[str, ...]) -> str:
    each = [f"`{name}`" for name in names]
    if len(each) > _SHOWN_NAMES:
        return f"{', '.join(each[:_SHOWN_NAMES])} and {len(each) - _SHOWN_NAMES} more"
    return each[0] if len(each) == 1 else f"{', '.join(each[:-1])} and {each[-1]}"


def _row(value: Row | Query) -> Row:
    return Row(value.effect) if isinstance(value, Query) else value


def _worst_first(graded: tuple[Brought, int]) -> int:
    return -graded[1]


def _here(handed: Handed, says: str) -> Written:
    return Written(says, place(handed.file, handed.at))


def _gets(handed: Handed, what: str) -> str:
    how = f"as `{handed.name}`" if handed.name else "as its properties"
    return f"{handed.component} in the browser is given {what} {how}"
