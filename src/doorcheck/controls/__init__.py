"""The catalogue: every control, written out once."""

from __future__ import annotations

from importlib import resources

from doorcheck.controls.authenticate import spec as authenticate_spec
from doorcheck.controls.authenticate import static as authenticate
from doorcheck.controls.patch_framework import spec as patch_framework_spec
from doorcheck.controls.patch_framework import static as patch_framework
from doorcheck.core import ControlSpec
from doorcheck.scan.judging import Control


def page_of(spec: ControlSpec) -> str:
    """The Markdown page of a control."""
    folder = resources.files(__package__) / spec.id.value.replace("-", "_")
    return (folder / "control.md").read_text("utf-8")


CATALOGUE: tuple[Control, ...] = (
    Control(authenticate_spec.SPEC, "", judge_door=authenticate.judge),
)
