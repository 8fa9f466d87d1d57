"""Methods of lists that call a function with each element."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeGuard

from doorcheck.scan.facts import bounds, members, ownership, replies, texts
from doorcheck.scan.facts.proofs import NOTHING, Facts, ProofKind, shared
from doorcheck.scan.facts.state import State, new_choice
from doorcheck.scan.facts.truth import EITHER, certain, truth
from doorcheck.scan.facts.values import (
    ANYTHING,
    EMPTY_LIST,
    FILLED_LIST,
    UNDEFINED,
    Alternative,
    Arr,
    Branch,
    Choice,
    Const,
    Derived,
    Input,
    Row,
    Session,
    Test,
    Unknown,
    Value,
)  # fmt: skip

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Evaluator

_FOLDING = frozenset({"reduce", "reduceRight"})
METHODS = _FOLDING | {"map", "forEach", "filter", "find", "some", "every", "flatMap", "findIndex", "sort"}


def iterate(
    ev: Evaluator, target: Value, name: str, arguments: tuple[Value, ...], state: State, at: int, file: str
) -> Value:
    """What a list's method gives that calls its function with each element."""
    if name in _FOLDING:
        return _fold(ev, target, name, arguments, state, at, file)
    if replies.is_bag(target) and name == "forEach" and arguments:
        for given in replies.each(target):
            ev.call_back(arguments[0], given, state, at, file)
        return UNDEFINED
    element = members.element_of(target)
    items = target.items if _few(target) else (element,)
    asked = arguments[:1]
    results = [ev.call_back(fn, (each, ANYTHING), state, at, file) for each in items for fn in asked]
    known = texts.asked_of_each(name, items, results) if _few(target) and arguments else None
    if known is not None:
        return known
    if name == "map":
        kept = len(items) == 1 or (_few(target) and texts.are_entries(target.items))
        return Arr(tuple(results)) if kept else Arr((), (Unknown(None, tuple(results)),))
    if name in {"find", "filter", "sort"}:
        return _selected(target, name, element, results)
    if name in {"some", "every"}:
        return _any_or_all(name, target, results)
    if name == "flatMap" and len(results) == 1 and isinstance(results[0], Session | Row | Arr):
        return results[0]  # a list out of the caller's identity, or out of a record, is part of it
    return Unknown(None, (target, *results))


def true_of_none(elements: list[Value], learned: list[Facts]) -> Facts:
    """What each turn of a loop learned of its element holds of the elements of an empty list as well."""
    names = {ownership.name_of(each) for each in elements if isinstance(each, Input) and each.path[-1:] == ("[]",)}
    if len(names) != 1 or not learned:
        return NOTHING
    (name,) = names
    known = shared(learned)
    return frozenset(
        fact
        for fact in known
        if fact.kind is ProofKind.OWNED and fact.polarity and (fact.of == name or fact.of.startswith(f"{name}.[]."))
    )


def _fold(
    ev: Evaluator, target: Value, name: str, arguments: tuple[Value, ...], state: State, at: int, file: str
) -> Value:
    """``reduce``: step by step where the elements are known, so that steps that wrap each other are followed."""
    if not arguments:
        return Unknown(None, (target,))
    if not _few(target) or len(arguments) < 2:
        element = members.element_of(target)
        return Unknown(None, (target, ev.call_back(arguments[0], (ANYTHING, element), state, at, file)))
    folded = arguments[1]
    for each in target.items if name == "reduce" else reversed(target.items):
        folded = ev.call_back(arguments[0], (folded, each), state, at, file)
    return folded


def _few(target: Value) -> TypeGuard[Arr]:
    """Whether each element of a list is worth asking: there are few, or they are constants."""
    if not isinstance(target, Arr) or target.rest or not target.items:  # an empty one is yet to be filled
        return False
    constants = len(target.items) <= texts.MAX_ITEMS and all(isinstance(item, Const) for item in target.items)
    return constants or len(target.items) <= 4 or texts.are_entries(target.items)


def _any_or_all(name: str, target: Value, results: list[Value]) -> Value:
    """``some`` and ``every``: where none of them holds, or all do, what bounds the elements is known of each."""
    tests = [result for result in results if isinstance(result, Test | Choice)]
    plain = _any_or_all_plain(name, target, results, tests)
    if not tests or len(tests) < len(results):
        return plain
    if name == "some":
        return Test(
            plain.yes_branches, bounds.also_bounded(plain.no_branches, [truth(each)[1] for each in tests]), plain.parts
        )
    return Test(
        bounds.also_bounded(plain.yes_branches, [truth(each)[0] for each in tests]), plain.no_branches, plain.parts
    )


def _any_or_all_plain(name: str, target: Value, results: list[Value], tests: list[Test | Choice]) -> Test:
    if name == "some" and len(tests) == len(results) > 1:
        known = shared(certain(truth(test)[0]) for test in tests)
        return Test((Branch(known),), EITHER, (target, *results))
    if len(tests) == 1:
        return Test(truth(tests[0])[0], EITHER, (target,))
    return Test(EITHER, EITHER, (target, *results))


def _left_over(target: Value, results: list[Value]) -> Value | None:
    """What a filter leaves of a fixed list: nothing, when the test failed for each of its elements."""
    if not _few(target) or not all(isinstance(result, Test) for result in results):
        return None
    failed = [certain(result.no_branches) for result in results if isinstance(result, Test)]
    facts: Facts = frozenset().union(*failed)
    if not facts:
        return None
    return new_choice(
        [Alternative(Derived(EMPTY_LIST, (target,)), facts), Alternative(Derived(FILLED_LIST, (target,)), frozenset())]
    )


def _selected(target: Value, name: str, element: Value, results: list[Value]) -> Value:
    """An element chosen by a test: finding one proves what the test proves."""
    test = results[0] if len(results) == 1 and isinstance(results[0], Test) else None
    if name == "find" and test is not None and test.yes_branches:
        facts = shared(branch.facts for branch in test.yes_branches)
        if facts:
            return new_choice([Alternative(Derived("element", (element,)), facts), Alternative(UNDEFINED, frozenset())])
    if name == "filter" and results and (left := _left_over(target, results)) is not None:
        return left
    if name in {"filter", "sort"} and isinstance(target, Row | Session | Input):
        return target
    return Unknown(None, (target, *results))
