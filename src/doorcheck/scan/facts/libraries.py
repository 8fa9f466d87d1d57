"""Calls into packages: what knowledge says they do, and what is assumed of the rest."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from doorcheck.scan.facts import (
    addresses,
    asides,
    bounds,
    chains,
    cookies,
    cors,
    forms,
    guesses,
    limiters,
    markup,
    origins,
    platform,
    policed,
    predicates,
    routers,
    shapes,
    signatures,
    validators,
)  # fmt: skip
from doorcheck.scan.facts.lookups import carrier_of
from doorcheck.scan.facts.members import library_of, source_proof
from doorcheck.scan.facts.promises import awaited_value, then_value
from doorcheck.scan.facts.proofs import Fact, ProofKind
from doorcheck.scan.facts.state import State
from doorcheck.scan.facts.subjects import subject_of
from doorcheck.scan.facts.truth import EITHER
from doorcheck.scan.facts.values import (
    ANYTHING,
    UNDEFINED,
    Arr,
    Branch,
    Const,
    Derived,
    Effect,
    External,
    Fn,
    Input,
    Link,
    Native,
    Obj,
    Promise,
    Query,
    Reply,
    Row,
    Session,
    Test,
    Value,
    made_from,
)  # fmt: skip
from doorcheck.scan.facts.variables import kept_secret
from doorcheck.scan.knowledge import rows

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Evaluator, Scope

MAX_LINKS = 12
MAX_SCHEMA_LINKS = 40
_PLATFORM = {
    "next/server": ("NextResponse", "NextRequest"),
    "crypto": ("timingSafeEqual",),
    "node:crypto": ("timingSafeEqual",),
    "buffer": ("Buffer",),
    "url": ("URL", "URLSearchParams"),
    "timers": ("setTimeout",),
}


def call(
    ev: Evaluator,
    callee: External,
    arguments: tuple[Value, ...],
    state: State,
    at: int,
    file: str,
    scope: Scope | None = None,
    *,
    new: bool = False,
) -> Value:
    """What calling something from a package, or a global function, gives."""
    del scope, new
    path = (*callee.path, "()")
    if _is_platform(callee):
        plain = callee.path[1:] if callee.path[:1] == ("default",) else callee.path
        known = platform.call(ev, plain, arguments, state, at, file)
        if known is not None:
            return known
    if callee.package == "next/headers" and callee.path in {("headers",), ("cookies",)}:
        return Input(callee.path[0])
    if callee.package == "next/headers" and callee.path == ("draftMode",):
        return ANYTHING
    special = ev.special.get((callee.package, callee.path))
    if special is not None and (value := special(ev, callee, arguments, state, at, file)) is not None:
        return value
    row = ev.knowledge.match(callee.package, path)
    if row is not None:
        return _APPLY[type(row)](ev, row, callee, arguments, state, at, file)
    return _unknown_call(ev, callee, arguments, state, at, file)


def _is_platform(callee: External) -> bool:
    if callee.package == "js":
        return True
    names = _PLATFORM.get(callee.package)
    head = callee.path[1:2] if callee.path[:1] == ("default",) else callee.path[:1]
    return names is not None and bool(head) and head[0] in names


def _unknown_call(
    ev: Evaluator, callee: External, arguments: tuple[Value, ...], state: State, at: int, file: str
) -> Value:
    """A call we have no row for: its functions may run, and it may give back something of the same library."""
    from doorcheck.scan.facts.calls import run_callbacks  # noqa: PLC0415 - calls go to libraries and back

    run_callbacks(ev, arguments, state, at, file, ANYTHING)
    signatures.keyed(ev, callee, arguments, state, at, file)
    origins.handed_over(ev, callee, arguments, at, file)
    ev.lost += ev.unknowing and callee.package != "js" and not ev.knowledge.pure(callee.package)
    if callee.package == "js":
        ends = callee.path[-2:]
        how = "hmac" if ends == ("subtle", "sign") else "hash" if ends[-1:] == ("digest",) else "call"
        return Derived(how, arguments)
    name = callee.path[-1] if callee.path else callee.package
    schema = ev.knowledge.schema(callee.package) is not None
    links = (*callee.links[-(MAX_SCHEMA_LINKS if schema else MAX_LINKS) :], Link(name, arguments, file, at))
    if len(callee.path) > (2 * MAX_SCHEMA_LINKS if schema else 20):
        return Derived("call", (callee, *arguments))
    handler = next((value for value in arguments if isinstance(value, Fn)), None)
    if handler is not None and not ev.knowledge.pure(callee.package) and not ev.knowledge.knows(callee.package):
        return chains.unknown_wrapper(ev, callee, handler, links, file, at)
    return External(callee.package, (*callee.path, "()"), links, sure=schema)


def _session_source(
    ev: Evaluator,
    row: rows.SessionSource,
    callee: External,
    arguments: tuple[Value, ...],
    state: State,
    at: int,
    file: str,
) -> Value:
    proof = source_proof(row, file, at, next((name for v in arguments if (name := kept_secret(ev, v))), None))
    if row.proof == "token":
        proof = dataclasses.replace(proof, source=carrier_of(arguments))
    ev.attempts.add(proof)
    guesses.tried(ev, proof, arguments, state)
    signatures.verified(ev, row, callee, arguments, state, at, file)
    cookies.of_library(ev, proof, (*arguments, callee), file, at)
    handler = next((value for value in arguments if isinstance(value, Fn)), None)
    if handler is not None and row.absent == "null":
        return chains.attaching(ev, proof, "auth", handler)
    if row.absent == "throws":
        ev.may_throw(state)
        state.facts |= {proof}
        value: Value = Session(proof, sure=True) if row.returns == "identity" else _given(arguments, callee)
    elif row.absent == "false":
        value = Test((Branch(frozenset({proof})),), EITHER, arguments)
    else:
        value = Session(proof)
    return Promise(value) if row.promise else value


def _given(arguments: tuple[Value, ...], callee: External) -> Value:
    found = next((part for value in arguments for part in made_from(value, 30) if isinstance(part, Input)), None)
    return found if found is not None else Derived("call", (callee, *arguments))


def _sink(
    ev: Evaluator, row: rows.Sink, callee: External, arguments: tuple[Value, ...], state: State, at: int, file: str
) -> Value:
    from doorcheck.scan.facts.calls import run_asked, run_callbacks  # noqa: PLC0415 - calls go to libraries and back

    answers = run_asked(ev, row.asks, arguments, state, at, file)
    settled = tuple(shapes.settled_within(argument, state) for argument in arguments)
    arguments = predicates.spelled_out(ev, settled, state, at, file)
    tables = (
        argument for link in callee.links[-4:] for argument in link.arguments if isinstance(argument, External | Obj)
    )
    effect = Effect(
        row.kind,
        writes=row.writes and not predicates.only_selects(row, arguments),
        says=describe(callee, row),
        file=file,
        at=at,
        subject=row.subject or ("fetch" if row.address else subject_of(callee, arguments)),
        operands=(*tables, *arguments),
        chooses=predicates.of_call(row, callee, arguments),
        given=arguments,
        weak=row.undefined == "dropped",
        unique=row.undefined == "refused",
        policed=policed.is_policed(row, callee),
        failure=row.failure,
        called=callee,
        answers=answers,
    )
    if callee.path[-1:] == ("save",) and callee.links:
        effect.given = (*callee.links[-1].arguments, *arguments)  # a record that was made by ``new Model(…)``
    ev.happen(effect, state)
    run_callbacks(ev, arguments, state, at, file, Row(effect))
    return Query(effect)


def describe(callee: External, row: rows.Sink) -> str:
    """What a sensitive operation is called, as one would read it in the code."""
    names = [part for part in callee.path if part not in {"()", "default"}][-3:]
    words = {"database": "database", "model": "model call", "outbound": "outbound call"}.get(row.kind, row.kind)
    return f"{words} {'.'.join(names)}"


def continue_query(
    ev: Evaluator, query: Query, name: str, arguments: tuple[Value, ...], state: State, at: int, file: str
) -> Value:
    """The next link of an operation: ``.where(…)``, ``.set(…)``, ``.then(…)``."""
    if name in {"then", "catch", "finally"}:
        return then_value(ev, Promise(awaited_value(ev, query, state, at, file)), name, arguments, state, at, file)
    from doorcheck.scan.facts.calls import run_callbacks  # noqa: PLC0415 - calls go to libraries and back

    run_callbacks(ev, arguments, state, at, file, Row(query.effect))
    arguments = tuple(shapes.settled_within(argument, state) for argument in arguments)
    link = External("link", (name, "()"), (Link(name, arguments, file, at),))
    arguments = predicates.spelled_out(ev, arguments, state, at, file, name)
    query.effect.operands = (*query.effect.operands, link, *arguments)[:40]
    query.effect.chooses = (*query.effect.chooses, *predicates.of_link(name, arguments))[:40]
    if not query.effect.subject and name in {"from", "into", "table"}:
        query.effect.subject = subject_of(External("link", (name,)), arguments)
    if name in {"insert", "update", "delete", "upsert", "set", "values"} and not query.effect.writes:
        query.effect.writes = True
        ev.happen(query.effect, state)
        state.reads.pop((query.effect.file, query.effect.at), None)
    return query


def _denial(
    ev: Evaluator, row: rows.Denial, callee: External, arguments: tuple[Value, ...], state: State, at: int, file: str
) -> Value:
    from doorcheck.scan.facts.evaluator import PathEnds  # noqa: PLC0415 - the evaluator calls libraries

    del callee, arguments, at, file
    ev.may_throw(state)
    raise PathEnds(refusal=True, value=UNDEFINED if row.status is None else Reply(row.status, None))


def _identity(
    ev: Evaluator, row: rows.Identity, callee: External, arguments: tuple[Value, ...], state: State, at: int, file: str
) -> Value:
    del ev, callee, state, at, file
    return arguments[row.argument] if row.argument < len(arguments) else UNDEFINED


def _caller_cookie(
    ev: Evaluator, row: rows.CallerCookie, callee: External, arguments: tuple[Value, ...],
    state: State, at: int, file: str,
) -> Value:  # fmt: skip
    del callee, arguments, state
    ev.attempts.add(Fact(ProofKind.FORGEABLE, file, at, row.says, source="cookie"))
    return Input("cookie", ("*",))


def _callback(
    ev: Evaluator, row: rows.Callback, callee: External, arguments: tuple[Value, ...], state: State, at: int, file: str
) -> Value:
    function, given = arguments[row.argument] if row.argument < len(arguments) else UNDEFINED, tuple[Value, ...]()
    if row.option:
        if isinstance(function, External):
            return Promise(awaited_value(ev, function, state, at, file))
        function = function.props.get(row.option, UNDEFINED) if isinstance(function, Obj) else UNDEFINED
        arguments = ()
    if row.gives_itself:
        given = (External(callee.package, callee.path[:-1], callee.links),)
    if not isinstance(function, Fn | Native | Arr):
        # an overload may leave out what stands before the function, or put something behind it
        function = next((value for value in arguments if isinstance(value, Fn | Native)), function)
    if isinstance(function, Arr):
        return Promise(Arr(tuple(awaited_value(ev, item, state, at, file) for item in function.items), function.rest))
    if not isinstance(function, Fn | Native):
        # options may stand before it: of what is given, the function comes last
        function = next((each for each in reversed(arguments) if isinstance(each, Fn | Native)), UNDEFINED)
    if function is UNDEFINED:
        return ANYTHING
    from doorcheck.scan.facts.calls import call_value  # noqa: PLC0415 - calls go to libraries and back

    return Promise(awaited_value(ev, call_value(ev, function, given, state, at, file), state, at, file))


def _same(
    ev: Evaluator, row: rows.Same, callee: External, arguments: tuple[Value, ...], state: State, at: int, file: str
) -> Value:
    del ev, row, state
    return External(callee.package, callee.path[:-1], (*callee.links, Link(callee.path[-1], arguments, file, at)))


def _handler_wrapper(
    ev: Evaluator,
    row: rows.HandlerWrapper,
    callee: External,
    arguments: tuple[Value, ...],
    state: State,
    at: int,
    file: str,
) -> Value:
    del callee
    handler = arguments[row.argument] if row.argument < len(arguments) else UNDEFINED
    proof = Fact(ProofKind(row.proof), file, at, row.says, source=library_of(row))
    ev.attempts.add(proof)
    if row.guards and isinstance(handler, Input) and handler.channel == "request":
        state.facts |= {proof}  # given the request itself, it answers at once
        return Obj({"middleware": Const("next")})
    if row.guards:
        return chains.guarding(ev, proof, handler)
    if row.attaches:
        return chains.attaching(ev, proof, row.attaches, handler)
    return handler


def _own_handlers(
    ev: Evaluator,
    row: rows.OwnHandlers,
    callee: External,
    arguments: tuple[Value, ...],
    state: State,
    at: int,
    file: str,
) -> Value:
    del ev, state
    links = (*callee.links, Link(callee.path[-1] if callee.path else "", arguments, file, at))
    return chains.OwnHandler(row.says, file, at, External(callee.package, (*callee.path, "()"), links))


def _builder(
    ev: Evaluator, row: rows.Builder, callee: External, arguments: tuple[Value, ...], state: State, at: int, file: str
) -> Value:
    del ev, state
    parents = tuple(value for value in arguments if isinstance(value, chains.Chain | chains.Procedure))
    links = (*callee.links, Link(callee.path[-1] if callee.path else "", arguments, file, at))
    return chains.Chain(row, External(callee.package, (*callee.path, "()"), links), parents)


def change_record(
    ev: Evaluator, row: Row, name: str, arguments: tuple[Value, ...], state: State, at: int, file: str
) -> Value:
    """A record that changes itself: ``document.save()``."""
    subject = row.effect.subject
    says = f"database {subject}.{name}" if subject else f"database {name}"
    effect = Effect("database", writes=True, says=says, file=file, at=at, subject=subject, operands=(row, *arguments))
    effect.given = (*ev.assigned.get(row.effect, ()), *arguments)
    effect.chooses = (row,)
    ev.happen(effect, state)
    return Query(effect)


def assign_to_record(ev: Evaluator, row: Row, value: Value) -> None:
    """Keep what was put into a record, which is written when the record is saved."""
    ev.assigned[row.effect] = (*ev.assigned.get(row.effect, ()), value)[-MAX_LINKS:]


def member_row(row: rows.Builder | rows.OwnHandlers, value: External, file: str, at: int) -> Value:
    """A builder or a library's own handler that is reached as a member, not by a call."""
    if isinstance(row, rows.OwnHandlers):
        return chains.OwnHandler(row.says, file, at, value)
    return chains.Chain(row, value)


_APPLY: dict[type[Any], Callable[..., Value]] = {
    rows.SessionSource: _session_source,
    rows.Sink: _sink,
    rows.Limiter: limiters.ask,
    rows.Address: addresses.from_library,
    rows.Denial: _denial,
    rows.Identity: _identity,
    rows.CallerCookie: _caller_cookie,
    rows.Callback: _callback,
    rows.Same: _same,
    rows.HandlerWrapper: _handler_wrapper,
    rows.OwnHandlers: _own_handlers,
    rows.Builder: _builder,
    rows.Router: routers.made,
    rows.Validator: validators.validate,
    rows.Cors: cors.applied,
    rows.SecurityHeaders: cors.secured,
    rows.AddressCheck: bounds.asked_of_address,
    rows.FileType: bounds.told_by_bytes,
    rows.FormReader: forms.read,
    rows.Markup: markup.made,
    rows.Log: asides.write,
}
