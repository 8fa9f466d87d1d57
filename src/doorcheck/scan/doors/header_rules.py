"""Rules by which headers are sent for paths: those of next.config, vercel.json, netlify.toml and ``_headers``.

Nothing is run; next.config is evaluated like any other module. Sources:
https://nextjs.org/docs/app/api-reference/config/next-config-js/headers, https://vercel.com/docs/project-configuration,
https://docs.netlify.com/manage/routing/headers/
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from doorcheck.core import Location, Written
from doorcheck.scan.doors.action_origins import opened_by
from doorcheck.scan.doors.next_config import CONFIGURATIONS, exported_options
from doorcheck.scan.doors.path_to_regexp import PathPatternError, path_source
from doorcheck.scan.facts import names
from doorcheck.scan.facts.evaluator import BudgetExceeded, Evaluator
from doorcheck.scan.facts.modules import LoadedModule
from doorcheck.scan.facts.outcomes import settled_promise
from doorcheck.scan.facts.spelled import spelled
from doorcheck.scan.facts.state import State
from doorcheck.scan.facts.texts import text_of
from doorcheck.scan.facts.values import (
    ANYTHING,
    Arr,
    Choice,
    Const,
    External,
    Fn,
    Native,
    Obj,
    Unknown,
    Value,
    made_from,
)
from doorcheck.scan.project.tree import Tree, UnreadableFile
from doorcheck.scan.syntax import ir, positions
from doorcheck.scan.syntax.ecma_nodes import Budget, BudgetSpentError
from doorcheck.scan.syntax.ecma_regex import Regex, RegexError, compile_regex

_STEPS = 20_000
_MAX_RULES, _MAX_DEPTH = 400, 6


@dataclass(frozen=True, slots=True)
class Rule:
    """One header that is sent for the paths of a pattern; ``value`` as far as it is known, ``whole`` where all is.

    ``conditional`` where it hangs on more than the path. ``by`` names the kind of file it stands in.
    """

    name: str
    value: str
    whole: bool
    source: str
    by: str
    at: Location
    conditional: bool = False

    def covers(self, path: str) -> bool:
        """Whether it is sent for this path, conditions aside."""
        regex = _compiled(self.source)
        try:
            return regex is not None and regex.search(path, Budget(_STEPS))
        except BudgetSpentError:
            return False


@lru_cache(maxsize=512)
def _compiled(source: str) -> Regex | None:
    """The pattern of a source; None for one that Next.js would refuse."""
    try:
        return compile_regex(path_source(source, repair_repeats=True), ignore_case=True)
    except (PathPatternError, RegexError):
        return None


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules of an app, later ones over earlier ones; ``doubts`` are places where there may be more.

    ``exported`` says that the app is built into static files, for which Next.js sends nothing itself. ``actions`` are
    the patterns of origins that may call its server actions though anybody may have one.
    """

    rules: tuple[Rule, ...] = ()
    doubts: tuple[Written, ...] = ()
    exported: bool = False
    actions: tuple[tuple[str, Location], ...] = ()


def rules_of(ev: Evaluator, tree: Tree, folder: str) -> Rules:
    """The rules of the app in this folder."""
    prefix = "" if folder == "." else f"{folder}/"
    own = _of_next_config(ev, tree, prefix)
    kept = () if own.exported else own.rules
    hosted = (*_of_vercel(tree, prefix), *_of_netlify(tree, prefix), *_of_headers_files(tree, prefix))
    actions = tuple(opened_by(ev, tree, prefix))[:_MAX_RULES]
    return Rules((*kept, *hosted)[:_MAX_RULES], own.doubts, own.exported, actions)


def _of_next_config(ev: Evaluator, tree: Tree, prefix: str) -> Rules:
    path = next((prefix + name for name in CONFIGURATIONS if prefix + name in tree.sources), None)
    if path is None:
        return Rules()
    module = ev.program.module(path)
    at = Location(path, 1)
    if module is None or module.summary.broken_at:
        return Rules(doubts=(Written("next.config could not be read", at),))
    try:
        value = exported_options(ev, module)
        every = (value, *_exported_before(ev, module))
        options = next((found for each in every if (found := _with_headers(each)) is not None), None)
        exported = options is not None and _is_export(options)
        option = options.props["headers"] if options is not None else _assigned(ev, module)
        if option is None:
            return Rules(doubts=tuple(_doubt_about(value, at)), exported=any(map(_exports, every)))
        return _of_option(ev, module, option, exported=exported)
    except (BudgetExceeded, RecursionError):
        return Rules(doubts=(Written("following next.config takes too many steps", at),))


def _exported_before(ev: Evaluator, module: LoadedModule) -> Iterator[Value]:
    """What ``module.exports`` was before it was wrapped: ``module.exports = withPlugin(module.exports)``."""
    for exported in module.summary.exports[:-1]:
        if exported.exported == "default" and exported.value is not None:
            yield names.evaluate_at_top(ev, module, exported.value)


def _assigned(ev: Evaluator, module: LoadedModule) -> Value | None:
    """What the module assigns to ``headers`` of some object after it was made: ``nextConfig.headers = …``."""
    queue: list[ir.Statement] = list(module.summary.body)
    for statement in queue:
        if isinstance(statement, ir.If):
            queue.extend((*statement.then, *statement.otherwise))
        made = statement.expression if isinstance(statement, ir.Evaluate) else None
        if isinstance(made, ir.Assign) and isinstance(made.target, ir.PatternTarget):
            target = made.target.target
            if isinstance(target, ir.Member) and target.property == "headers":
                return names.evaluate_at_top(ev, module, made.value)
    return None


def _with_headers(value: Value) -> Obj | None:
    """The options among what next.config exports, through the functions of plug-ins that wrap them."""
    found = [part for part in made_from(value) if isinstance(part, Obj) and part.cls is None]
    return next((part for part in found if _is_headers(part.props.get("headers"))), None)


def _is_headers(value: Value | None) -> bool:
    return isinstance(value, Fn | Native | Arr) or (isinstance(value, Unknown | External) and bool(made_from(value)))


def _is_export(options: Obj) -> bool:
    return text_of(options.props.get("output")) == "export"


def _exports(value: Value) -> bool:
    return any(isinstance(part, Obj) and _is_export(part) for part in made_from(value))


def _doubt_about(value: Value, at: Location) -> Iterator[Written]:
    """Where options without headers may have some that were not seen."""
    if isinstance(value, Obj) and not value.rest:
        return
    unread = next((p for p in made_from(value) if isinstance(p, Unknown) and p.fact is not None), None)
    if unread is not None and unread.fact is not None:
        line = max(positions.line_of(unread.fact.at), 1)
        yield Written(unread.fact.says, Location(unread.fact.file or at.path, line))
    elif value is ANYTHING:
        yield Written("what next.config exports could not be followed", at)


def _of_option(ev: Evaluator, module: LoadedModule, option: Value, *, exported: bool) -> Rules:
    at = option.function.at if isinstance(option, Fn) else positions.pack(0, 0)
    file = option.module.path if isinstance(option, Fn) else module.path
    where = Location(file, max(positions.line_of(at), 1))
    if isinstance(option, Fn | Native):
        ev.start()
        option = settled_promise(ev.call_back(option, (), State(), at, file))
    rules: list[Rule] = []
    doubts: list[Written] = []
    for entry in _items(option):
        if isinstance(entry, Obj):
            rules.extend(_of_entry(entry, where, doubts))
        elif not isinstance(entry, Const):
            doubts.append(Written("some of the headers in next.config could not be followed", where))
    return Rules(tuple(rules), tuple(dict.fromkeys(doubts)), exported)


def _items(value: Value, depth: int = 0) -> Iterator[Value]:
    """What stands in a list, whichever way it was put together."""
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, Arr):
        for item in (*value.items, *value.rest):
            yield from _items(item, depth + 1)
    elif isinstance(value, Choice):
        for one in value.alternatives:
            yield from _items(one.value, depth + 1)
    elif isinstance(value, Unknown) and value.fact is None and value.parts:
        for part in value.parts:
            yield from _items(part, depth + 1)
    else:
        yield value


def _of_entry(entry: Obj, where: Location, doubts: list[Written]) -> Iterator[Rule]:
    source = text_of(entry.props.get("source"))
    if source is None:
        doubts.append(Written("the source of some headers in next.config is not written out", where))
        return
    conditional = "has" in entry.props  # what ``missing`` leaves out is the exception, and mostly made ahead
    for pair in _items(entry.props.get("headers", Arr(()))):
        name = text_of(pair.props.get("key")) if isinstance(pair, Obj) else None
        if name is None or not isinstance(pair, Obj):
            if not isinstance(pair, Const):
                doubts.append(Written(f"some of the headers for {source} could not be followed", where))
            continue
        value, whole = spelled(pair.props.get("value", ANYTHING))
        yield Rule(name.lower(), value, whole, source, "next.config", where, conditional)


def _of_vercel(tree: Tree, prefix: str) -> Iterator[Rule]:
    entries = tree.data(f"{prefix}vercel.json").get("headers")
    at = Location(f"{prefix}vercel.json", 1)
    for entry in entries if isinstance(entries, Sequence) and not isinstance(entries, str) else ():
        if isinstance(entry, Mapping) and isinstance(entry.get("source"), str):
            conditional = bool(entry.get("has"))
            for name, value in _pairs(entry.get("headers")):
                yield Rule(name.lower(), value, True, entry["source"], "vercel.json", at, conditional)


def _pairs(headers: object) -> Iterator[tuple[str, str]]:
    for pair in headers if isinstance(headers, Sequence) and not isinstance(headers, str) else ():
        if isinstance(pair, Mapping) and isinstance(pair.get("key"), str) and isinstance(pair.get("value"), str):
            yield pair["key"], pair["value"]


def _of_netlify(tree: Tree, prefix: str) -> Iterator[Rule]:
    path = f"{prefix}netlify.toml"
    try:
        entries = tomllib.loads(tree.read(path).decode("utf-8", "replace")).get("headers", [])
    except (UnreadableFile, tomllib.TOMLDecodeError, RecursionError):
        return
    for entry in entries if isinstance(entries, list) else ():
        source, values = (entry.get("for"), entry.get("values")) if isinstance(entry, dict) else (None, None)
        if isinstance(source, str) and isinstance(values, dict):
            for name, value in values.items():
                if isinstance(value, str):
                    yield Rule(name.lower(), value, True, _as_pattern(source), "netlify.toml", Location(path, 1))


def _of_headers_files(tree: Tree, prefix: str) -> Iterator[Rule]:
    for path in (f"{prefix}_headers", f"{prefix}public/_headers"):
        try:
            lines = tree.read(path).decode("utf-8", "replace").splitlines()
        except UnreadableFile:
            continue
        source = None
        for number, line in enumerate(lines, 1):
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            name, colon, value = line.partition(":")
            if not line[0].isspace():
                source = line.strip()
            elif source is not None and source.startswith("/") and colon:
                at = Location(path, number)
                yield Rule(name.strip().lower(), value.strip(), True, _as_pattern(source), "_headers", at)


def _as_pattern(source: str) -> str:
    """A path with ``*`` as the pattern that Next.js would write for it."""
    return source.replace("/*", "/:rest*", 1) if source.endswith("/*") else source.replace("*", "(.*)")
