"""What is left of a procedure's answer when the builder gave it a schema for what goes out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from doorcheck.scan.facts import promises
from doorcheck.scan.facts.checks import Check
from doorcheck.scan.facts.contracts import OUTPUTS, Named
from doorcheck.scan.facts.schemas import shape_of
from doorcheck.scan.facts.state import State
from doorcheck.scan.facts.validators import checked
from doorcheck.scan.facts.values import Promise, Value

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Evaluator


def let_out(ev: Evaluator, schemas: Sequence[Named], answer: Value, state: State, at: int, file: str) -> Value:
    """The answer after it went through the last of these schemas that is for answers; the answer where none is."""
    schema = next((each for name, each in reversed(schemas) if name in OUTPUTS), None)
    if schema is None:
        return answer
    inner = promises.awaited_value(ev, answer, state, at, file)
    return Promise(checked(inner, Check(file, at, shape_of(ev.knowledge, schema))))
