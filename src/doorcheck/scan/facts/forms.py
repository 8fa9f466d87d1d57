"""Forms with files that a library reads: their fields, and their files in temporary places."""

from __future__ import annotations

from typing import TYPE_CHECKING

from doorcheck.scan.facts.bounds import Aspect, fact_about
from doorcheck.scan.facts.proofs import NOTHING, Facts
from doorcheck.scan.facts.state import State
from doorcheck.scan.facts.values import NULL, Arr, External, Fn, Input, Native, Obj, Promise, Value
from doorcheck.scan.knowledge import rows

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Evaluator


def read(
    ev: Evaluator,
    row: rows.FormReader,
    callee: External,
    arguments: tuple[Value, ...],
    state: State,
    at: int,
    file: str,
) -> Value:
    """``form.parse(request)``: the fields and the files, as a list of both and to whatever function is given."""
    ev.may_throw(state)
    state.facts |= _limited(row, callee, arguments, at, file)
    form = Input("form")
    for argument in arguments:
        if isinstance(argument, Fn | Native):
            ev.call_back(argument, (NULL, form, form), state, at, file)
    return Promise(Arr((form, form)))


def _limited(row: rows.FormReader, callee: External, arguments: tuple[Value, ...], at: int, file: str) -> Facts:
    given = [value for link in callee.links for value in link.arguments] + list(arguments)
    options = {name for value in given if isinstance(value, Obj) for name in value.props}
    if not row.limited and not options & set(row.limits):
        return NOTHING
    return frozenset({fact_about(Aspect.SIZE, "form", file, at, "whoever reads the form limits its size")})
