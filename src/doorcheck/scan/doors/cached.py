"""Functions whose results Next.js keeps: those given to ``unstable_cache``, and those that say ``use cache``.

Sources: https://nextjs.org/docs/app/api-reference/functions/unstable_cache,
https://nextjs.org/docs/app/api-reference/directives/use-cache, https://nextjs.org/docs/app/api-reference/functions/cacheLife
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from doorcheck.scan.doors.kept import Kept, place, readings
from doorcheck.scan.facts import expressions, following
from doorcheck.scan.facts.evaluator import BudgetExceeded, Evaluator, PathEnds, Scope
from doorcheck.scan.facts.modules import LoadedModule
from doorcheck.scan.facts.state import State
from doorcheck.scan.facts.values import ANYTHING, UNDEFINED, Arr, Const, Fn, Obj, Value
from doorcheck.scan.project.skim import Link
from doorcheck.scan.syntax import ir
from doorcheck.scan.syntax.modules import names_bound
from doorcheck.scan.syntax.walking import nodes

_PACKAGE = "next/cache"
_KEEPING = "unstable_cache"
_TAGGING = frozenset({"cacheTag", "unstable_cacheTag"})
_LASTING = frozenset({"cacheLife", "unstable_cacheLife"})
_DIRECTIVE, _IN_THE_BROWSER = "use cache", "use cache: private"
_DEFAULT_SECONDS = 900.0
_PROFILES = {
    "default": _DEFAULT_SECONDS,
    "seconds": 1.0,
    "minutes": 60.0,
    "hours": 3_600.0,
    "days": 86_400.0,
    "weeks": 604_800.0,
    "max": 2_592_000.0,
}
"""After how many seconds each built-in profile makes a result anew."""


@dataclass(frozen=True, slots=True)
class _Found:
    name: str
    function: Fn
    at: int
    tags: tuple[str, ...] | None
    seconds: float | None


def imports_a_cache(links: Sequence[Link]) -> bool:
    """Whether a file imports what keeps the results of functions."""
    return any(
        each.specifier == _PACKAGE and any(asked in {_KEEPING, "*"} for asked, _ in each.names) for each in links
    )


def cached_in(ev: Evaluator, module: LoadedModule) -> Iterator[Kept]:
    """What this module's cached functions keep of the database."""
    yield from _kept(ev, module, (*_given(ev, module), *_marked(ev, module)))


def own_caches(module: LoadedModule) -> Iterator[str]:
    """The exports that hand on to ``unstable_cache`` what they are given: the project's own name for it."""
    exported = {each.local or name: name for name, each in module.exports.items()}
    for function in module.summary.functions:
        taken = {name for each in function.parameters for name in names_bound(each.pattern)}
        for node in _calls_in(function.body) if function.name in exported else ():
            if _name_of(module, node) == _KEEPING and _is_made_of(node.arguments[:1], taken):
                yield exported[function.name]


def cached_by(ev: Evaluator, module: LoadedModule, local: str) -> Iterator[Kept]:
    """What this module keeps by an own cache of the project, which it calls by this name. Its tags are not told."""
    named = _named(module)
    found: list[_Found] = []
    for owner, node in _calls(module):
        if isinstance(node.callee, ir.Name) and node.callee.id == local:
            function, *others = [_value(ev, module, argument) for argument in node.arguments] or [UNDEFINED]
            seconds = max((limit for each in others if (limit := _seconds(each)) is not None), default=None)
            if isinstance(function, Fn):
                name = named.get(id(node)) or owner or function.function.name
                found.append(_Found(name, function, node.at, None, seconds))
    yield from _kept(ev, module, found)


def _named(module: LoadedModule) -> dict[int, str]:
    """The names of the module's variables by the expressions that they are."""
    return {id(each.value): name for name, each in module.variables.items() if each.value is not None}


def _is_made_of(nodes: Sequence[ir.Expression], names: set[str]) -> bool:
    """Whether an expression is one of these variables, or what a call gives that is given one."""
    return any(
        (isinstance(node, ir.Name) and node.id in names)
        or (isinstance(node, ir.Call) and _is_made_of(node.arguments, names))
        for node in nodes
    )


def _kept(ev: Evaluator, module: LoadedModule, every: Iterable[_Found]) -> Iterator[Kept]:
    for found in every:
        trace = _followed(ev, module, found)
        reads = readings(ev, trace) if trace is not None else ()
        if reads:
            yield Kept(
                says=f"{found.name or 'a function'} is cached",
                at=place(module.path, found.at),
                reads=reads,
                tags=found.tags,
                seconds=found.seconds,
            )


def _followed(ev: Evaluator, module: LoadedModule, found: _Found) -> following.Trace | None:
    function = found.function.function
    arguments = tuple(ANYTHING for _ in function.parameters)
    try:
        trace = following.follow(ev, found.function, arguments, module.path, function.at)
    except RecursionError:
        return None
    return None if trace.opaque is not None else trace


def _given(ev: Evaluator, module: LoadedModule) -> Iterator[_Found]:
    """The functions that are given to ``unstable_cache``."""
    named = _named(module)
    for owner, node in _calls(module):
        if _name_of(module, node) != _KEEPING or not node.arguments:
            continue
        function = _value(ev, module, node.arguments[0])
        if isinstance(function, Fn):
            options = _value(ev, module, node.arguments[2]) if len(node.arguments) > 2 else UNDEFINED
            name = named.get(id(node)) or owner or function.function.name
            yield _Found(name, function, node.at, _tags(options), _seconds(options))


def _marked(ev: Evaluator, module: LoadedModule) -> Iterator[_Found]:
    """The functions that say ``use cache``, or stand in a module that does."""
    whole = _is_kept(module.summary.directives)
    exported = {each.local or name for name, each in module.exports.items()} if whole else set()
    for function in module.summary.functions:
        if _is_kept(function.directives) or function.name in exported:
            tags, seconds = _asked_for(ev, module, function)
            yield _Found(function.name, Fn(module, function), function.at, tags, seconds)


def _calls_in(root: object) -> Iterator[ir.Call]:
    return (node for node in nodes(root) if isinstance(node, ir.Call))


def _is_kept(directives: Sequence[str]) -> bool:
    return any(each.startswith(_DIRECTIVE) and each != _IN_THE_BROWSER for each in directives)


def _asked_for(
    ev: Evaluator, module: LoadedModule, function: ir.Function
) -> tuple[tuple[str, ...] | None, float | None]:
    """The tags and the time that a function gives its own result."""
    tags: tuple[str, ...] | None = ()
    seconds: float | None = _DEFAULT_SECONDS
    for node in _calls_in(function.body):
        name = _name_of(module, node)
        if name in _TAGGING:
            texts = [_text(_value(ev, module, argument)) for argument in node.arguments]
            known = tuple(text for text in texts if text is not None)
            tags = None if tags is None or len(known) < len(texts) else (*tags, *known)
        elif name in _LASTING and node.arguments:
            seconds = _lasting(_value(ev, module, node.arguments[0]))
    return tags, seconds


def _lasting(profile: Value) -> float | None:
    text = _text(profile)
    if text is not None:
        return _PROFILES.get(text)
    return _seconds(profile)


def _tags(options: Value) -> tuple[str, ...] | None:
    tags = options.props.get("tags") if isinstance(options, Obj) else None
    if tags is None:
        return () if options is UNDEFINED or isinstance(options, Obj) else None
    if not isinstance(tags, Arr) or tags.rest:
        return None
    texts = [_text(item) for item in tags.items]
    return tuple(text for text in texts if text is not None) if None not in texts else None


def _seconds(options: Value) -> float | None:
    given = options.props.get("revalidate") if isinstance(options, Obj) else None
    is_number = isinstance(given, Const) and isinstance(given.value, float | int) and not isinstance(given.value, bool)
    return float(given.value) if is_number and isinstance(given, Const) else None


def _text(value: Value) -> str | None:
    return value.value if isinstance(value, Const) and isinstance(value.value, str) else None


def _value(ev: Evaluator, module: LoadedModule, node: ir.Expression) -> Value:
    ev.start()
    try:
        return expressions.evaluate(ev, node, State(), Scope(module, ()))
    except (PathEnds, BudgetExceeded, RecursionError):
        return ANYTHING


def _name_of(module: LoadedModule, node: ir.Call) -> str:
    """What a call calls of ``next/cache``, by the name it has there."""
    callee = node.callee
    if isinstance(callee, ir.Name):
        imported = module.imports.get(callee.id)
        return imported.imported if imported is not None and imported.source == _PACKAGE else ""
    if isinstance(callee, ir.Member) and isinstance(callee.object, ir.Name):
        imported = module.imports.get(callee.object.id)
        return callee.property if imported is not None and imported.source == _PACKAGE else ""
    return ""


def _calls(module: LoadedModule) -> Iterator[tuple[str, ir.Call]]:
    """Every call of a module, with the name of the function it stands in."""
    for name, body in [("", module.summary.body), *((each.name, each.body) for each in module.summary.functions)]:
        yield from ((name, node) for node in nodes(body) if isinstance(node, ir.Call))
