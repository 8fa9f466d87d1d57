"""Which doors a middleware's ``config.matcher`` covers, by Next.js's own rules.

The rules are those of Next.js's ``getMiddlewareMatchers`` and ``getMiddlewareRouteMatcher``: a source is a path
pattern, anchored, case-sensitive, behind the base path and the locale, and also stands for the data and transport
forms of the same page.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from doorcheck.scan.doors.path_to_regexp import PathPatternError, path_source
from doorcheck.scan.doors.samples import hints_of, sample_paths
from doorcheck.scan.syntax.ecma_nodes import Budget, BudgetSpentError
from doorcheck.scan.syntax.ecma_regex import Regex, RegexError, compile_regex

MAX_SOURCE = 4096
"""The longest source that Next.js builds."""

MAX_MATCHERS = 200
_STEPS_A_ROUTE = 60_000
_RSC = r"\.rsc|\.segments/.+\.segment\.rsc"


class Extent(enum.StrEnum):
    """How much of what a route answers to is covered."""

    ALWAYS = "always"
    SOMETIMES = "sometimes"
    NEVER = "never"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Coverage:
    """An extent and why.

    ``matcher`` is the source that covers the route, wholly or in part; None where none does, or where there is no
    matcher at all. ``gap`` is a path of the route that is not covered, None where there is none or where what is
    missing is a condition rather than a path.
    """

    extent: Extent
    says: str
    matcher: str | None = None
    gap: str | None = None


@dataclass(frozen=True, slots=True)
class Routing:
    """What of next.config bears on paths.

    ``locales`` are those that a request may be taken for when it names none: the default locale and the domains', or
    all locales where those are not known.
    """

    base_path: str = ""
    locales: tuple[str, ...] = ()
    trailing_slash: bool = False

    def request_paths(self, path: str) -> tuple[str, ...]:
        """The paths that matchers are asked with when a client asks for this path."""
        if self.trailing_slash and not path.endswith("/") and "." not in path.rpartition("/")[2]:
            path += "/"
        if not self.locales:
            return (self.base_path + path,)
        return tuple(f"{self.base_path}/{locale}{'' if path == '/' else path}" for locale in self.locales)


@dataclass(frozen=True, slots=True)
class Entry:
    """One compiled matcher. ``has`` and ``missing`` are its conditions, each in words."""

    source: str
    regex: Regex
    has: tuple[str, ...]
    missing: tuple[str, ...]
    hints: tuple[str, ...]

    @property
    def conditional(self) -> bool:
        return bool(self.has or self.missing)


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the matchers say to one path: the entry that covers it, and whether only on a condition."""

    entry: Entry | None
    conditional: bool = False


@dataclass(frozen=True, slots=True)
class Matcher:
    """The compiled ``config.matcher`` of an app's middleware.

    ``entries`` is None where there is no matcher and the middleware runs for every path; ``refusal`` says why the
    matcher cannot be judged.
    """

    entries: tuple[Entry, ...] | None
    routing: Routing = Routing()
    refusal: str | None = None

    @classmethod
    def of(cls, value: object, routing: Routing = Routing()) -> Matcher:
        """The matcher of a ``matcher:`` value read from the source: text, mapping, or a list of them; None for none.

        A value that is none of these, or that Next.js would refuse to build, gives a matcher that knows nothing.
        """
        if value is None:
            return cls(None, routing)
        written = list(value) if isinstance(value, list | tuple) else [value]
        if len(written) > MAX_MATCHERS:
            return cls.unreadable(f"more than {MAX_MATCHERS} matchers")
        entries: list[Entry] = []
        for item in written:
            try:
                entries.append(_entry(item, routing))
            except (PathPatternError, RegexError) as error:
                return cls.unreadable(f"the matcher {_shown(item)} cannot be read: {error}")
        return cls(tuple(entries), routing)

    @classmethod
    def unreadable(cls, why: str) -> Matcher:
        """A matcher that could not be read from the source; it covers nobody knows what."""
        return cls((), refusal=why)

    def covers(self, route: str) -> Coverage:
        """How much of the route (``/api/invoices/[id]``) the middleware runs for."""
        if self.refusal is not None:
            return Coverage(Extent.UNKNOWN, self.refusal)
        if self.entries is None:
            return Coverage(Extent.ALWAYS, "the middleware has no matcher and runs for every path")
        hints = [hint for entry in self.entries for hint in entry.hints]
        budget = Budget(_STEPS_A_ROUTE)
        try:
            answers = self._answers(sample_paths(route, hints), budget)
        except BudgetSpentError:
            return Coverage(Extent.UNKNOWN, "the matcher takes too long to evaluate")
        return _summed_up(answers)

    def runs_for(self, request_path: str) -> bool:
        """Whether some request for this very path, base path and locale included, is given to the middleware.

        Raises BudgetSpentError for a matcher that takes too long, ValueError for one that could not be read.
        """
        if self.refusal is not None:
            raise ValueError(self.refusal)
        return self.entries is None or self._answer_to(request_path, Budget(_STEPS_A_ROUTE)).entry is not None

    def _answers(self, paths: Iterable[str], budget: Budget) -> list[tuple[str, _Answer]]:
        """The answer to each path, up to the one that settles it: some are covered and some are not."""
        answers: list[tuple[str, _Answer]] = []
        for path in paths:
            answers.append((path, self._answer(path, budget)))
            if len({answer.entry is None for _, answer in answers}) == 2:
                break
        return answers

    def _answer(self, path: str, budget: Budget) -> _Answer:
        """The weakest answer over the forms in which the path is asked for."""
        answers = [self._answer_to(asked, budget) for asked in self.routing.request_paths(path)]
        return min(answers, key=lambda answer: (answer.entry is not None, not answer.conditional))

    def _answer_to(self, path: str, budget: Budget) -> _Answer:
        found: list[Entry] = []
        for entry in self.entries or ():
            if not entry.regex.search(path, budget):
                continue
            if not entry.conditional:
                return _Answer(entry)
            found.append(entry)
        if not found:
            return _Answer(None)
        return _Answer(found[0], conditional=not _complement_each_other(found))


def middleware_source(source: str, routing: Routing, locale: bool = True) -> str:
    """The path pattern Next.js makes of a matcher's source before it compiles it."""
    root = source == "/"
    if routing.locales and locale:
        source = "/:nextInternalLocale((?!_next/)[^/.]{1,})" + ("" if root else source)
    if root:
        data = r"|\.json|" if routing.locales else ""
        suffix = rf"({data}/?index|/?index\.json|/?index(?:{_RSC}))?"
    else:
        suffix = rf"{{(\.json|{_RSC})}}?"
    return f"{routing.base_path}/:nextData(_next/data/[^/]{{1,}})?{source}{suffix}"


def _summed_up(answers: Sequence[tuple[str, _Answer]]) -> Coverage:
    reached = next((a for _, a in answers if a.entry is not None and not a.conditional), None)
    conditional = next((a.entry for _, a in answers if a.entry is not None and a.conditional), None)
    gap = next((path for path, a in answers if a.entry is None), None)
    if reached is None and conditional is None:
        return Coverage(Extent.NEVER, "no matcher covers it", None, answers[0][0])
    entry = conditional if reached is None or reached.entry is None else reached.entry
    source = entry.source if entry is not None else None
    if gap is not None:
        return Coverage(Extent.SOMETIMES, f"{source} does not cover {gap}", source, gap)
    if conditional is not None:
        return Coverage(Extent.SOMETIMES, f"{conditional.source} {_condition(conditional)}", conditional.source)
    return Coverage(Extent.ALWAYS, f"{source} covers it", source)


def _condition(entry: Entry) -> str:
    parts = [f"covers it only when the request has {', '.join(entry.has)}"] if entry.has else []
    if entry.missing:
        parts.append(f"leaves it out when the request has {', '.join(entry.missing)}")
    return " and ".join(parts)


def _complement_each_other(entries: list[Entry]) -> bool:
    """Whether one entry asks for the very thing whose absence another asks for, so that one of the two applies."""
    wanted = {entry.has for entry in entries if len(entry.has) == 1 and not entry.missing}
    unwanted = {entry.missing for entry in entries if len(entry.missing) == 1 and not entry.has}
    return bool(wanted & unwanted)


def _entry(item: object, routing: Routing) -> Entry:
    fields: Mapping[object, object] = item if isinstance(item, Mapping) else {"source": item}
    source = fields.get("source")
    if not isinstance(source, str):
        raise PathPatternError("its source is no text")
    if not source.startswith("/"):
        raise PathPatternError("a source starts with /")
    full = middleware_source(source, routing, locale=fields.get("locale") is not False)
    if len(full) > MAX_SOURCE:
        raise PathPatternError(f"it is longer than {MAX_SOURCE} characters")
    plain = compile_regex(path_source(source, repair_repeats=True))
    regex = compile_regex(path_source(full, repair_repeats=True))
    return Entry(source, regex, _conditions(fields.get("has")), _conditions(fields.get("missing")), hints_of(plain))


def _conditions(value: object) -> tuple[str, ...]:
    """The conditions in words; one that cannot be read is still a condition."""
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        return ("a condition that is not written out",)
    return tuple(_condition_of(item) for item in value)


def _condition_of(item: object) -> str:
    if not isinstance(item, Mapping):
        return "a condition that is not written out"
    name = " ".join(str(item[key]) for key in ("type", "key") if isinstance(item.get(key), str))
    value = item.get("value")
    return f"{name or 'a condition'} = {value}" if isinstance(value, str) else name or "a condition"


def _shown(item: object) -> str:
    source = item.get("source") if isinstance(item, Mapping) else item
    text = source if isinstance(source, str) else "given"
    return text if len(text) <= 80 else text[:79] + "…"
