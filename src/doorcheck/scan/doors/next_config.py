"""What of an app's next.config bears on paths, read without running it."""

from __future__ import annotations

from collections.abc import Collection

from doorcheck.scan.doors.matcher import Routing
from doorcheck.scan.facts import names
from doorcheck.scan.facts.evaluator import Evaluator
from doorcheck.scan.facts.modules import LoadedModule, Program
from doorcheck.scan.facts.state import State
from doorcheck.scan.facts.values import Arr, Const, Fn, Obj, Promise, Value, made_from

CONFIGURATIONS = ("next.config.js", "next.config.mjs", "next.config.cjs", "next.config.ts", "next.config.mts")
_ON_PATHS = frozenset({"basePath", "i18n", "trailingSlash"})


def routing_of(ev: Evaluator, program: Program, folder: str, sources: Collection[str]) -> Routing:
    """The base path, locales and trailing slash of the app in ``folder``; the defaults where none is written out."""
    prefix = "" if folder == "." else f"{folder}/"
    path = next((prefix + name for name in CONFIGURATIONS if prefix + name in sources), None)
    module = program.module(path) if path is not None else None
    if module is None:
        return Routing()
    notes = dict(ev.notes)
    try:
        options = _options(exported_options(ev, module))
    finally:
        ev.notes = notes  # what a build plug-in could not be followed into is no door's business
    return _routing(options) if options is not None else Routing()


def exported_options(ev: Evaluator, module: LoadedModule) -> Value:
    """What a next.config exports; what its function gives where it exports one."""
    value = names.export_value(ev, module, "default")
    if isinstance(value, Fn):
        ev.start()
        value = ev.call_back(value, (), State(), 0, value.module.path)
    return value.value if isinstance(value, Promise) else value


def _options(value: Value) -> Obj | None:
    """The object with the options, through the functions of plug-ins that wrap it."""
    for part in made_from(value):
        if isinstance(part, Obj) and _ON_PATHS & part.props.keys():
            return part
    return None


def _routing(options: Obj) -> Routing:
    base = _text(options.props.get("basePath"))
    slash = options.props.get("trailingSlash")
    return Routing(
        base_path=base.rstrip("/") if base is not None else "",
        locales=_locales(options.props.get("i18n")),
        trailing_slash=isinstance(slash, Const) and slash.value is True,
    )


def _locales(value: Value | None) -> tuple[str, ...]:
    """The locales that a request may be taken for when it names none."""
    if not isinstance(value, Obj):
        return ()
    default = _text(value.props.get("defaultLocale"))
    domains = value.props.get("domains")
    if default is None:
        return tuple(text for text in map(_text, _items(value.props.get("locales"))) if text is not None)
    own = [item.props.get("defaultLocale") for item in _items(domains) if isinstance(item, Obj)]
    return tuple(dict.fromkeys([default, *(text for text in map(_text, own) if text is not None)]))


def _items(value: Value | None) -> tuple[Value, ...]:
    return value.items if isinstance(value, Arr) else ()


def _text(value: Value | None) -> str | None:
    return value.value if isinstance(value, Const) and isinstance(value.value, str) else None
