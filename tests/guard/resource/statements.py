"""Statements that nobody would write, and some that people do: the raw material of the property test."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from sqlalchemy import and_, delete, exists, func, insert, literal, not_, or_, select, text, true, union, update
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload
from tests.guard.resource.models import A, B, Document, Draft, Invoice, Line, Membership, Model, Stray, Tag

OWNED: list[Any] = [Invoice, Line, Document, Draft, Membership]
MODELS: list[Any] = [*OWNED, Tag]
TABLES = [*Model.metadata.tables.values()]
IDS = st.sampled_from([A, B, 3])
OWNERS = st.sampled_from(["a", "b", None])

# Something to select from: a model, an alias of one, of a subquery of one, or a bare table.
SOURCES: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from(MODELS),
    st.sampled_from(MODELS).map(aliased),
    st.sampled_from(OWNED).map(lambda model: aliased(model, select(model).subquery())),
    st.sampled_from(TABLES).map(lambda table: table.alias()),
    st.sampled_from([*TABLES, Stray]),
)


def _id(source: Any) -> Any:
    columns = getattr(source, "c", None)
    if columns is None:
        return source.id
    return columns["id"] if "id" in columns else next(iter(columns))


@st.composite
def conditions(draw: st.DrawFn, source: Any) -> Any:
    """A condition over this source, others, or nothing at all."""
    other = draw(SOURCES)
    return draw(
        st.sampled_from(
            [
                _id(source) == draw(IDS),
                _id(source).in_([A, B]),
                not_(_id(source) == B),
                or_(_id(source) == A, true()),
                and_(true(), _id(source) > 0),
                _id(source).in_(select(_id(other))),
                exists().where(_id(other) == _id(source)),
                exists(select(_id(other)).where(_id(other) == A)),
                select(func.count(_id(other))).scalar_subquery() > 1,
                _id(other) == _id(source),
                text("1 = 1 OR 1 = 1"),
                true(),
            ]
        )
    )


@st.composite
def queries(draw: st.DrawFn) -> Any:
    """A SELECT, ORM or Core, with joins, subqueries, unions and eager loads."""
    source = draw(SOURCES)
    wanted: list[Any] = [source if draw(st.booleans()) else _id(source)]
    if draw(st.booleans()):
        wanted.append(select(func.max(_id(draw(SOURCES)))).scalar_subquery())
    statement = select(*wanted)
    if draw(st.booleans()):
        other = draw(SOURCES)
        kind = draw(st.sampled_from([{}, {"isouter": True}, {"full": True}]))
        statement = statement.select_from(source).join(other, draw(conditions(other)), **kind)
    if draw(st.booleans()):
        statement = statement.where(draw(conditions(source)))
    if wanted[0] is Tag and draw(st.booleans()):
        load = draw(st.sampled_from([joinedload, selectinload]))
        statement = statement.options(load(Tag.invoices).options(load(Invoice.lines)))
    shape = draw(st.sampled_from(["plain", "cte", "subquery", "union", "from statement", "eager"]))
    if shape == "cte":
        return select(statement.cte())
    if shape == "subquery":
        return select(func.count()).select_from(statement.subquery())
    if shape == "union":
        return union(select(_id(source)), select(_id(draw(SOURCES))))
    if shape == "from statement":
        return select(Invoice).from_statement(statement)
    if shape == "eager":
        return select(Line).join(Line.invoice).options(contains_eager(Line.invoice)).where(draw(conditions(Line)))
    return statement


@st.composite
def changes(draw: st.DrawFn) -> Any:
    """An UPDATE, DELETE or INSERT, ORM or Core, that may try to give and to take."""
    model = draw(st.sampled_from([*OWNED, Stray]))
    target = model if draw(st.booleans()) else model.__table__
    kind = draw(st.sampled_from(["update", "delete", "insert", "insert from select"]))
    values = draw(values_of(model))
    if kind == "insert":
        return insert(target).values(id=draw(st.integers(100, 10**9)), **values)
    if kind == "insert from select":
        names = ["id", *values]
        return insert(target).from_select(
            names, select(literal(draw(st.integers(100, 10**9))), *map(literal, values.values()))
        )
    statement: Any = update(target).values(**values) if kind == "update" and values else delete(target)
    if draw(st.booleans()):
        statement = statement.where(draw(conditions(target)))
    if draw(st.booleans()):
        statement = statement.returning(_id(target))
    return statement


@st.composite
def values_of(draw: st.DrawFn, model: Any) -> dict[str, Any]:
    """Values for a row of this model, a's, b's or nobody's."""
    org = st.sampled_from(["org-a", "org-b"])
    given: dict[Any, dict[str, st.SearchStrategy[Any]]] = {
        Invoice: {"owner_id": OWNERS, "amount": st.integers(0, 9)},
        Line: {"invoice_id": IDS, "says": st.just("x")},
        Document: {"org_id": org, "title": st.just("x")},
        Draft: {"author_id": OWNERS, "org_id": org, "title": st.just("x")},
        Membership: {"account_id": OWNERS, "org_id": org},
        Stray: {},
    }
    return {name: draw(value) for name, value in given[model].items() if draw(st.integers(0, 3))}
