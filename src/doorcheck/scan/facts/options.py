"""Calls that pass literal options to functions of the repository, kept so that a call can be tried without one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from doorcheck.scan.facts.values import UNDEFINED, Arr, Const, Fn, Obj, Value

MAX_DEPTH = 2
MAX_LITERALS = 12
MAX_TEXT = 24

Path = tuple[int | str, ...]
Written = tuple[Path, bool | str]


@dataclass(frozen=True, slots=True)
class OptionKey:
    """A call's place, with the literals it passes: one place may pass on what several callers wrote."""

    file: str
    at: int
    literals: tuple[Written, ...]


@dataclass(frozen=True, slots=True)
class OptionedCall:
    """A call of a module's own function with literal options."""

    key: OptionKey
    fn: Fn
    arguments: tuple[Value, ...]


@dataclass(slots=True)
class Options:
    """``calls`` are all that were met, ``seen`` those met since it was last emptied."""

    calls: dict[OptionKey, OptionedCall] = field(default_factory=dict)
    seen: set[OptionKey] = field(default_factory=set)

    def note(self, fn: Fn, arguments: Sequence[Value], file: str, at: int) -> None:
        """Keep a call when it passes any literal option."""
        if fn.parents:
            return
        literals = tuple(literals_in(arguments))
        if literals:
            key = OptionKey(file, at, literals)
            self.calls.setdefault(key, OptionedCall(key, fn, tuple(arguments)))
            self.seen.add(key)

    def at_places(self, file: str, places: Iterable[int]) -> list[OptionedCall]:
        """The calls written at these places of a file."""
        wanted = set(places)
        return [call for key, call in self.calls.items() if key.file == file and key.at in wanted]

    def of_function(self, fn: Fn) -> list[OptionedCall]:
        """Every call of this function."""
        return [call for call in self.calls.values() if call.fn.function is fn.function]


def literals_in(arguments: Sequence[Value]) -> Iterator[Written]:
    """The booleans and short texts among the arguments and in the object literals they are, with where they stand."""
    found = 0
    for position, argument in enumerate(arguments):
        for path, value in _inside(argument, (position,)):
            if found == MAX_LITERALS:
                return
            found += 1
            yield path, value


def _inside(value: Value, path: Path) -> Iterator[Written]:
    if isinstance(value, Const):
        text = isinstance(value.value, str) and len(path) > 1 and len(value.value) <= MAX_TEXT
        if text or isinstance(value.value, bool):
            yield path, value.value
    elif type(value) is Obj and value.cls is None and len(path) <= MAX_DEPTH:
        for name, item in value.props.items():
            yield from _inside(item, (*path, name))


def replaced(arguments: Sequence[Value], path: Path, value: Value | None) -> tuple[Value, ...]:
    """The arguments with another value at this path; None takes it away."""
    changed = list(arguments)
    position = path[0]
    if isinstance(position, int):
        changed[position] = _put(changed[position], path[1:], value)
    return tuple(changed)


def _put(target: Value, path: Path, value: Value | None) -> Value:
    if not path or not isinstance(target, Obj):
        return UNDEFINED if value is None else value
    name = str(path[0])
    props = dict(target.props)
    if len(path) == 1 and value is None:
        props.pop(name, None)
    else:
        props[name] = _put(props.get(name, UNDEFINED), path[1:], value)
    return Obj(props, target.rest, target.cls)


def takes_function(arguments: Sequence[Value]) -> bool:
    """Whether any argument is a function, or holds one: the call wraps it."""
    return any(
        isinstance(value, Fn)
        or (isinstance(value, Obj) and any(isinstance(item, Fn) for item in value.props.values()))
        or (isinstance(value, Arr) and any(isinstance(item, Fn) for item in value.items))
        for value in arguments
    )
