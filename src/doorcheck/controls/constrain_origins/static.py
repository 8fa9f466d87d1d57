"""Which other sites may read what the door answers?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from doorcheck.controls.constrain_origins import spec
from doorcheck.core import Confidence, Held, Missing, NotNeeded, Severity, Unknown, Verdict, Why, Written
from doorcheck.core.door import DoorKind
from doorcheck.scan.doors.site import Allowance
from doorcheck.scan.facts import origins
from doorcheck.scan.facts.following import WayOut
from doorcheck.scan.facts.origins import Allowed, Kind
from doorcheck.scan.facts.proofs import ProofKind, in_order
from doorcheck.scan.facts.replies import header_on
from doorcheck.scan.facts.values import Const, Env, Input, Value, made_from
from doorcheck.scan.judging import DoorCase, asked_here, not_followed, place, seen_effect, seen_fact

_ORIGIN, _CREDENTIALS = "access-control-allow-origin", "access-control-allow-credentials"
_BY_COOKIE = frozenset({ProofKind.SESSION, ProofKind.CREDENTIAL})
_WORST = (Kind.ECHOED, Kind.LOOSE, Kind.NULL, Kind.ANY)
_WAYS = {Kind.ECHOED: spec.ECHOED, Kind.LOOSE: spec.LOOSE, Kind.NULL: spec.NULL, Kind.ANY: spec.ANY}
_NO_CORS = "allows no other site's origin: browsers keep its answer from their pages"
_NO_COOKIES = "any site's page may read the answer, but browsers send no cookies along"


@dataclass(frozen=True, slots=True)
class _Said:
    """What one way out says of origins, and whether with credentials; None where that hangs on a setting."""

    allowed: Allowed
    credentials: bool | None
    evidence: Written
    doubt: Written | None = None


def judge(case: DoorCase) -> Verdict:
    """The verdict on one door."""
    if case.door.kind is DoorKind.SERVER_ACTION:
        return NotNeeded("Next.js calls an action for its own origin only")
    if case.trace.own_handler is not None:
        return NotNeeded(f"{case.trace.own_handler}: it answers other sites by its own rules")
    unknown = not_followed(case)
    if unknown is not None:
        return unknown
    said = [each for way in case.trace.ways_out if asked_here(case, way.facts) for each in _said(way)]
    said = said or [_beside(each) for each in case.allowed()]
    if not said:
        return NotNeeded(_NO_CORS)
    return _worst(case, said)


def _said(way: WayOut) -> Iterator[_Said]:
    value = header_on(way, _ORIGIN)
    if value is None:
        return
    credentials = _is_true(header_on(way, _CREDENTIALS))
    unresolved = in_order(fact for fact in way.facts if fact.kind is ProofKind.UNRESOLVED)
    doubt = Written(unresolved[0].says, place(unresolved[0].file, unresolved[0].at)) if unresolved else None
    for allowed in origins.allowed_by(value, way.facts):
        yield _Said(allowed, credentials, Written(allowed.says, place(*way.at)), doubt)


def _beside(allowance: Allowance) -> _Said:
    """What is said for the path of a door that says nothing itself."""
    evidence = Written(f"{allowance.by} {allowance.says}", allowance.at)
    return _Said(Allowed(Kind(allowance.kind), allowance.says), allowance.credentials, evidence)


def _is_true(value: Value | None) -> bool | None:
    """Whether credentials are allowed."""
    if value is None:
        return False
    found = [part for part in made_from(value, 20) if isinstance(part, Const | Env)]
    if any(isinstance(part, Const) and part.value in {"true", True} for part in found):
        return True
    return None if any(isinstance(part, Env) for part in found) else False


def _worst(case: DoorCase, said: list[_Said]) -> Verdict:
    named = any(each.allowed.kind in {Kind.FIXED, Kind.CHECKED} for each in said)
    for kind in _WORST:
        for each in said:
            # beside named origins ``*`` stands for a request without one, and browsers refuse it with credentials
            if each.allowed.kind is kind and each.credentials and not (named and kind is Kind.ANY):
                return _missing(case, each)
    untold = next((each for each in said if each.allowed.kind is Kind.UNTOLD), None)
    if untold is not None:
        return _untold(untold)
    checked = [each for each in said if each.allowed.kind in {Kind.FIXED, Kind.CHECKED}]
    open_ = [each for each in said if each.allowed.kind in _WORST]
    if checked and all(each.allowed.kind is Kind.ANY for each in open_):
        seen = tuple(dict.fromkeys(piece for each in checked for piece in _evidence(each)))
        return Held(f"{checked[0].allowed.says}, and no other", seen[:4])
    loose = next((each for each in open_ if each.allowed.kind is Kind.LOOSE), None)
    if loose is not None:
        return Missing(
            spec.LOOSE, f"{loose.allowed.says}; no cookies are sent along", _evidence(loose), Severity.LOW,
            Confidence.LOW,
        )  # fmt: skip
    return NotNeeded(_NO_COOKIES, _evidence(open_[0]))


def _untold(said: _Said) -> Verdict:
    says = said.allowed.says
    return Unknown(Why.UNRESOLVED_CALL, f"which origins are allowed could not be told: {says}", _evidence(said))


def _evidence(said: _Said) -> tuple[Written, ...]:
    if said.allowed.at is None:
        return (said.evidence,)
    return Written(said.allowed.says, place(*said.allowed.at)), said.evidence


def _missing(case: DoorCase, said: _Said) -> Verdict:
    kind = said.allowed.kind
    kept = _looked_up(case) if kind is Kind.ECHOED else None
    if kept is not None:
        return Held("the origin is looked up before it is allowed", (kept, said.evidence))
    doubt = (said.doubt or _perhaps(case)) if kind is Kind.ECHOED else None
    if doubt is not None:
        says = f"whether the origin is checked hangs on a call that could not be followed: {doubt.says}"
        return Unknown(Why.UNRESOLVED_CALL, says, (doubt, said.evidence))
    if kind is Kind.ANY:
        says = "credentials are allowed for every origin; browsers refuse the two together, so nobody's cookies count"
        return Missing(spec.ANY, says, _evidence(said), Severity.LOW, Confidence.LOW)
    says = {
        Kind.ECHOED: "any site's page can call this with the visitor's cookies and read the answer",
        Kind.LOOSE: f"{said.allowed.says}: its pages can call this with the visitor's cookies and read the answer",
        Kind.NULL: "a sandboxed frame of any site can call this with the visitor's cookies and read the answer",
    }[kind]
    return Missing(_WAYS[kind], says, _evidence(said), _stake(case, kind))


def _looked_up(case: DoorCase) -> Written | None:
    """The record by which the door knows the origin, where it looks one up."""
    for each in case.trace.happenings:
        effect = each.effect
        if effect.kind != "database" or effect.writes:
            continue
        parts = (part for value in effect.chooses for part in made_from(value, 40) if isinstance(part, Input))
        if any(origins.subject_of(part) is not None for part in parts):
            return seen_effect(effect, each.through)
    return None


def _perhaps(case: DoorCase) -> Written | None:
    """The call of a package nobody described that is given the origin."""
    about = (fact for fact in case.trace.attempts if fact.of.startswith(origins.PERHAPS))
    return next((seen_fact(fact) for fact in in_order(about)), None)


def _stake(case: DoorCase, kind: Kind) -> Severity:
    """How bad it is: by whether cookies say who is calling."""
    if case.door.methods == ("OPTIONS",):
        return Severity.MEDIUM  # it only announces what the other methods then say themselves
    proofs = [fact for fact in case.trace.attempts if fact.proves]
    if any(fact.kind in _BY_COOKIE or fact.source.startswith("cookie") for fact in proofs):
        return Severity.HIGH if kind is Kind.ECHOED else Severity.MEDIUM
    return Severity.LOW
