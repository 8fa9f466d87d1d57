"""What React is told never to send to a browser: rendering fails where it would be.

Source: https://react.dev/reference/react/experimental_taintObjectReference
"""

from __future__ import annotations

from doorcheck.scan.facts.crossing import parts_sent
from doorcheck.scan.facts.evaluator import Evaluator
from doorcheck.scan.facts.state import State
from doorcheck.scan.facts.values import UNDEFINED, Env, External, Query, Row, Session, Value

_OBJECTS, _VALUES = "experimental_taintObjectReference", "experimental_taintUniqueValue"
_ARGUMENT = {_OBJECTS: 1, _VALUES: 2}

_Key = tuple[object, ...]


class Tainted:
    """Collects what an evaluator sees tainted."""

    def __init__(self, ev: Evaluator) -> None:
        self._keys: set[_Key] = set()
        for name in _ARGUMENT:
            for path in ((name,), ("default", name)):
                ev.special["react", path] = self._note

    def _note(
        self, ev: Evaluator, callee: External, arguments: tuple[Value, ...], state: State, at: int, file: str
    ) -> Value:
        del ev, state, at, file
        number = _ARGUMENT[callee.path[-1]]
        for value in arguments[number : number + 1]:
            self._keys.update(_key(part) for part in parts_sent(value))
        return UNDEFINED

    def holds(self, value: Session | Env | Row) -> bool:
        """Whether sending this fails."""
        return _key(value) in self._keys


def _key(value: Session | Env | Row | Query) -> _Key:
    if isinstance(value, Env):
        return ("env", value.name)
    if isinstance(value, Session):
        return ("session", value.path)
    return (value.effect.file, value.effect.at, value.path if isinstance(value, Row) else ())
