"""Which doors the route lists of Clerk's middleware cover: ``createRouteMatcher`` and the old ``authMiddleware``.

They hold the same path patterns as a middleware's matcher, matched without regard to case, or regular expressions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from doorcheck.scan.doors.matcher import MAX_MATCHERS, Coverage, Entry, Extent, Matcher
from doorcheck.scan.doors.path_to_regexp import PathPatternError, path_source
from doorcheck.scan.doors.samples import hints_of
from doorcheck.scan.syntax.ecma_regex import RegexError, compile_regex

CLERK_IGNORED_ROUTES = (r"/((?!api|trpc))(_next.*|.+\.[\w]+$)",)
"""What ``authMiddleware`` leaves alone when it is not told."""


@dataclass(frozen=True, slots=True)
class RegexLiteral:
    """A JavaScript regular expression as written, for helpers that take one beside path patterns."""

    source: str
    flags: str = ""


def path_matches_any(patterns: Sequence[str | RegexLiteral], route: str) -> Coverage:
    """How much of the route the patterns of a Clerk route matcher match: ``createRouteMatcher``, ``publicRoutes``.

    Patterns are path patterns matched without regard to case, or regular expressions, searched. Neither base path nor
    locale is part of what they see. An empty list, and an empty pattern, match nothing.
    """
    try:
        entries = [_clerk_entry(pattern) for pattern in patterns[:MAX_MATCHERS] if pattern]
    except (PathPatternError, RegexError) as error:
        return Coverage(Extent.UNKNOWN, f"a route pattern cannot be read: {error}")
    if len(patterns) > MAX_MATCHERS:
        return Coverage(Extent.UNKNOWN, f"more than {MAX_MATCHERS} route patterns")
    return Matcher(tuple(entries)).covers(route)


def auth_middleware_protects(
    route: str,
    public_routes: Sequence[str | RegexLiteral] = (),
    ignored_routes: Sequence[str | RegexLiteral] | None = None,
) -> Coverage:
    """How much of the route Clerk's ``authMiddleware`` (before version 6) refuses to a signed-out caller.

    Everything is protected but what is public or ignored. Without ``ignored_routes``, paths that look like files are
    ignored, outside ``/api`` and ``/trpc``, as that library has it. ALWAYS means that nothing of the route is open.
    """
    ignored = CLERK_IGNORED_ROUTES if ignored_routes is None else ignored_routes
    opened = path_matches_any([*public_routes, *ignored], route)
    if opened.extent is Extent.UNKNOWN:
        return opened
    if opened.extent is Extent.NEVER:
        return Coverage(Extent.ALWAYS, "no public or ignored route of authMiddleware matches it")
    if opened.extent is Extent.ALWAYS:
        return Coverage(Extent.NEVER, f"authMiddleware lets it through: {opened.matcher}", opened.matcher)
    return Coverage(Extent.SOMETIMES, f"authMiddleware lets a part of it through: {opened.matcher}", opened.matcher)


def _clerk_entry(pattern: str | RegexLiteral) -> Entry:
    if isinstance(pattern, RegexLiteral):
        if pattern.flags not in {"", "i"}:
            raise RegexError(f"the flags {pattern.flags!r} are not read")
        regex, source = compile_regex(pattern.source, "i" in pattern.flags), f"/{pattern.source}/{pattern.flags}"
    else:
        regex, source = compile_regex(path_source(pattern), ignore_case=True), pattern
    return Entry(source, regex, (), (), hints_of(regex))
