"""What a promise settles to, awaited or handed to a callback."""

from __future__ import annotations

from typing import TYPE_CHECKING

from doorcheck.scan.facts import failures, ownership
from doorcheck.scan.facts.apart import sent_instead
from doorcheck.scan.facts.lookups import found_proofs
from doorcheck.scan.facts.ownership import Scoped
from doorcheck.scan.facts.proofs import NOTHING, Fact, ProofKind
from doorcheck.scan.facts.settings import is_secret_name
from doorcheck.scan.facts.state import State, new_choice
from doorcheck.scan.facts.truth import truth
from doorcheck.scan.facts.uses import found_by
from doorcheck.scan.facts.values import (
    NULL,
    UNDEFINED,
    Alternative,
    Choice,
    Effect,
    Env,
    External,
    Promise,
    Query,
    Row,
    Session,
    Unknown,
    Value,
    made_from,
)  # fmt: skip

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Evaluator, Scope


def awaited(ev: Evaluator, value: Value, state: State, scope: Scope) -> Value:
    """The value a promise settles to."""
    return awaited_value(ev, value, state, 0, scope.module.path)


def awaited_value(ev: Evaluator, value: Value, state: State, at: int, file: str) -> Value:
    """``await value``. Awaiting a package we know nothing of counts as some input or output."""
    if isinstance(value, Promise):
        return awaited_value(ev, value.value, state, at, file)
    if isinstance(value, Query):
        return _answer(ev, value.effect, state)
    if isinstance(value, Choice):
        return _awaited_choice(ev, value, state, at, file)
    if isinstance(value, External) and value.path[-1:] == ("()",):
        return _awaited_external(ev, value, state)
    return value


def _answer(ev: Evaluator, effect: Effect, state: State) -> Row:
    """What an operation answers: a record, and what finding it says."""
    proofs = found_proofs(ev, effect)
    scoped = ownership.scope_of(effect)
    known = bool(scoped.names & ownership.owned(state.facts))
    own = scoped.own or known or any(fact.kind in {ProofKind.TOKEN, ProofKind.CAPABILITY} for fact in proofs)
    scoped = Scoped(scoped.names, own, scoped.child)
    learned = ownership.found_facts(effect, scoped, effect.file, effect.at)
    if scoped.own and scoped.names:
        anybodys = {name for way, _ in sent_instead(effect) if not way.own for name in way.names}
        learned = frozenset(fact for fact in learned if fact.of not in anybodys)
    found = proofs | learned
    ev.attempts |= found
    if found and _throws_where_none(effect):
        ev.may_throw(state)
        state.facts |= found
    return Row(effect, found | found_by(effect), named=scoped.names, own=own)


def _throws_where_none(effect: Effect) -> bool:
    """Whether such an operation comes back only with a record: ``findFirstOrThrow``, a change by a unique key."""
    name = effect.says.rsplit(".", 1)[-1]
    return name.endswith("OrThrow") or (effect.unique and name in {"update", "delete"})


def _awaited_choice(ev: Evaluator, value: Choice, state: State, at: int, file: str) -> Value:
    inner = tuple(Alternative(awaited_value(ev, one.value, state, at, file), one.facts) for one in value.alternatives)
    if all(new.value is old.value for new, old in zip(inner, value.alternatives, strict=True)):
        return value
    return Choice(value.id, inner)


def _awaited_external(ev: Evaluator, value: External, state: State) -> Value:
    if value.package == "js" or ev.knowledge.pure(value.package) or not value.links:
        return value
    if ev.knowledge.leads_on(value.package, value.path):
        return value
    last = value.links[-1]
    name = ".".join(part for part in value.path if part not in {"()", "default"})
    says = f"calls {name} of {value.package}"
    secret = next((p.name for p in made_from(value, 80) if isinstance(p, Env) and is_secret_name(p.name)), None)
    effect = Effect(
        "outbound" if secret else "library",
        writes=True,
        says=f"{says} with {secret}" if secret else says,
        file=last.file,
        at=last.at,
        subject=value.package,
        operands=last.arguments,
    )
    ev.happen(effect, state)
    fact = Fact(ProofKind.UNRESOLVED, last.file, last.at, f"{name} of {value.package} is not known to doorcheck")
    return Unknown(fact, (value,))


def then(
    ev: Evaluator, target: Promise, name: str, arguments: tuple[Value, ...], state: State, scope: Scope, at: int
) -> Value:
    """``promise.then(f)`` and its kin."""
    return then_value(ev, target, name, arguments, state, at, scope.module.path)


def then_value(
    ev: Evaluator, target: Promise, name: str, arguments: tuple[Value, ...], state: State, at: int, file: str
) -> Value:
    """What a promise settles to after its callbacks."""
    value = awaited_value(ev, target.value, state, at, file)
    if name == "then" and arguments:
        return Promise(ev.call_back(arguments[0], (value,), state, at, file))
    if name == "catch" and arguments:
        failed = (value.effect,) if isinstance(value, Row) else tuple(ev.asides.failed)
        other = ev.call_back(arguments[0], (failures.caught(file, at, failed),), state, at, file)
        return Promise(_or_caught(value, other, state))
    return Promise(value)


def _or_caught(value: Value, other: Value, state: State) -> Value:
    """A promise with a ``catch`` settles to its own value or to the handler's; the latter proves nothing."""
    if isinstance(value, Session) and not value.sure:
        return value
    yes, _ = truth(value, state)
    if isinstance(value, Session) or any(fact.proves for branch in yes for fact in branch.facts):
        proof = frozenset({value.proof}) if isinstance(value, Session) else frozenset()
        fallback = NULL if other is UNDEFINED else other
        return new_choice([Alternative(value, proof), Alternative(fallback, frozenset())])
    if failures.tells(other):
        return new_choice([Alternative(value, NOTHING), Alternative(other, NOTHING)])
    return value
