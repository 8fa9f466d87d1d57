"""What is known on a path through a function: who the caller proved to be, and what went wrong on the way."""

from __future__ import annotations

import enum
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Self


class ProofKind(enum.StrEnum):
    """What a fact about a path says.

    The first group answers "who is calling?", the second "may they, and what did they send?", with ``Fact.of`` naming
    the record or the part of the request; LIMITED says how often they call: see ``limits``. The third explains what is
    absent. The last is only ever attempted: it tells that a machine delivers something, how its signature is checked,
    and which requests come with a cookie.
    """

    SESSION = "session"
    TOKEN = "token"  # noqa: S105 - a kind of proof, no secret
    SECRET = "secret"  # noqa: S105 - a kind of proof, no secret
    SIGNATURE = "signature"
    CREDENTIAL = "credential"
    CAPABILITY = "capability"
    OPTED_OUT = "opted-out"
    EXEMPT = "exempt"
    MARKED_PUBLIC = "marked-public"

    OWNED = "owned"
    ROLE = "role"
    WITHIN = "within"
    CHECKED = "checked"
    CLAIMED = "claimed"
    SENT = "sent"
    ASKED_FOR = "asked for"
    METHOD = "method"
    BOUNDED = "bounded"
    LIMITED = "limited"
    ERROR = "error"

    UNRESOLVED = "unresolved"
    CONFIGURED = "configured"
    UNLESS = "unless"
    FORGEABLE = "forgeable"
    UNSET_SECRET = "unset-secret"  # noqa: S105 - a kind of note, no secret
    CAUGHT = "caught"
    NOT_AWAITED = "not-awaited"

    DELIVERY = "delivery"
    SIGNED = "signed"
    COOKIE = "cookie"

    __hash__ = str.__hash__  # it is asked for with every fact


PROVING = frozenset(
    {
        ProofKind.SESSION,
        ProofKind.TOKEN,
        ProofKind.SECRET,
        ProofKind.SIGNATURE,
        ProofKind.CREDENTIAL,
        ProofKind.CAPABILITY,
    }
)


PARSED, TYPED, LOOSELY = "parsed ", "type of ", "loosely "
"""Begin what a CHECKED fact is about: a value that went through a schema, whatever is then used of it; one of which no
more is known than that it is a text or a list; and an origin whose test lets a stranger's pass as well."""


MAX_MADE = 1 << 16
_made: dict[tuple[object, ...], Any] = {}
IF_SENT = "?"
"""Ends what an OWNED fact is about where it holds only if that part of the request was sent."""
LIMITER = "limiter"
"""The source of a LIMITED fact where there can be no other reason to count."""
AT_TIMES = "?"
"""Ends what a LIMITED fact is about where only some of the paths that met here passed the limit."""


@dataclass(frozen=True, slots=True)
class Fact:
    """``file`` and ``at`` (packed) are where it was seen; two facts of one kind and place are the same fact.

    ``source`` names what a person's identity was taken from: a library, or ``cookie <name>``; it is empty for machines.
    ``of`` is what the fact is about, where it is about one record or one part of the request and not about the caller.
    One that was made before is handed out again: sets of facts are compared all the time, and what is the same object
    need not be compared.
    """

    kind: ProofKind
    file: str
    at: int
    says: str = field(default="", compare=False)
    polarity: bool = True
    source: str = field(default="", compare=False)
    of: str = ""

    def __new__(
        cls, kind: ProofKind, file: str, at: int, says: str = "", polarity: bool = True, source: str = "", of: str = ""
    ) -> Self:
        key = kind, file, at, says, polarity, source, of
        made = _made.get(key)
        if made is None:
            if len(_made) >= MAX_MADE:
                _made.clear()
            made = _made[key] = object.__new__(cls)
        found: Self = made
        return found

    @property
    def proves(self) -> bool:
        return self.kind in PROVING

    @property
    def parts_paths(self) -> bool:
        """Whether paths that know this are kept apart from those that do not, whoever the caller is."""
        if self.kind is ProofKind.LIMITED:
            return not self.polarity and self.source == LIMITER
        return self.kind is ProofKind.METHOD or (self.kind is ProofKind.CHECKED and self.of.startswith(PARSED))


Facts = frozenset[Fact]
NOTHING: Facts = frozenset()


def proven(facts: Facts) -> bool:
    """Whether any of these facts says who is calling."""
    # A loop, for this is asked more often than anything else, and mostly of a fact or two.
    for fact in facts:  # noqa: SIM110
        if fact.kind in PROVING:
            return True
    return False


def contradictory(facts: Facts) -> bool:
    """Whether no real path can know all of this: a variable has two values, a request two methods, or a part of it was
    sent and was not."""
    facts = frozenset([fact for fact in facts if fact.kind in _EXCLUDING])
    if len(facts) < 2:
        return False
    methods = {(fact.of, fact.polarity) for fact in facts if fact.kind is ProofKind.METHOD}
    asked = {of for of, polarity in methods if polarity}
    if len(asked) > 1 or any((of, False) in methods for of in asked):
        return True
    sent = {fact.of for fact in facts if fact.kind is ProofKind.SENT and fact.polarity}
    if sent and any(fact.kind is ProofKind.SENT and not fact.polarity and fact.of in sent for fact in facts):
        return True
    unset = {fact.file for fact in facts if fact.kind is ProofKind.UNSET_SECRET and fact.polarity}
    if unset and any(
        fact.kind is ProofKind.UNSET_SECRET and not fact.polarity and fact.file in unset for fact in facts
    ):
        return True
    settings = [fact for fact in facts if fact.kind is ProofKind.CONFIGURED]
    chosen = {fact.file: fact.at for fact in settings if fact.polarity}
    return any((chosen[fact.file] == fact.at) != fact.polarity for fact in settings if fact.file in chosen)


_EXCLUDING = frozenset({ProofKind.METHOD, ProofKind.SENT, ProofKind.UNSET_SECRET, ProofKind.CONFIGURED})


def configured(setting: str, choice: str, says: str, *, polarity: bool = True) -> Fact:
    """The note that a setting of the deployment is this one: two values of one setting exclude each other."""
    return Fact(ProofKind.CONFIGURED, setting, zlib.crc32(choice.encode()), says, polarity)


def in_order(facts: Iterable[Fact]) -> list[Fact]:
    """These facts in the order of their places: a set is walked in another order on every run."""
    return sorted(facts, key=lambda fact: (fact.file, fact.at, fact.kind, fact.of, not fact.polarity))


def shared(known: Iterable[Facts]) -> Facts:
    """What several paths have in common. Where each proves the caller in its own way, the caller is proven."""
    each = list(known)
    if not each:
        return NOTHING
    if all(facts == each[0] for facts in each):
        return each[0]
    common = frozenset.intersection(*each)
    apart = [facts - common for facts in each]
    about = {fact.kind for facts in apart for fact in facts if fact.of} if len(each) > 1 else set()
    if about:
        common |= _known_in_all(each, apart) | _known_if_sent(each)
    if ProofKind.LIMITED in about:
        common |= _limited_at_times(apart)
    if len(each) > 1 and not proven(common):
        strangers = [facts for facts in each if not proven(facts)]
        if not strangers:
            return common | {fact for facts in each for fact in facts if fact.kind in PROVING}
        if len(strangers) < len(each) or any(_has_unless(facts) for facts in strangers):
            return common | _proven_unless(strangers)
    return common


def _has_unless(facts: Facts) -> bool:
    return any(fact.kind is ProofKind.UNLESS for fact in facts)


def _proven_unless(strangers: list[Facts]) -> Facts:
    """Where the others are proven: the settings that all of these paths need are what it takes to pass as nobody."""
    each = ({(fact.file, fact.at, fact.says) for fact in settings_in(facts)} for facts in strangers)
    needed = set[tuple[str, int, str]].intersection(*each)
    return frozenset(Fact(ProofKind.UNLESS, file, at, says) for file, at, says in needed)


def settings_in(facts: Facts) -> list[Fact]:
    """The settings that a deployment must have for a caller who has proved nothing to come this way."""
    return [fact for fact in facts if fact.kind in _SETTINGS and fact.polarity]


_SETTINGS = frozenset({ProofKind.CONFIGURED, ProofKind.UNLESS})


def _known_in_all(each: list[Facts], apart: list[Facts]) -> Facts:
    """Facts of the same thing that every path learned, each in its own place; who has the role may touch any record.

    ``apart`` are those of each path that they do not have in common anyway.
    """
    first, *others = apart
    found = {fact for fact in first if fact.of}
    for facts in others:
        found |= {fact for fact in facts if fact.of and fact.kind is ProofKind.OWNED and fact.polarity}
    if not found:
        return NOTHING
    known = [_told(facts) for facts in each]
    return frozenset(fact for fact in found if all(_knows(told, fact) for told in known))


def _limited_at_times(apart: list[Facts]) -> Facts:
    """The limits that some of these paths have passed, where none of the others is known to be beyond them."""
    limits = [fact for facts in apart for fact in facts if fact.kind is ProofKind.LIMITED]
    if not limits:
        return NOTHING
    beyond = {(fact.file, fact.at) for fact in limits if not fact.polarity}
    passed = (fact for fact in limits if fact.polarity and (fact.file, fact.at) not in beyond)
    return frozenset(fact if fact.of.endswith(AT_TIMES) else replace(fact, of=fact.of + AT_TIMES) for fact in passed)


def _known_if_sent(each: list[Facts]) -> Facts:
    """What is the caller's, or is good, on every path on which it was sent: ``if (id && !isMine(id)) return``."""
    unsent = {fact.of for facts in each for fact in facts if fact.kind is ProofKind.SENT and not fact.polarity}
    found: set[Fact] = set()
    for name in unsent:
        known = [_vouching(facts, name) for facts in each]
        if all(known):
            found.update(
                replace(fact, of=name + IF_SENT)
                for fact in map(_first, known)
                if fact.kind is ProofKind.OWNED and not fact.of.endswith(IF_SENT)
            )
            found.update(fact for facts in known for fact in facts if fact.of.endswith(IF_SENT))
        dotted = name.replace(":", ".", 1)
        for of in (dotted, TYPED + dotted):
            checked = [_checking(facts, of) for facts in each]
            if all(one or _was_not_sent(facts, name) for one, facts in zip(checked, each, strict=True)):
                found.update(fact for one in checked for fact in one)
        found.update(_bounded_if_sent(each, name, dotted))
    return frozenset(found)


def _bounded_if_sent(each: list[Facts], name: str, dotted: str) -> set[Fact]:
    """What bounds this part of a request on every path on which it was sent."""
    told = {fact for facts in each for fact in facts if fact.kind is ProofKind.BOUNDED and fact.of.endswith(dotted)}
    return {
        fact
        for fact in told
        if all(any(one.of == fact.of for one in facts) or _was_not_sent(facts, name) for facts in each)
    }


def _checking(facts: Facts, of: str) -> list[Fact]:
    return [fact for fact in facts if fact.kind is ProofKind.CHECKED and fact.of == of]


def _was_not_sent(facts: Facts, name: str) -> bool:
    return any(fact.kind is ProofKind.SENT and not fact.polarity and fact.of == name for fact in facts)


def _vouching(facts: Facts, name: str) -> list[Fact]:
    """The facts by which a path knows that this is the caller's, or that it was not sent."""
    names = {name, name + IF_SENT}
    return [
        fact
        for fact in facts
        if (fact.kind is ProofKind.OWNED and fact.polarity and fact.of in names)
        or (fact.kind is ProofKind.SENT and not fact.polarity and fact.of == name)
        or (fact.kind is ProofKind.ROLE and fact.polarity)
    ]


def _first(facts: list[Fact]) -> Fact:
    return min(facts, key=lambda fact: (fact.kind is not ProofKind.OWNED, fact.file, fact.at, fact.of))


_Told = frozenset[tuple[ProofKind, str, bool]]
_ANY_ROLE = (ProofKind.ROLE, "*", True)


@lru_cache(maxsize=4096)
def _told(facts: Facts) -> _Told:
    """What these facts are about and say of it, wherever they were learned."""
    told = {(fact.kind, fact.of, fact.polarity) for fact in facts}
    if any(fact.kind is ProofKind.ROLE and fact.polarity for fact in facts):
        told.add(_ANY_ROLE)
    return frozenset(told)


def _knows(told: _Told, wanted: Fact) -> bool:
    if (wanted.kind, wanted.of, wanted.polarity) in told:
        return True
    return wanted.kind is ProofKind.OWNED and wanted.polarity and _ANY_ROLE in told
