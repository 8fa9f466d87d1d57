"""The catalogue: every control, written out once.

Judges are loaded when they first judge: a run that finds its result kept from an earlier one needs none of them, and
they stand on the whole engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources

from doorcheck.controls.authenticate import spec as authenticate_spec
from doorcheck.controls.cover_every_door import spec as cover_every_door_spec
from doorcheck.controls.derive_identity import spec as derive_identity_spec
from doorcheck.controls.hide_existence import spec as hide_existence_spec
from doorcheck.controls.patch_framework import spec as patch_framework_spec
from doorcheck.controls.refuse_unknown_fields import spec as refuse_unknown_fields_spec
from doorcheck.controls.require_role import spec as require_role_spec
from doorcheck.controls.scope_to_owner import spec as scope_to_owner_spec
from doorcheck.controls.share_identity import spec as share_identity_spec
from doorcheck.controls.validate_input import spec as validate_input_spec
from doorcheck.core import ControlSpec, Verdict
from doorcheck.scan.judging import AppCase, Control, DoorCase, DoorNote


def page_of(spec: ControlSpec) -> str:
    """The Markdown page of a control, with the severity of each way in which it goes missing."""
    folder = resources.files(__package__) / spec.id.value.replace("-", "_")
    page = (folder / "control.md").read_text("utf-8")
    for way in spec.ways:
        severity = spec.severity if way.severity is None else way.severity
        page = page.replace(f"\n- `{way.id}`:", f"\n- `{way.id}` ({severity.label}):", 1)
    return page


def _authenticate(case: DoorCase) -> Verdict:
    from doorcheck.controls.authenticate.static import judge  # noqa: PLC0415

    return judge(case)


def _cover_every_door(case: AppCase) -> Verdict:
    from doorcheck.controls.cover_every_door.static import judge  # noqa: PLC0415

    return judge(case)


def _note_on_cover_every_door(case: DoorCase) -> object:
    from doorcheck.controls.cover_every_door.static import note  # noqa: PLC0415

    return note(case)


def _type_of_note_on_cover_every_door() -> type:
    from doorcheck.controls.cover_every_door.static import Noted  # noqa: PLC0415

    return Noted


def _patch_framework(case: AppCase) -> Verdict:
    from doorcheck.controls.patch_framework.static import judge_version  # noqa: PLC0415

    return judge_version(case.app, case.manifest)


def _share_identity(case: AppCase) -> Verdict:
    from doorcheck.controls.share_identity.static import judge  # noqa: PLC0415

    return judge(case)


def _scope_to_owner(case: DoorCase) -> Verdict:
    from doorcheck.controls.scope_to_owner.static import judge  # noqa: PLC0415

    return judge(case)


def _validate_input(case: DoorCase) -> Verdict:
    from doorcheck.controls.validate_input.static import judge  # noqa: PLC0415

    return judge(case)


def _refuse_unknown_fields(case: DoorCase) -> Verdict:
    from doorcheck.controls.refuse_unknown_fields.static import judge  # noqa: PLC0415

    return judge(case)


def _note_on_share_identity(case: DoorCase) -> object:
    from doorcheck.controls.share_identity.static import note  # noqa: PLC0415

    return note(case)


def _type_of_note_on_share_identity() -> type:
    from doorcheck.controls.share_identity.static import Noted  # noqa: PLC0415

    return Noted


def _note_on_scope_to_owner(case: DoorCase) -> object:
    from doorcheck.controls.scope_to_owner.accounts import note  # noqa: PLC0415

    return note(case)


def _type_of_note_on_scope_to_owner() -> type:
    from doorcheck.controls.scope_to_owner.accounts import Noted  # noqa: PLC0415

    return Noted


def _settle_scope_to_owner(verdict: Verdict, own: DoorNote, doors: Sequence[DoorNote]) -> Verdict:
    from doorcheck.controls.scope_to_owner.accounts import settle  # noqa: PLC0415

    return settle(verdict, own, doors)


def _require_role(case: DoorCase) -> Verdict:
    from doorcheck.controls.require_role.static import judge  # noqa: PLC0415

    return judge(case)


def _derive_identity(case: DoorCase) -> Verdict:
    from doorcheck.controls.derive_identity.static import judge  # noqa: PLC0415

    return judge(case)


def _note_on_require_role(case: DoorCase) -> object:
    from doorcheck.controls.require_role.static import note  # noqa: PLC0415

    return note(case)


def _type_of_note_on_require_role() -> type:
    from doorcheck.controls.require_role.static import Noted  # noqa: PLC0415

    return Noted


def _settle_require_role(verdict: Verdict, own: DoorNote, doors: Sequence[DoorNote]) -> Verdict:
    from doorcheck.controls.require_role.static import settle  # noqa: PLC0415

    return settle(verdict, own, doors)


def _hide_existence(case: DoorCase) -> Verdict:
    from doorcheck.controls.hide_existence.static import judge  # noqa: PLC0415

    return judge(case)


_AUTHENTICATE = Control(authenticate_spec.SPEC, judge_door=_authenticate)
_SCOPE_TO_OWNER = Control(
    scope_to_owner_spec.SPEC,
    judge_door=_scope_to_owner,
    after=(_AUTHENTICATE,),
    note=_note_on_scope_to_owner,
    note_type=_type_of_note_on_scope_to_owner,
    settle=_settle_scope_to_owner,
)

CATALOGUE: tuple[Control, ...] = (
    _AUTHENTICATE,
    Control(
        require_role_spec.SPEC,
        judge_door=_require_role,
        after=(_AUTHENTICATE,),
        note=_note_on_require_role,
        note_type=_type_of_note_on_require_role,
        settle=_settle_require_role,
    ),
    _SCOPE_TO_OWNER,
    Control(
        cover_every_door_spec.SPEC,
        judge_app=_cover_every_door,
        note=_note_on_cover_every_door,
        note_type=_type_of_note_on_cover_every_door,
    ),
    Control(patch_framework_spec.SPEC, judge_app=_patch_framework),
    Control(
        share_identity_spec.SPEC,
        judge_app=_share_identity,
        note=_note_on_share_identity,
        note_type=_type_of_note_on_share_identity,
    ),
    Control(validate_input_spec.SPEC, judge_door=_validate_input),
    Control(refuse_unknown_fields_spec.SPEC, judge_door=_refuse_unknown_fields),
    Control(derive_identity_spec.SPEC, judge_door=_derive_identity, after=(_AUTHENTICATE,)),
    Control(hide_existence_spec.SPEC, judge_door=_hide_existence, after=(_AUTHENTICATE, _SCOPE_TO_OWNER)),
)
