"""Which columns of weight a record that is written as it was sent lets the caller set."""

from __future__ import annotations

from collections.abc import Iterator

from doorcheck.scan.facts.uses import Place, operands_of
from doorcheck.scan.facts.values import Arr, Choice, Effect, Input, Obj, Promise, Unknown, Value, made_from
from doorcheck.scan.judging import DoorCase
from doorcheck.scan.project.database.models import Model, Role

_WEIGHTY = frozenset({Role.PRIVILEGED, Role.OWNER, Role.TENANT})
_MAX_DEPTH = 8
_MAX_PARTS = 40

Names = frozenset[str]


def within_reach(case: DoorCase, effect: Effect, sent: Input) -> tuple[str, ...] | None:
    """The columns that say whose a record is or what its holder may, which ``sent`` may set; None with no schema."""
    model = case.schema.model(effect.subject, effect.file) if effect.subject else None
    if model is None or not model.columns:
        return None
    taken = _taken_out(sent)
    fixed = [names for place, value, _ in operands_of(effect) if place is Place.FIELD for names in _beside(value, sent)]
    settled = frozenset[str].intersection(*fixed) if fixed else frozenset[str]()
    columns = taken | settled | _joined(model, settled)
    through = _placing(model)
    weighty = (each.name for each in model.columns if each.roles & _WEIGHTY or each.name in through)
    return tuple(name for name in weighty if name not in columns)


def _placing(model: Model) -> Names:
    """The columns that place a record with somebody through its parent, where no column of its own does."""
    if model.owners or model.tenants:
        return frozenset()
    return frozenset(chain.links[0].column for chain in model.owned_through if chain.links)


def _taken_out(sent: Input) -> Names:
    """The fields that the code took out of it, and those that its schema names and has checked."""
    members = sent.check.shape.members if sent.check is not None else None
    return frozenset(name for name, _ in members or ())


def _joined(model: Model, names: Names) -> Names:
    """The columns that are set by writing these relations: setting them a second time is an error."""
    relations = (model.relation(name) for name in names)
    return frozenset(column for each in relations if each is not None for column in each.columns)


def _beside(value: Value, sent: Input, depth: int = 0) -> Iterator[Names]:
    """For every place where it is written: the fields of the record that are set to something else beside it."""
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, Input):
        if _is_same(value, sent):
            yield frozenset()
    elif isinstance(value, Obj):
        own = frozenset(name for name, item in value.props.items() if not _comes_from(item, sent))
        for rest in value.rest:
            for names in _beside(rest, sent, depth + 1):
                yield names | own
        for item in value.props.values():
            yield from _beside(item, sent, depth + 1)
    else:
        for part in _inner(value):
            yield from _beside(part, sent, depth + 1)


def _inner(value: Value) -> tuple[Value, ...]:
    if isinstance(value, Arr):
        return (*value.items, *value.rest)
    if isinstance(value, Choice):
        return tuple(one.value for one in value.alternatives)
    if isinstance(value, Promise):
        return (value.value,)
    return value.parts if isinstance(value, Unknown) else ()


def _is_same(value: Value, sent: Input) -> bool:
    return isinstance(value, Input) and (value.channel, value.path) == (sent.channel, sent.path)


def _comes_from(value: Value, sent: Input) -> bool:
    length = len(sent.path)
    return any(
        isinstance(part, Input) and part.channel == sent.channel and part.path[:length] == sent.path
        for part in made_from(value, _MAX_PARTS)
    )
