"""The catalogue: every control, written out once."""

from __future__ import annotations

from importlib import resources

from doorcheck.controls.authenticate import spec as authenticate_spec
from doorcheck.controls.authenticate import static as authenticate
from doorcheck.controls.cover_every_door import spec as cover_every_door_spec
from doorcheck.controls.cover_every_door import static as cover_every_door
from doorcheck.controls.patch_framework import spec as patch_framework_spec
from doorcheck.controls.patch_framework import static as patch_framework
from doorcheck.controls.share_identity import spec as share_identity_spec
from doorcheck.controls.share_identity import static as share_identity
from doorcheck.core import ControlSpec
from doorcheck.scan.judging import Control


def page_of(spec: ControlSpec) -> str:
    """The Markdown page of a control."""
    folder = resources.files(__package__) / spec.id.value.replace("-", "_")
    return (folder / "control.md").read_text("utf-8")


CATALOGUE: tuple[Control, ...] = (
    Control(authenticate_spec.SPEC, "", judge_door=authenticate.judge),
    Control(cover_every_door_spec.SPEC, page_of(cover_every_door_spec.SPEC), judge_app=cover_every_door.judge),
    Control(
        patch_framework_spec.SPEC,
        page_of(patch_framework_spec.SPEC),
        judge_app=lambda case: patch_framework.judge_version(case.app, case.manifest),
    ),
    Control(share_identity_spec.SPEC, page_of(share_identity_spec.SPEC), judge_app=share_identity.judge),
)
