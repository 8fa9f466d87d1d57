"""Does the door write only the fields it names?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from doorcheck.controls.refuse_unknown_fields import spec
from doorcheck.controls.refuse_unknown_fields.columns import within_reach
from doorcheck.core import Held, Missing, NotNeeded, Severity, Unknown, Verdict, Why, Written
from doorcheck.scan.facts.checks import Kind, Unknowns
from doorcheck.scan.facts.evaluator import Happening
from doorcheck.scan.facts.proofs import ProofKind
from doorcheck.scan.facts.requests import name_of
from doorcheck.scan.facts.uses import Form, Place, Use, uses_of
from doorcheck.scan.judging import DoorCase, asked_here, not_followed, place, seen_effect

_MAX_EVIDENCE = 6
_MAX_NAMED = 3
_RECORDS = frozenset({"body", "form", "argument", "query", "params"})
_ACCOUNTED = frozenset({Kind.SCALAR, Kind.LIST})


@dataclass(frozen=True, slots=True)
class _Write:
    """A part of the request in a write of the database."""

    use: Use
    happening: Happening

    @property
    def evidence(self) -> Written:
        return seen_effect(self.happening.effect, self.happening.through)


def judge(case: DoorCase) -> Verdict:
    """The verdict on one door."""
    trace = case.trace
    if trace.own_handler is not None:
        return NotNeeded(f"{trace.own_handler}, and writes its own records")
    unknown = not_followed(case)
    if unknown is not None:
        return unknown
    writes = list(_writes(case))
    for way, fits in ((spec.BODY_WRITTEN, _is_raw), (spec.KEEPS_UNKNOWN, _keeps_unknown)):
        found = [write for write in writes if write.use.as_record and fits(write)]
        if found:
            return _missing(case, way, found)
    if not writes:
        return NotNeeded("nothing that the caller sends is written to the database")
    doubtful = next((write for write in writes if write.use.as_record and write.use.doubt is not None), None)
    if doubtful is not None:
        says = f"`{name_of(doubtful.use.input)}` goes through a call that could not be followed before it is written"
        return Unknown(Why.UNRESOLVED_CALL, says, (doubtful.evidence,))
    return Held(_held(writes), tuple(dict.fromkeys(write.evidence for write in writes))[:_MAX_EVIDENCE])


def _writes(case: DoorCase) -> Iterator[_Write]:
    for happening in case.trace.happenings:
        if happening.effect.kind != "database" or not happening.effect.writes:
            continue
        for use in uses_of(happening.effect, happening.facts):
            if use.place is Place.FIELD and use.input.channel in _RECORDS and asked_here(case, use.facts):
                yield _Write(use, happening)


def _is_raw(write: _Write) -> bool:
    """Whether a record is what the caller sent, as far as nobody has checked it."""
    use = write.use
    if use.doubt is not None or use.form is Form.TEXT or _signed(write):
        return False
    if use.input.channel in {"params", "query"} and use.input.path:
        return False
    check = use.input.check
    if check is not None and check.counts:
        return False
    name = name_of(use.input)
    return not any(fact.kind is ProofKind.CHECKED and fact.of == name for fact in use.facts)


def _signed(write: _Write) -> bool:
    return any(fact.kind is ProofKind.SIGNATURE for fact in write.happening.facts)


def _keeps_unknown(write: _Write) -> bool:
    check = write.use.input.check
    return (
        check is not None
        and check.shape.unknowns is Unknowns.KEPT
        and check.shape.kind not in _ACCOUNTED
        and not _signed(write)
    )


def _held(writes: list[_Write]) -> str:
    if any(write.use.as_record for write in writes):
        return "what is written is the output of a schema that knows all its fields"
    return "the fields that are written are named"


def _missing(case: DoorCase, way: str, found: list[_Write]) -> Missing:
    reach = [(write, within_reach(case, write.happening.effect, write.use.input)) for write in found]
    write, columns = max(reach, key=lambda each: (bool(each[1]), each[1] is None))
    effect = write.happening.effect
    name = name_of(write.use.input)
    shown = name.removeprefix("argument.") if write.use.input.channel == "argument" else name
    among = f", which may be {_spoken(columns)}" if columns else ""
    says = f"`{shown}` is written with whatever fields it has{among}: {effect.says}"
    if way == spec.KEEPS_UNKNOWN:
        says = f"`{shown}` is written with fields that its schema does not name{among}: {effect.says}"
    check = write.use.input.check
    nearest: tuple[Written, ...] = ()
    if way == spec.KEEPS_UNKNOWN and check is not None:
        nearest = (Written("keeps fields that the schema does not name", place(check.file, check.at)),)
    evidence = (*nearest, *dict.fromkeys(each.evidence for each in (write, *found)))
    stake = Severity.MEDIUM if columns == () else Severity.HIGH
    return Missing(way, says, evidence[:_MAX_EVIDENCE], stake)


def _spoken(columns: tuple[str, ...]) -> str:
    named = ", ".join(f"`{name}`" for name in columns[:_MAX_NAMED])
    return f"{named} and {len(columns) - _MAX_NAMED} more" if len(columns) > _MAX_NAMED else named
