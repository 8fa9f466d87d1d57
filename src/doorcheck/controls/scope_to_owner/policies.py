"""What the database's own rules for callers, its row-level security, say of an operation."""

from __future__ import annotations

from doorcheck.scan.facts.ownership import owned_fact
from doorcheck.scan.facts.proofs import Fact
from doorcheck.scan.facts.values import Effect
from doorcheck.scan.judging import DoorCase
from doorcheck.scan.project.database.models import Model
from doorcheck.scan.project.database.security import COMMANDS, Rows
from doorcheck.scan.syntax import positions

_FILES = "storage.objects"
"""The table in which files are kept, whose policies speak of them."""


def callers_only(case: DoorCase, effect: Effect) -> Fact | None:
    """The fact that the database lets the caller reach no rows but their own; None where it does not say so."""
    model = _model(case, effect)
    reached = _reached(model, effect)
    if model is None or reached not in {Rows.CALLERS, Rows.NONE}:
        return None
    asked = (
        next((each for each in model.security.policies if each.rows is Rows.CALLERS), None) if model.security else None
    )
    file, line = (asked.file, asked.line) if asked is not None else (model.file, model.line)
    says = f"row-level security of {model.name} reaches only the caller's own rows"
    return owned_fact("", file, positions.pack(line - 1, 0), says)


def says_nothing(case: DoorCase, effect: Effect) -> bool:
    """Whether the database may limit what is reached, and no file of the repository says how."""
    return effect.policed and _reached(_model(case, effect), effect) in {None, Rows.UNCLEAR}


def _model(case: DoorCase, effect: Effect) -> Model | None:
    name = _FILES if effect.kind == "storage" else effect.subject
    return case.schema.model(name, effect.file) if effect.policed and name else None


def _reached(model: Model | None, effect: Effect) -> Rows | None:
    """Which rows the policies open to this operation; None where no file says."""
    if model is None or model.security is None:
        return None
    verb = effect.says.rsplit(".", 1)[-1]
    command = verb if verb in COMMANDS else "update" if effect.writes else "select"
    return model.security.rows(command)
