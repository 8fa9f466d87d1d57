"""What it says when the caller's role, or their place among the members of something, is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from doorcheck.scan.facts import ownership, relations
from doorcheck.scan.facts.proofs import Fact, Facts, ProofKind
from doorcheck.scan.facts.texts import constants_of
from doorcheck.scan.facts.truth import EITHER, NEVER
from doorcheck.scan.facts.values import (
    FILLED_LENGTH,
    UNDEFINED,
    Branch,
    Choice,
    Const,
    Derived,
    Env,
    Row,
    Session,
    Test,
    Value,
    made_from,
)

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Evaluator, Scope


WHO = frozenset({"email", "id", "sub", "userid", "username", "login", "primaryemailaddress", "emailaddress"})
"""Members of an identity by which single people are told apart."""
_FIXED = (Env, Const, Derived, Choice)


def asked(ev: Evaluator, value: Value, constant: Const, scope: Scope, at: int) -> Test | None:
    """``user.role === "admin"``, ``members.length === 0``; None where it is neither."""
    if isinstance(value, Row) and constant.value == 0 and value.path[-1:] == ("length",):
        return Test(EITHER, (Branch(relations.included(value)),), (value,))
    if isinstance(value, Derived) and value.how == FILLED_LENGTH and constant.value == 0:
        return Test(NEVER, EITHER, (value,))
    who = value if isinstance(value, Session) and value.path[-1:] and value.path[-1].lower() in WHO else None
    if who is not None and isinstance(constant.value, str) and constant.value:
        return Test((Branch(_learned(ev, who, scope.module.path, at)),), EITHER, (value,))
    if constant.value is None or constant.value is UNDEFINED.value or constant.value is False or not constant.value:
        return None
    holder = relations.role_in(value)
    if holder is None:
        return None
    facts = _learned(ev, holder, scope.module.path, at)
    other = Fact(ProofKind.ROLE, scope.module.path, at, f"{constant.value} is turned away", polarity=False)
    return Test((Branch(facts),), (Branch(frozenset({other})),), (value,))


def single(ev: Evaluator, left: Value, right: Value, scope: Scope, at: int) -> Test | None:
    """``user.id === Number(process.env.ADMIN_ID || 1)``; None where it is no such comparison."""
    for one, other in ((left, right), (right, left)):
        if _is_of_setting(other) and (who := _listed(other, one)) is not None:
            return Test((Branch(_learned(ev, who, scope.module.path, at)),), EITHER, (left, right))
    return None


def _is_of_setting(value: Value) -> bool:
    """Whether a value is made of a variable of the deployment, and otherwise of what the code says."""
    parts = made_from(value, 30)
    return any(isinstance(part, Env) for part in parts) and all(isinstance(part, _FIXED) for part in parts)


def among(ev: Evaluator, collection: Value, item: Value, scope: Scope, at: int) -> Test | None:
    """``["admin", "owner"].includes(user.role)``, ``user.permissions.includes("write")``,
    ``project.memberIds.includes(user.id)``, ``user.teamIds.includes(project.teamId)``; None where it is none of these.
    """
    holder = relations.role_in(item) or relations.role_in(collection) or _listed(collection, item)
    if holder is not None:
        return Test((Branch(_learned(ev, holder, scope.module.path, at)),), EITHER, (collection, item))
    same, differs = ownership.by_equality(collection, item, scope.module.path, at)
    if not same:
        return None
    ev.attempts |= same
    proofs = frozenset(value.proof for value in (item, collection) if isinstance(value, Session))
    return Test((Branch(same | proofs),), (Branch(differs),), (collection, item))


def _listed(collection: Value, item: Value) -> Session | Row | None:
    """Who is calling, where they are looked for in a list that the deployment or the code fixes."""
    who = ownership.identities_in(item)
    fixed = any(isinstance(part, Env) for part in made_from(collection, 30)) or bool(constants_of(collection))
    return who[0] if who and fixed and who[0].path[-1:] and who[0].path[-1].lower() in WHO else None


def counted(operator: str, left: Value, right: Value) -> Test | None:
    """``members.length > 0`` and its kin; None where no relation is counted."""
    for value, other, more in ((left, right, ">"), (right, left, "<")):
        if isinstance(value, Row) and value.path[-1:] == ("length",) and isinstance(other, Const):
            some = (Branch(relations.included(value)),)
            is_more = operator.startswith(more)
            return Test(some, EITHER, (left, right)) if is_more else Test(EITHER, some, (left, right))
    return None


def _learned(ev: Evaluator, holder: Session | Row, file: str, at: int) -> Facts:
    name = holder.path[-1] if holder.path else "role"
    tenant = ownership.is_among_members(holder)
    fact = ownership.role_fact(file, at, f"the caller's {name} is asked for", tenant=tenant)
    ev.attempts.add(fact)
    return frozenset({fact, holder.proof} if isinstance(holder, Session) else {fact} | holder.found)
