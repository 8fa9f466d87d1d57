"""The catalogue: every control has a folder here, and that is all it takes to be asked.

A folder holds the page (``control.md``), what the control is (``spec.py``: SPEC) and how scan judges it (``static.py``:
``judge``, and ``note``, ``Noted`` and ``settle`` where the spec says so). Judges are loaded when they first judge: a
run that finds its result kept from an earlier one needs none of them, and they stand on the whole engine.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from functools import cache
from importlib import import_module, resources
from typing import Any

from doorcheck.core import ControlId, ControlSpec, Scope
from doorcheck.scan.judging import Control


def page_of(spec: ControlSpec) -> str:
    """The Markdown page of a control, with the severity of each way in which it goes missing."""
    page = (resources.files(__package__) / _folder(spec.id) / "control.md").read_text("utf-8")
    for way in spec.ways:
        severity = spec.severity if way.severity is None else way.severity
        page = page.replace(f"\n- `{way.id}`:", f"\n- `{way.id}` ({severity.label}):", 1)
    return page


def _folder(control: ControlId) -> str:
    return control.value.replace("-", "_")


def _of_judge(control: ControlId, name: str) -> Callable[..., Any]:
    """A function of a control's judge, which is loaded when it is first called."""

    def call(*arguments: Any) -> Any:
        return getattr(import_module(f"{__package__}.{_folder(control)}.static"), name)(*arguments)

    return call


def _type_of_note(control: ControlId) -> Callable[[], type]:
    def give() -> type:
        noted: type = import_module(f"{__package__}.{_folder(control)}.static").Noted
        return noted

    return give


@cache
def _control(control: ControlId) -> Control:
    spec: ControlSpec = import_module(f"{__package__}.{_folder(control)}.spec").SPEC
    judge = _of_judge(control, "judge")
    return Control(
        spec,
        judge_door=judge if spec.scope is Scope.DOOR else None,
        judge_app=judge if spec.scope is Scope.APP else None,
        after=tuple(_control(each) for each in spec.after),
        note=_of_judge(control, "note") if spec.notes else None,
        note_type=_type_of_note(control) if spec.notes else None,
        settle=_of_judge(control, "settle") if spec.settles else None,
    )


_FOLDERS = frozenset(module.name for module in pkgutil.iter_modules(__path__))

CATALOGUE: tuple[Control, ...] = tuple(_control(control) for control in ControlId if _folder(control) in _FOLDERS)
