"""The condition that is added to every query of models, whichever of them it names."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, false
from sqlalchemy.orm import LoaderCriteriaOption

from doorcheck.guard.resource.rows import owned_mappers, requirements_of
from doorcheck.guard.resource.within import within_scope


class _NoModel:
    """Stands where an option names a model; no mapper descends from it."""


class EveryOwnedRow(LoaderCriteriaOption):
    """``with_loader_criteria`` for all models with owned rows at once, at the cost of one option.

    A version of SQLAlchemy that asked its options in another way would add nothing, and the gate would refuse.
    """

    _traverse_internals = LoaderCriteriaOption._traverse_internals  # noqa: SLF001  # its cache key

    def get_global_criteria(self, attributes: dict[Any, Any]) -> None:
        for mapper in owned_mappers():
            for each in mapper.self_and_descendants:
                asked = attributes.setdefault(("additional_entity_criteria", each), [])
                # It comes by the session and with what was loaded before.
                if self not in asked:
                    asked.append(self)

    def _resolve_where_criteria(self, ext_info: Any) -> ColumnElement[bool]:
        needed = requirements_of(ext_info.mapper)
        return within_scope(ext_info.mapper, {one.attribute: getattr(ext_info.entity, one.attribute) for one in needed})


EVERY_OWNED_ROW = EveryOwnedRow(_NoModel, false(), include_aliases=True, propagate_to_loaders=True)
