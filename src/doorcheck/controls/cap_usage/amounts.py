"""How much one operation may be: the length of a model's answer, the number of images, the length of a list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from doorcheck.scan.facts import limits
from doorcheck.scan.facts.memory import LEAST
from doorcheck.scan.facts.proofs import ProofKind
from doorcheck.scan.facts.requests import name_of
from doorcheck.scan.facts.values import Const, Derived, Effect, External, Input, Obj, Value, made_from
from doorcheck.scan.judging import DoorCase

_ANSWERS = (
    "generatetext", "streamtext", "generateobject", "streamobject", "streamui", "agent.generate", "agent.stream",
    "completions.", "messages.", "responses.", "createchatcompletion", "createcompletion", "generatecontent",
    "sendmessage", "textgeneration", "chatcompletion", ".invoke", ".chat",
)  # fmt: skip
_ANSWER_BOUNDS = frozenset(
    {
        "maxtokens", "maxoutputtokens", "maxcompletiontokens", "maxnewtokens", "maxtokenstosample", "maxlength",
        "numpredict", "maxgeneratedtokens",
    }
)  # fmt: skip
_NUMBERS = frozenset({"n", "numimages", "numoutputs", "numberofimages", "samplecount", "count", "duration"})
_LENGTHS = frozenset({"take", "limit", "first", "perpage", "pagesize", "top", "maxresults"})
_PARTS = 200


def is_answer(effect: Effect) -> bool:
    """Whether a call of a model gives a text, whose length is what it costs."""
    says = effect.says.lower()
    return any(word in says for word in _ANSWERS)


def bound_of_answer(effect: Effect) -> Value | None:
    """What bounds the length of a model's answer; None where nothing does, as far as one can tell."""
    return next((value for _, value in _named(effect.operands, _ANSWER_BOUNDS)), None)


def hides_options(effect: Effect) -> bool:
    """Whether some of the options were put in from elsewhere: the bound may be among them."""
    objects = [part for each in effect.operands for part in made_from(each, 20) if isinstance(part, Obj)]
    return not objects or any(each.rest for each in objects if "model" in each.props or "messages" in each.props)


def chosen_number(case: DoorCase, effect: Effect) -> tuple[str, Input] | None:
    """A number of what a model is to make, or the length of a list, that the caller names without a bound."""
    if effect.kind == "model":
        return _chosen(case, _named(effect.operands, _NUMBERS | _ANSWER_BOUNDS))
    named = [*_named(effect.operands, _LENGTHS), *_of_links(effect.operands)]
    return _chosen(case, named)


def _chosen(case: DoorCase, named: Iterable[tuple[str, Value]]) -> tuple[str, Input] | None:
    for name, value in named:
        inputs = [part for part in made_from(value, 30) if isinstance(part, Input)]
        if len({(part.channel, part.path) for part in inputs}) != 1 or _is_bounded(case, value, inputs[0]):
            continue
        return name, inputs[0]
    return None


def _is_bounded(case: DoorCase, value: Value, given: Input) -> bool:
    """Whether a number was checked, cut off, or compared with anything on its way."""
    if given.check is not None and given.check.counts:
        return True
    if any(isinstance(part, Derived) and part.how == LEAST for part in made_from(value, 30)):
        return True
    of = limits.AMOUNT + name_of(given)
    return any(fact.of == of for fact in case.trace.attempts if fact.kind is ProofKind.LIMITED)


def _named(operands: Iterable[Value], names: frozenset[str]) -> Iterator[tuple[str, Value]]:
    for operand in operands:
        for part in made_from(operand, _PARTS):
            if isinstance(part, Obj):
                yield from ((name, value) for name, value in part.props.items() if _plain(name) in names)


def _of_links(operands: Iterable[Value]) -> Iterator[tuple[str, Value]]:
    for operand in operands:
        if isinstance(operand, External) and operand.package == "link" and operand.links:
            link = operand.links[-1]
            if _plain(link.name) in _LENGTHS and link.arguments and not isinstance(link.arguments[0], Const):
                yield link.name, link.arguments[0]


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")
