"""Wrappers, builder chains and routers of libraries: functions that put code round a handler."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from doorcheck.scan.facts import answering, contracts, outputs, replies
from doorcheck.scan.facts.outcomes import settled_promise
from doorcheck.scan.facts.proofs import Fact
from doorcheck.scan.facts.shapes import CONTEXT_FRAME
from doorcheck.scan.facts.state import State
from doorcheck.scan.facts.values import (
    ANYTHING,
    UNDEFINED,
    Alternative,
    Arr,
    Choice,
    Const,
    Derived,
    External,
    Fn,
    Input,
    Link,
    Native,
    Obj,
    Promise,
    Session,
    Unknown,
    Value,
)  # fmt: skip
from doorcheck.scan.knowledge import rows
from doorcheck.scan.syntax import ir

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Evaluator
    from doorcheck.scan.facts.modules import LoadedModule


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


@dataclass(frozen=True, slots=True)
class Route:
    """One route of a mounted router; ``handlers`` are its own middlewares and, last, its handler."""

    method: str
    path: str
    handlers: tuple[Value, ...]
    file: str
    at: int


class Router(Value):
    """A router and what was registered on it, in order."""

    def __init__(self, row: rows.Router, file: str, at: int) -> None:
        self.row = row
        self.file = file
        self.at = at
        self.prefix = ""
        self.routes: list[Route] = []
        self.middlewares: list[tuple[str, Value]] = []
        self.mounted: list[tuple[str, Router, int]] = []
        self.failing: tuple[Value, ...] = ()
        self.filled = False


def register(router: Router, name: str, arguments: tuple[Value, ...], file: str, at: int) -> Value:
    """``app.get('/x', …)``, ``app.use(…)``, ``app.route('/x', other)``; every other link leaves the router as it is."""
    row = router.row
    path, rest = _path_and_rest(arguments)
    if name in row.base and path:
        router.prefix += path
    elif name in row.fails and rest:
        router.failing = (answering.middleware(rest[0]),)
    elif name in row.mount and rest and isinstance(rest[0], Router):
        router.mounted.append((path, rest[0], len(router.middlewares)))
    elif name in row.use:
        router.middlewares.extend((path or "*", middleware) for middleware in rest)
    elif name in row.methods and rest:
        before = tuple(m for prefix, m in router.middlewares if _applies(prefix, path))
        method = "ALL" if name == "all" else name.upper()
        router.routes.append(Route(method, path, (*before, *rest), file, at))
    elif name == "on" and len(arguments) > 2:
        _register_on(router, arguments, file, at)
    return router


def _register_on(router: Router, arguments: tuple[Value, ...], file: str, at: int) -> None:
    methods = arguments[0].items if isinstance(arguments[0], Arr) else (arguments[0],)
    for method in methods:
        if isinstance(method, Const) and isinstance(method.value, str):
            register(router, method.value.lower(), arguments[1:], file, at)


def _path_and_rest(arguments: tuple[Value, ...]) -> tuple[str, tuple[Value, ...]]:
    first = arguments[0] if arguments else None
    if isinstance(first, Const) and isinstance(first.value, str):
        return first.value, arguments[1:]
    computed = isinstance(first, Derived) and first.how == "text"
    return ("*", arguments[1:]) if computed else ("", arguments)


def _applies(prefix: str, path: str) -> bool:
    if prefix in {"*", "/*", "", "/"}:
        return True
    return path.startswith(prefix.removesuffix("/*").removesuffix("*"))


def fill_router(ev: Evaluator, module: LoadedModule, name: str, router: Router) -> None:
    """Run the statements of a module that register routes on a router after it was made."""
    from doorcheck.scan.facts.names import evaluate_at_top  # noqa: PLC0415 - names hold routers

    if router.filled:
        return
    router.filled = True
    for statement in module.summary.body:
        if isinstance(statement, ir.Evaluate) and _root_of(statement.expression) == name:
            evaluate_at_top(ev, module, statement.expression)


def _root_of(node: ir.Expression) -> str | None:
    for _ in range(200):
        if isinstance(node, ir.Call):
            node = node.callee
        elif isinstance(node, ir.Member):
            node = node.object
        else:
            break
    return node.id if isinstance(node, ir.Name) else None


def routes_of(router: Router, depth: int = 0) -> list[Route]:
    """Every route of a router, with the prefixes and middlewares of what mounts it."""
    own, prefix = router.failing, router.prefix
    found = [Route(r.method, prefix + r.path, (*own, *r.handlers), r.file, r.at) for r in router.routes]
    for path, mounted, count in router.mounted if depth < 8 else []:
        before = tuple(m for prefix, m in router.middlewares[:count] if _applies(prefix, path))
        for route in routes_of(mounted, depth + 1):
            full, handlers = (prefix + path + route.path).rstrip("/") or "/", (*own, *before, *route.handlers)
            found.append(Route(route.method, full, handlers, route.file, route.at))
    return found


def run_route(ev: Evaluator, route: Route, state: State) -> Value:
    """What calling a mounted route gives: middlewares get ``(context, next)``, the handler gets the context."""
    demanded = contracts.demanded_of_request(ev.knowledge, route.handlers, route.file, route.at)
    parts: dict[str, Value] = {"req": Input("request", (), demanded), "request": Input("request")}
    parts |= {"set": Native("set", _set_in_context), "get": Native("get", _get_from_context)}
    parts["header"] = Native("header", replies.set_header)
    context = Obj(parts, (Native("context", _context_call),))
    return _route_step(ev, route, 0, context, state)


def _set_in_context(ev: Evaluator, arguments: tuple[Value, ...], state: State, at: int, file: str) -> Value:
    del ev, at, file
    if len(arguments) > 1 and isinstance(arguments[0], Const) and isinstance(arguments[0].value, str):
        state.write(CONTEXT_FRAME, arguments[0].value, arguments[1])
    return UNDEFINED


def _get_from_context(ev: Evaluator, arguments: tuple[Value, ...], state: State, at: int, file: str) -> Value:
    del ev, at, file
    key = arguments[0].value if arguments and isinstance(arguments[0], Const) else None
    known = state.frames.get(CONTEXT_FRAME, {}).get(key) if isinstance(key, str) else None
    return known if known is not None else Unknown(None, arguments)


def _context_call(ev: Evaluator, arguments: tuple[Value, ...], state: State, at: int, file: str) -> Value:
    del ev, state, at, file
    return Unknown(None, arguments)


def _route_step(ev: Evaluator, route: Route, number: int, context: Value, state: State) -> Value:
    from doorcheck.scan.facts.calls import call_value  # noqa: PLC0415 - calls go to routes and back

    if number >= len(route.handlers):
        return ANYTHING

    def proceed(ev: Evaluator, arguments: tuple[Value, ...], state: State, at: int, file: str) -> Value:
        del arguments, at, file
        answers.append(settled_promise(_route_step(ev, route, number + 1, context, state)))
        return Promise(answers[-1])

    answers: list[Value] = []
    handler = route.handlers[number]
    answer = call_value(ev, handler, (context, Native("next", proceed)), state, route.at, route.file)
    return _passed_on(settled_promise(answer), answers[-1]) if answers else answer


def _passed_on(answer: Value, next_answer: Value) -> Value:
    """A middleware that gives back nothing leaves the answer to what it called."""
    if answer is UNDEFINED:
        return next_answer
    if not isinstance(answer, Choice):
        return answer
    each = (Alternative(_passed_on(one.value, next_answer), one.facts) for one in answer.alternatives)
    return Choice(answer.id, tuple(each))
