"""Does the door answer failures without their text?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from doorcheck.controls.hide_errors import spec
from doorcheck.controls.hide_errors.leaks import Form, Known, Leak, is_mild, leaks_in, spoken_by
from doorcheck.core import Confidence, Held, Missing, NotNeeded, Severity, Unknown, Verdict, Why, Written
from doorcheck.core.door import DoorKind
from doorcheck.scan.facts.evaluator import Happening
from doorcheck.scan.facts.failures import SILENT, handlers_in
from doorcheck.scan.facts.following import WayOut
from doorcheck.scan.facts.proofs import Fact, Facts, ProofKind
from doorcheck.scan.facts.values import Const, Effect, Obj, Promise, Reply, Value
from doorcheck.scan.judging import DoorCase, asked_here, not_followed, place, seen_effect, seen_fact
from doorcheck.scan.knowledge.library import base_of

_MAX_EVIDENCE = 6
_MACHINES = frozenset({ProofKind.SECRET, ProofKind.SIGNATURE})
_WAYS = {Form.STACK: spec.WHOLE_ERROR, Form.OBJECT: spec.WHOLE_ERROR, Form.PAYLOAD: spec.PROVIDER_PAYLOAD}
_SAYS = {
    Form.STACK: "the stack of whatever fails is answered",
    Form.OBJECT: "the whole error is answered",
    Form.PAYLOAD: "what {what} says of its failure is answered",
    Form.TEXT: "the text of whatever fails is answered, and it may come from {what}",
}
_NAMES = {
    "database": "the database", "storage": "the file store", "file": "the file system", "process": "another program",
    "model": "a model", "payment": "the payment provider", "mail": "the mail provider", "job": "the job queue",
    "cache": "the cache", "account": "the identity provider", "outbound": "another service", "fetch": "another service",
}  # fmt: skip
_ORDER = ("database", "file", "process", "storage", "account", "payment", "model", "outbound", "cache", "job", "mail")


@dataclass(frozen=True, slots=True)
class _Told:
    """A leak, and where it is answered, if that is known."""

    leak: Leak
    at: tuple[str, int] | None = None


def judge(case: DoorCase) -> Verdict:
    """The verdict on one door."""
    trace = case.trace
    if trace.own_handler is not None:
        return NotNeeded(f"{trace.own_handler}, and answers its failures itself")
    unknown = not_followed(case)
    if unknown is not None:
        return unknown
    told = [each for each in _told(case) if not _is_masked(case, each) and _may_fail(case, each.leak)]
    sure = [each for each in told if not each.leak.doubtful]
    if sure:
        return _missing(case, sure)
    if told:
        says = "the error goes through a call that could not be followed before it is answered"
        return Unknown(Why.UNRESOLVED_CALL, says, (_where(case, told[0]),))
    return _without_text(case)


def _told(case: DoorCase) -> Iterator[_Told]:
    ways = [way for way in case.trace.ways_out if way.how != "throw" and asked_here(case, way.facts)]
    known: Known = {}
    answers = [(answer, way.at) for way in ways for answer in (way.value, *way.replied)]
    for answer, at in answers:
        yield from (_Told(leak, at) for leak in leaks_in(answer, known))
    for answer in case.trace.asides.answered:
        yield from (_Told(leak) for leak in leaks_in(answer, known))
    if case.door.kind is DoorKind.PROCEDURE:
        thrown = [each for each in case.trace.asides.failed if isinstance(each, Value)]
        for each in thrown:
            yield from (_Told(leak) for leak in spoken_by(each, case.words["answered_errors"], known))


def _is_masked(case: DoorCase, told: _Told) -> bool:
    """Whether Next.js itself takes the text away: of an error that a server action gives back as it is."""
    return case.door.kind is DoorKind.SERVER_ACTION and told.leak.form is Form.OBJECT


def _may_fail(case: DoorCase, leak: Leak) -> bool:
    """Whether the door does something of which it may be the failure, where a test has told whose it is."""
    told = leak.kinds or (leak.others and leak.effects)
    return not told or bool(_failing(case, leak))


def _missing(case: DoorCase, told: list[_Told]) -> Missing:
    worst = max(told, key=lambda each: (_confidence(case, each), each.leak.form))
    evidence = [_where(case, worst)]
    what = "whatever is called there"
    failing = _failing(case, worst.leak)
    if failing:
        first = min(failing, key=lambda each: _rank(each.effect))
        what = _NAMES.get(first.effect.kind, "a library")
        evidence.append(seen_effect(first.effect, first.through))
    return Missing(
        _WAYS.get(worst.leak.form, spec.EXCEPTION_TEXT),
        _SAYS[worst.leak.form].format(what=what),
        tuple(dict.fromkeys(evidence)),
        Severity.LOW if worst.leak.form is Form.OBJECT else None,
        _confidence(case, worst),
    )


def _failing(case: DoorCase, leak: Leak) -> list[Happening]:
    """The operations of this door whose failure it may be.

    What handles errors is followed once for errors that are alike, and may know the operations of another door.
    """
    happenings = case.trace.happenings
    if leak.kinds:
        kinds, _, words = leak.kinds.partition(" ")
        able = [each for each in happenings if each.effect.kind in kinds.split("|")]
        return [each for each in able if _is_called(each.effect, words)]
    own = [each for each in happenings if any(each.effect is one for one in leak.effects)]
    if own or not leak.effects:
        return [each for each in own if _library(each.effect) not in leak.others]
    mild = all(map(is_mild, leak.effects))
    able = [each for each in happenings if each.effect.kind not in SILENT and not each.effect.failure]
    able = [each for each in able if _library(each.effect) not in leak.others]
    return [each for each in able if is_mild(each.effect) is mild] or able


def _is_called(effect: Effect, words: str) -> bool:
    return not words or any(word in effect.says.rpartition(".")[2] for word in words.split("|"))


def _library(effect: Effect) -> str:
    return base_of(effect.called.package) if effect.called is not None else ""


def _rank(effect: Effect) -> tuple[bool, int, str, int]:
    kind = _ORDER.index(effect.kind) if effect.kind in _ORDER else len(_ORDER)
    return is_mild(effect), kind, effect.file, effect.at


def _where(case: DoorCase, told: _Told) -> Written:
    error = told.leak.error
    if error is not None:
        # what handles errors is followed once for errors that are alike, and may know where another was caught
        places = [(fact.file, fact.at) for fact in _caught(case)] or [(error.file, error.at)]
        at = (error.file, error.at) if (error.file, error.at) in places else places[0]
        return Written("the error that is answered is caught here", place(*at))
    return Written("the failure is answered here", place(*told.at) if told.at is not None else case.door.at)


def _confidence(case: DoorCase, told: _Told) -> Confidence:
    """Low where the failures say little of the app's inside, or none but its own people and machines read them."""
    failing = _failing(case, told.leak)
    effects = [each.effect for each in failing] if told.leak.kinds else told.leak.effects
    mild = told.leak.form is not Form.PAYLOAD and all(map(is_mild, effects))
    if mild or not told.leak.is_of_library:
        return Confidence.LOW
    if failing and all(_is_trusted(each.facts) for each in failing):
        return Confidence.LOW
    return Confidence.HIGH


def _is_trusted(facts: Facts) -> bool:
    """Whether only administrators and machines that proved themselves come this way."""
    proofs = {fact.kind for fact in facts if fact.proves}
    if any(fact.kind is ProofKind.ROLE and fact.polarity for fact in facts):
        return True
    return ProofKind.SIGNATURE in proofs or (bool(proofs) and proofs <= _MACHINES)


def _without_text(case: DoorCase) -> Verdict:
    caught = _caught(case)
    as_success = next((way for way in case.trace.ways_out if _is_success(case, way)), None)
    if as_success is not None:
        says = "a failure is caught and answered with an error in a body of status 200"
        seen = tuple(seen_fact(fact) for fact in handlers_in(as_success.facts))
        answered = Written("answers here", place(*as_success.at))
        return Missing(spec.FAILURE_AS_SUCCESS, says, (*seen, answered)[:_MAX_EVIDENCE], confidence=Confidence.LOW)
    if caught:
        return Held(
            "what fails is caught, and no answer carries its text", tuple(map(seen_fact, caught))[:_MAX_EVIDENCE]
        )
    if any(each.effect.kind not in SILENT for each in case.trace.happenings):
        return NotNeeded("nothing is caught here: what fails is answered by Next.js, without its text")
    return NotNeeded("nothing that the door does fails with a text of its own")


def _caught(case: DoorCase) -> list[Fact]:
    return handlers_in(case.trace.attempts)


def _is_success(case: DoorCase, way: WayOut) -> bool:
    """Whether a way through a handler answers an error, and the status says that all went well."""
    if case.door.kind is DoorKind.SERVER_ACTION or way.how == "throw" or not handlers_in(way.facts):
        return False
    return any(_is_error_with_200(value) for value in (way.value, *way.replied))


def _is_error_with_200(value: Value) -> bool:
    value = value.value if isinstance(value, Promise) else value
    if not isinstance(value, Reply) or value.status != 200 or not isinstance(value.body, Obj):
        return False
    said = value.body.props.get("error")
    others = [item for name, item in value.body.props.items() if name != "error"]
    return isinstance(said, Const) and bool(said.value) and all(isinstance(item, Const) for item in others)
