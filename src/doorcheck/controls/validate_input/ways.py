"""Which way the check goes missing, how bad that is, and the sentences that say so."""

from __future__ import annotations

from collections.abc import Sequence

from doorcheck.controls.validate_input import spec
from doorcheck.controls.validate_input.uses import Judged, Standing
from doorcheck.core import Severity, Written
from doorcheck.scan.facts.checks import LEFT_OVER
from doorcheck.scan.facts.proofs import PARSED, Fact, ProofKind, in_order
from doorcheck.scan.facts.requests import name_of
from doorcheck.scan.facts.uses import Place
from doorcheck.scan.judging import DoorCase, place, seen_fact

_SENTENCES = {
    spec.NO_SCHEMA: "{what} is used as it was sent: {effect}",
    spec.RAW_AFTER_PARSE: "{what} is parsed, but what was sent is used, not what the schema gave back: {effect}",
    spec.CAST_ONLY: "{what} is only declared to be of a type, which nothing checks: {effect}",
    spec.IGNORED_RESULT: "{what} is checked, but used whatever the result: {effect}",
    spec.MAY_BE_ABSENT: "{what} is looked up though it may not have been sent: {effect}",
    spec.ACCEPTS_ANYTHING: "{what} passes a schema that lets anything through: {effect}",
}
_ORDER = (
    spec.RAW_AFTER_PARSE,
    spec.IGNORED_RESULT,
    spec.CAST_ONLY,
    spec.NO_SCHEMA,
    spec.MAY_BE_ABSENT,
    spec.ACCEPTS_ANYTHING,
)
_STAKES = {
    "process": Severity.HIGH,
    "file": Severity.HIGH,
    "database": Severity.MEDIUM,
    "payment": Severity.MEDIUM,
    "mail": Severity.MEDIUM,
    "model": Severity.MEDIUM,
    "account": Severity.MEDIUM,
}
_DANGEROUS = {Place.COMMAND, Place.QUERY}
MAX_NAMED = 3


def way_of(case: DoorCase, raw: Sequence[Judged]) -> tuple[str, tuple[Written, ...]]:
    """The way in which the check is missing, with the nearest check that does not count."""
    ways = {_way(case, one): one for one in reversed(raw)}
    way = next(each for each in _ORDER if each in ways)
    return way, _nearest(case, ways[way], way)


def fits(case: DoorCase, one: Judged, way: str) -> bool:
    """Whether this use goes unchecked in this way."""
    return _way(case, one) == way


def _way(case: DoorCase, one: Judged) -> str:
    if one.standing is Standing.ABSENT:
        return spec.MAY_BE_ABSENT
    check = one.use.input.check
    if check is not None and not check.cast:
        return spec.ACCEPTS_ANYTHING
    if _parsed(one.use.facts, one):
        return spec.RAW_AFTER_PARSE
    if _parsed(case.trace.attempts, one):
        return spec.IGNORED_RESULT
    return spec.CAST_ONLY if check is not None and check.cast != LEFT_OVER else spec.NO_SCHEMA


def _parsed(facts: frozenset[Fact], one: Judged) -> Fact | None:
    """The schema that this value, or what it is part of, went through."""
    name = name_of(one.use.input)
    for fact in in_order(facts):
        whole = fact.of.removeprefix(PARSED) if fact.kind is ProofKind.CHECKED and fact.of.startswith(PARSED) else None
        if whole is not None and (name == whole or name.startswith((f"{whole}.", f"{whole}["))):
            return fact
    return None


def _nearest(case: DoorCase, one: Judged, way: str) -> tuple[Written, ...]:
    fact = _parsed(one.use.facts, one) or _parsed(case.trace.attempts, one)
    check = one.use.input.check
    if way in {spec.RAW_AFTER_PARSE, spec.IGNORED_RESULT} and fact is not None:
        return (seen_fact(fact),)
    if way == spec.ACCEPTS_ANYTHING and check is not None:
        return (Written("passes a schema that lets anything through", place(check.file, check.at)),)
    return ()


def shown(one: Judged) -> str:
    """The part of the request that is used, as one would write it."""
    value = one.use.input
    name = name_of(value)
    if value.channel == "argument":
        first, *rest = name.removeprefix("argument.").split(".", 1)
        return f"`{'.'.join(('input' if first.isdigit() else first, *rest))}`"
    return f"`{name}`"


def sentence(way: str, worst: Judged, raw: Sequence[Judged]) -> str:
    """What is wrong, in one sentence."""
    names = list(dict.fromkeys(shown(one) for one in [worst, *raw] if one.happening is worst.happening))
    what = ", ".join(names[:MAX_NAMED])
    if len(names) > MAX_NAMED:
        what = f"{what} and {len(names) - MAX_NAMED} more"
    said = _SENTENCES[way].format(what=what, effect=worst.happening.effect.says)
    return said.replace(" is ", " are ", 1) if len(names) > 1 else said


def stake_of(one: Judged) -> Severity:
    """How bad it is that this is used unchecked."""
    effect = one.happening.effect
    if one.use.place in _DANGEROUS or (effect.kind == "file" and one.use.place is Place.PATH):
        return Severity.HIGH
    if one.use.place is Place.ADDRESS:
        return Severity.MEDIUM
    if one.use.unique or (effect.kind == "database" and not effect.writes and one.use.place is Place.RANGE):
        return Severity.LOW
    stake = _STAKES.get(effect.kind, Severity.LOW)
    return Severity.MEDIUM if effect.kind == "file" else stake
