"""Wrappers, builder chains and routers of libraries: functions that put code round a handler."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from doorcheck.scan.facts import answering, contracts, outputs
from doorcheck.scan.facts.outcomes import settled_promise
from doorcheck.scan.facts.proofs import Fact
from doorcheck.scan.facts.state import State
from doorcheck.scan.facts.values import (
    ANYTHING,
    External,
    Fn,
    Input,
    Link,
    Native,
    Obj,
    Session,
    Unknown,
    Value,
)  # fmt: skip
from doorcheck.scan.knowledge import rows

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Evaluator


class OwnHandler(Value):
    """A route handler that an authentication library brings itself."""

    __slots__ = ("at", "file", "says", "value")

    def __init__(self, says: str, file: str, at: int, value: External) -> None:
        self.says = says
        self.file = file
        self.at = at
        self.value = value


def guarding(ev: Evaluator, proof: Fact, handler: Value) -> Native:
    """A handler that runs only for a proven caller."""
    del ev

    def run(ev: Evaluator, arguments: tuple[Value, ...], state: State, at: int, file: str) -> Value:
        from doorcheck.scan.facts.calls import call_value  # noqa: PLC0415 - calls go to wrappers and back

        ev.attempts.add(proof)
        state.facts |= {proof}
        return call_value(ev, handler, arguments, state, at, file)

    return Native("guarded handler", run)


def attaching(ev: Evaluator, proof: Fact, name: str, handler: Value) -> Native:
    """A handler whose request carries the session, or null, under this name."""
    del ev

    def run(ev: Evaluator, arguments: tuple[Value, ...], state: State, at: int, file: str) -> Value:
        from doorcheck.scan.facts.calls import call_value  # noqa: PLC0415 - calls go to wrappers and back

        ev.attempts.add(proof)
        request = Obj({name: Session(proof)}, arguments[:1] or (Input("request"),))
        return call_value(ev, handler, (request, *arguments[1:]), state, at, file)

    return Native("handler with a session", run)


def unknown_wrapper(ev: Evaluator, callee: External, handler: Fn, links: tuple[Link, ...], file: str, at: int) -> Value:
    """A wrapper of a package we know nothing of: what it wraps runs, and whether it checks first nobody can say."""
    name = ".".join(part for part in callee.path if part != "()") or callee.package
    says = f"{name} of {callee.package} may or may not check the caller"

    def run(ev: Evaluator, arguments: tuple[Value, ...], state: State, at: int, file: str) -> Value:
        from doorcheck.scan.facts.calls import call_value  # noqa: PLC0415 - calls go to wrappers and back

        state.facts |= {ev.blind(file, at, says)}
        return call_value(ev, handler, arguments, state, at, file)

    del ev, file, at
    return Native(name, run, {"()": External(callee.package, (*callee.path, "()"), links)})


@dataclass(eq=False)
class Chain(Value):
    """A builder on its way: the middlewares so far and the schemas of its input."""

    row: rows.Builder
    base: External
    middlewares: tuple[Value, ...] = ()
    schemas: tuple[contracts.Named, ...] = ()

    def followed_by(self, middleware: Value) -> Chain:
        return Chain(self.row, self.base, (*self.middlewares, middleware), self.schemas)

    def with_schema(self, name: str, schema: Value) -> Chain:
        return Chain(self.row, self.base, self.middlewares, (*self.schemas, (name, schema)))


@dataclass(eq=False)
class Procedure(Value):
    """A finished chain: calling it runs the middlewares in order, then the handler."""

    chain: Chain
    handler: Value
    kind: str
    file: str
    at: int
    maker: Value | None = None
    """What the app makes a procedure's first context with."""

    def run(self, ev: Evaluator, arguments: tuple[Value, ...], state: State, at: int, file: str) -> Value:
        """What calling the finished procedure from outside gives."""
        given = arguments[0] if arguments else Input("argument", ("0",))
        ev.attempts |= contracts.demanded_of_input(ev.knowledge, self.chain.schemas, given, self.file, self.at)
        try:
            answer = self._step(ev, 0, given, self._first_context(ev, state, at, file), state, at, file)
            return outputs.let_out(ev, self.chain.schemas, answer, state, at, file)
        finally:
            answering.answer_as_told(ev, self.chain.base, self.chain.row.fails, state, self.at, self.file)

    def _first_context(self, ev: Evaluator, state: State, at: int, file: str) -> Obj:
        from doorcheck.scan.facts.calls import call_value  # noqa: PLC0415 - calls go to chains and back

        if self.maker is not None:
            given = Obj({"req": Input("request"), "headers": Input("headers")}, (Input("request"),))
            made = settled_promise(call_value(ev, self.maker, (given,), state, at, file))
            return made if isinstance(made, Obj) else Obj({}, (made,))
        if self.chain.row.given_context:
            says = "what makes the context of this procedure could not be found"
            return Obj({}, (Unknown(ev.blind(self.file, self.at, says)),))
        return Obj({})

    def _step(
        self, ev: Evaluator, number: int, given: Value, context: Value, state: State, at: int, file: str
    ) -> Value:
        from doorcheck.scan.facts.calls import call_value  # noqa: PLC0415 - calls go to chains and back

        row = self.chain.row
        parts: dict[str, Value] = {row.context: context, "ctx": context, "context": context}
        parts |= contracts.inputs_of(ev.knowledge, self.chain.schemas, row, given, self.file, self.at)
        if number == len(self.chain.middlewares):
            passed = Obj(parts, (ANYTHING,))
            return call_value(ev, self.handler, (given, passed) if row.positional else (passed,), state, at, file)
        middleware = self.chain.middlewares[number]
        parts["next"] = Native("next", self._next(number + 1, given, context))
        if (
            isinstance(middleware, External)
            and ev.knowledge.match(middleware.package, (*middleware.path, "()")) is None
        ):
            return self._passed(ev, number, middleware, given, context, state, at, file)
        if isinstance(middleware, Chain | Procedure):
            return self._inherited(ev, number, middleware, given, context, state, at, file)
        # The library passes more than its row names, such as the metadata of an action.
        return call_value(ev, middleware, (Obj(parts, (ANYTHING,)), parts["next"]), state, at, file)

    def _next(self, number: int, given: Value, context: Value):  # type: ignore[no-untyped-def]
        def proceed(ev: Evaluator, arguments: tuple[Value, ...], state: State, at: int, file: str) -> Value:
            extended = extended_context(context, arguments[0], self.chain.row) if arguments else context
            return self._step(ev, number, given, extended, state, at, file)

        return proceed

    def _passed(
        self, ev: Evaluator, number: int, middleware: External, given: Value, context: Value,
        state: State, at: int, file: str,
    ) -> Value:  # fmt: skip
        """A middleware of a package: what follows it runs, and whether it checks first only its package knows."""
        if not ev.knowledge.pure(middleware.package):
            link = middleware.links[-1] if middleware.links else None
            name = ".".join(part for part in middleware.path if part != "()")
            says = f"the middleware {name} of {middleware.package} may or may not check the caller"
            state.facts |= {ev.blind(link.file if link else file, link.at if link else at, says)}
        return self._step(ev, number + 1, given, context, state, at, file)

    def _inherited(
        self, ev: Evaluator, number: int, middleware: Chain | Procedure, given: Value, context: Value,
        state: State, at: int, file: str,
    ) -> Value:  # fmt: skip
        """A procedure whose handler's answer is the context of what follows."""

        answer: Value = ANYTHING
        if isinstance(middleware, Procedure):
            answer = settled_promise(middleware.run(ev, (given,), state, at, file))
        extended = Obj({}, (context, answer)) if not isinstance(answer, Obj) else answer
        return self._step(ev, number + 1, given, extended, state, at, file)


def extended_context(context: Value, passed: Value, row: rows.Builder) -> Value:
    """The context after ``next({ ctx: … })``."""
    more = passed
    if isinstance(passed, Obj):
        named = next((name for name in (row.context, "ctx", "context") if name in passed.props), None)
        if named is None and not passed.rest:
            return context
        more = passed.props[named] if named is not None else ANYTHING
    if isinstance(context, Obj) and isinstance(more, Obj):
        return Obj({**context.props, **more.props}, (*context.rest, *more.rest))
    return Obj(dict(context.props) if isinstance(context, Obj) else {}, (more,))


def continue_chain(
    ev: Evaluator, chain: Chain | Procedure, name: str, arguments: tuple[Value, ...], file: str, at: int
) -> Value:
    """The next link of a builder. A finished step whose answer is a context goes on as a chain."""
    del ev
    if isinstance(chain, Procedure):
        if not chain.chain.row.procedure:
            return chain
        inherited = Procedure(chain.chain, chain.handler, chain.kind, chain.file, chain.at)
        chain = Chain(chain.chain.row, chain.chain.base, (inherited,))
    row = chain.row
    if name in row.finish and arguments:
        return Procedure(chain, arguments[0], name, file, at)
    if name in row.use:
        return _used(chain, arguments)
    if name in contracts.SCHEMA_LINKS and arguments:
        return chain.with_schema(name, arguments[0])
    return chain


def _used(chain: Chain, arguments: tuple[Value, ...]) -> Chain:
    for middleware in arguments:
        if isinstance(middleware, Chain):
            for each in middleware.middlewares:
                chain = chain.followed_by(each)
        else:
            chain = chain.followed_by(middleware)
    return chain
