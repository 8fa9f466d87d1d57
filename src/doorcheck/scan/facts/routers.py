"""Routers of libraries: what is registered on one, the routes that come of it, and what calling one gives."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from doorcheck.scan.facts import answering, contracts, replies
from doorcheck.scan.facts.outcomes import settled_promise
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
    Input,
    Native,
    Obj,
    Promise,
    Unknown,
    Value,
)  # fmt: skip
from doorcheck.scan.knowledge import rows
from doorcheck.scan.syntax import ir

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Evaluator
    from doorcheck.scan.facts.modules import LoadedModule

_SLASHES = re.compile("/{2,}")


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


def made(
    ev: Evaluator, row: rows.Router, callee: External, arguments: tuple[Value, ...], state: State, at: int, file: str
) -> Value:
    """``new Hono()``: a router on which nothing is registered yet."""
    del ev, callee, arguments, state
    return Router(row, file, at)


def register(router: Router, name: str, arguments: tuple[Value, ...], file: str, at: int) -> Value:
    """``app.get('/x', …)``, ``app.use(…)``, ``app.route('/x', other)``; every other link leaves the router as it is."""
    row = router.row
    path, given = _path_and_rest(arguments)
    rest = tuple(each for value in given for each in _each_of(row, value))
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


def _each_of(row: rows.Router, value: Value) -> Iterator[Value]:
    """The handlers that are given as one: in a list, or by a function that asks all of them."""
    if isinstance(value, Arr) and value.items and not value.rest:
        for item in value.items:
            yield from _each_of(row, item)
    elif isinstance(value, External) and value.path[-1:] == ("()",) and value.links and _combines(row, value):
        for argument in value.links[-1].arguments:
            yield from _each_of(row, argument)
    else:
        yield value


def _combines(row: rows.Router, value: External) -> bool:
    return " ".join((value.package, *value.path[:-1])) in row.combine


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
            full = _SLASHES.sub("/", prefix + path + route.path).rstrip("/") or "/"
            found.append(Route(route.method, full, (*own, *before, *route.handlers), route.file, route.at))
    return found


class ContextVariables(Value):
    """``c.var``: what the middlewares before have set, as this path knows it."""

    def at(self, name: str, state: State) -> Value:
        """The variable of this name."""
        return state.frames.get(CONTEXT_FRAME, {}).get(name) or Unknown(None, ())


def run_route(ev: Evaluator, route: Route, state: State) -> Value:
    """What calling a mounted route gives: middlewares get ``(context, next)``, the handler gets the context."""
    demanded = contracts.demanded_of_request(ev.knowledge, route.handlers, route.file, route.at)
    parts: dict[str, Value] = {"req": Input("request", (), demanded), "request": Input("request")}
    parts |= {"set": Native("set", _set_in_context), "get": Native("get", _get_from_context)}
    parts["var"] = ContextVariables()
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
