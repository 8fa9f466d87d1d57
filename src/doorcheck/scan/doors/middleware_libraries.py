"""Authentication libraries as middleware: what they do with one path, where a row of knowledge cannot say it."""

from __future__ import annotations

from collections.abc import Sequence

from doorcheck.scan.doors.clerk_routes import RegexLiteral, auth_middleware_protects, path_matches_any
from doorcheck.scan.doors.matcher import Coverage, Extent
from doorcheck.scan.facts import calls
from doorcheck.scan.facts.evaluator import Evaluator, PathEnds, Special
from doorcheck.scan.facts.outcomes import settled_promise
from doorcheck.scan.facts.proofs import Fact, ProofKind
from doorcheck.scan.facts.requests import asked_path
from doorcheck.scan.facts.state import State
from doorcheck.scan.facts.texts import text_of
from doorcheck.scan.facts.truth import EITHER, NEVER, certain, truth
from doorcheck.scan.facts.values import (
    ANYTHING,
    FALSE,
    TRUE,
    UNDEFINED,
    Arr,
    Const,
    External,
    Fn,
    Input,
    Native,
    Obj,
    Session,
    Test,
    Value,
)

Call = tuple[Value, ...]
LETS_THROUGH = Obj({"middleware": Const("next")})
_CLERK = ("@clerk/nextjs", "@clerk/nextjs/server")


def special_functions() -> dict[tuple[str, tuple[str, ...]], Special]:
    """By package and path from its export, what calling it does; see ``Evaluator.special``."""
    found: dict[tuple[str, tuple[str, ...]], Special] = {}
    for package in _CLERK:
        found[package, ("createRouteMatcher",)] = _route_matcher
        found[package, ("clerkMiddleware",)] = _clerk_middleware
        found[package, ("authMiddleware",)] = _auth_middleware
    for path in (("withAuth",), ("default",)):
        found["next-auth/middleware", path] = _with_auth
    found["next-auth", ("default", "()", "auth")] = _auth_of_nextauth
    return found


def _route_matcher(ev: Evaluator, callee: External, arguments: Call, state: State, at: int, file: str) -> Value | None:
    """Clerk's ``createRouteMatcher``: a test of the request's path."""
    del ev, callee, state, at, file
    given = arguments[0] if arguments else UNDEFINED
    if isinstance(given, Fn):
        return given
    patterns = _patterns(given)

    def run(ev: Evaluator, arguments: Call, state: State, at: int, file: str) -> Value:
        del ev, state, at, file
        path = asked_path(arguments[0]) if arguments else None
        if path is None or patterns is None:
            return Test(EITHER, EITHER, (Const(path), *arguments))
        return _as_test(path_matches_any(patterns, path), path)

    return Native("route matcher", run)


def _as_test(coverage: Coverage, path: str) -> Value:
    if coverage.extent is Extent.ALWAYS:
        return Test(EITHER, NEVER)
    return Test(NEVER, EITHER) if coverage.extent is Extent.NEVER else Test(EITHER, EITHER, (Const(path),))


def _patterns(value: Value | None) -> list[str | RegexLiteral] | None:
    """Route patterns as written; None where they are not written out."""
    if value is None or value is UNDEFINED:
        return []
    if isinstance(value, Arr) and value.rest:
        return None
    found: list[str | RegexLiteral] = []
    for item in value.items if isinstance(value, Arr) else (value,):
        pattern = text_of(item) or _literal(item)
        if pattern is None:
            return None
        found.append(pattern)
    return found


def _literal(value: Value) -> RegexLiteral | None:
    if not (isinstance(value, External) and value.path == ("RegExp", "()") and value.links):
        return None
    pattern, flags = map(text_of, value.links[0].arguments)
    return RegexLiteral(pattern, flags or "") if pattern is not None else None


def _clerk_middleware(
    ev: Evaluator, callee: External, arguments: Call, state: State, at: int, file: str
) -> Value | None:
    """Clerk's middleware calls its handler with ``auth`` and lets everybody through unless that stops them."""
    del ev, state, at, file
    handler = _function_among(arguments)
    auth = External(callee.package, ("auth",))

    def run(ev: Evaluator, arguments: Call, state: State, at: int, file: str) -> Value:
        return LETS_THROUGH if handler is None else calls.call_value(ev, handler, (auth, *arguments), state, at, file)

    return Native("clerkMiddleware", run)


def _auth_middleware(
    ev: Evaluator, callee: External, arguments: Call, state: State, at: int, file: str
) -> Value | None:
    """Clerk's middleware before version 6: stops strangers everywhere but on public and ignored routes."""
    del ev, callee, state
    options = next((value for value in arguments if isinstance(value, Obj)), Obj({}))
    public, ignored = _patterns(options.props.get("publicRoutes")), _patterns(options.props.get("ignoredRoutes"))
    ignored = None if "ignoredRoutes" not in options.props else ignored
    unread = public is None or bool(options.rest) or ("ignoredRoutes" in options.props and ignored is None)
    after = options.props.get("afterAuth")
    proof = Fact(ProofKind.SESSION, file, at, "Clerk's middleware lets only signed-in callers through", source="clerk")

    def run(ev: Evaluator, arguments: Call, state: State, at: int, file: str) -> Value:
        ev.attempts.add(proof)
        path = asked_path(arguments[0]) if arguments else None
        if path is None:
            return LETS_THROUGH
        if unread:
            state.facts |= {ev.blind(file, at, "the public routes of authMiddleware are not written out")}
            return LETS_THROUGH
        kept = auth_middleware_protects(path, public or (), ignored).extent
        if after is not None and auth_middleware_protects(path, (), ignored).extent is Extent.ALWAYS:
            known = Obj({"userId": Session(proof), "isPublicRoute": FALSE if kept is Extent.ALWAYS else TRUE})
            return calls.call_value(ev, after, (known, *arguments), state, at, file)
        if kept is Extent.ALWAYS:
            state.facts |= {proof}
        return LETS_THROUGH

    return Native("authMiddleware", run)


def _with_auth(ev: Evaluator, callee: External, arguments: Call, state: State, at: int, file: str) -> Value | None:
    """NextAuth 4's ``withAuth``, round a middleware, with options, or given the request itself."""
    del callee
    options = next((value for value in arguments if isinstance(value, Obj) and asked_path(value) is None), Obj({}))
    if arguments and (_is_request(arguments[0]) or asked_path(arguments[0]) is not None):
        return _behind_nextauth(ev, options, None, arguments[:1], state, at, file)
    handler = _function_among(arguments)

    def run(ev: Evaluator, given: Call, state: State, at: int, file: str) -> Value:
        return _behind_nextauth(ev, options, handler, given, state, at, file)

    return Native("withAuth", run)


def _behind_nextauth(
    ev: Evaluator, options: Obj, handler: Value | None, arguments: Call, state: State, at: int, file: str
) -> Value:
    path = asked_path(arguments[0]) if arguments else None
    says = "NextAuth's middleware lets only callers with a session token through"
    proof = Fact(ProofKind.SESSION, file, at, says, source="next-auth")
    ev.attempts.add(proof)
    pages = options.props.get("pages")
    sign_in = text_of(pages.props.get("signIn")) if isinstance(pages, Obj) else None
    if path is None or path == sign_in or path.startswith("/api/auth/"):
        return LETS_THROUGH
    token = Session(proof)
    authorized = _callback(options)
    if authorized is None:
        state.facts |= {proof}
    else:
        _ask(ev, authorized, Obj({"token": token, "req": arguments[0] if arguments else ANYTHING}), state, at, file)
    if handler is None:
        return LETS_THROUGH
    request = Obj({"nextauth": Obj({"token": token})}, arguments[:1])
    return calls.call_value(ev, handler, (request, *arguments[1:]), state, at, file)


def _ask(ev: Evaluator, authorized: Value, given: Obj, state: State, at: int, file: str) -> Value:
    """Go on as somebody whom this callback lets pass; raises PathEnds when it lets nobody pass."""
    answer = settled_promise(calls.call_value(ev, authorized, (given,), state, at, file))
    yes, _ = truth(answer, state)
    if not yes:
        raise PathEnds(refusal=True)
    state.facts |= certain(yes)
    return answer


def _auth_of_nextauth(
    ev: Evaluator, callee: External, arguments: Call, state: State, at: int, file: str
) -> Value | None:
    """Auth.js's ``auth`` exported as the middleware itself: its ``authorized`` callback decides, if there is one."""
    if not (len(arguments) == 2 and _is_request(arguments[0])):
        return None
    given = callee.links[0].arguments if callee.links else ()
    config = given[0] if given else None
    if isinstance(config, Fn):
        config = settled_promise(ev.call_back(config, arguments[:1], state, at, file))
    if not isinstance(config, Obj):
        state.facts |= {ev.blind(file, at, "the configuration of Auth.js could not be followed")}
        return LETS_THROUGH
    proof = Fact(ProofKind.SESSION, file, at, "Auth.js's middleware asks its authorized callback", source="next-auth")
    authorized = _callback(config)
    if authorized is not None:
        ev.attempts.add(proof)
        _ask(ev, authorized, Obj({"auth": Session(proof), "request": arguments[0]}), state, at, file)
    return LETS_THROUGH


def _callback(options: Obj) -> Value | None:
    callbacks = options.props.get("callbacks")
    found = callbacks.props.get("authorized") if isinstance(callbacks, Obj) else None
    return found if isinstance(found, Fn | Native) else None


def _is_request(value: Value) -> bool:
    return isinstance(value, Input) and value.channel == "request"


def _function_among(arguments: Sequence[Value]) -> Value | None:
    return next((value for value in arguments if isinstance(value, Fn | Native)), None)


def entry_of(ev: Evaluator, value: Value) -> Value:
    """What Next.js calls: a function, also where the export is a package's own, such as ``next-auth/middleware``."""
    if not isinstance(value, External):
        return value

    def run(ev: Evaluator, arguments: Call, state: State, at: int, file: str) -> Value:
        return calls.call_value(ev, value, arguments, state, at, file)

    del ev
    return Native("middleware", run)
