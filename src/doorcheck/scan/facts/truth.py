"""What is known when a value turns out true, and when it turns out false."""

from __future__ import annotations

from doorcheck.scan.facts import claims, limits, ownership, relations, sending
from doorcheck.scan.facts.proofs import NOTHING, Fact, Facts, ProofKind, contradictory, shared
from doorcheck.scan.facts.settings import is_secret_name, switched
from doorcheck.scan.facts.state import State, telling
from doorcheck.scan.facts.values import (
    HOST,
    UNDEFINED,
    Arr,
    Branch,
    Choice,
    Cls,
    Const,
    Derived,
    Env,
    External,
    Fn,
    Input,
    Namespace,
    Native,
    Obj,
    Promise,
    Reply,
    ReplyWriter,
    Row,
    Session,
    Test,
    Value,
)  # fmt: skip

Branches = tuple[Branch, ...]
EITHER: Branches = (Branch(),)
NEVER: Branches = ()
MAX_BRANCHES = 6
_ALWAYS_TRUE = (Obj, Arr, Fn, Native, Cls, Reply, ReplyWriter, Namespace)


def truth(value: Value, state: State | None = None) -> tuple[Branches, Branches]:
    """The ways in which this value is truthy, and the ways in which it is falsy."""
    if isinstance(value, Const):
        return (EITHER, NEVER) if value.value else (NEVER, EITHER)
    if isinstance(value, Test):
        return value.yes_branches, value.no_branches
    if isinstance(value, Session):
        return _of_session(value, state)
    if isinstance(value, Choice):
        return _of_choice(value, state)
    if isinstance(value, _ALWAYS_TRUE):
        return EITHER, NEVER
    if isinstance(value, Promise):
        return _of_promise(value)
    if isinstance(value, Row):
        return _of_row(value)
    if isinstance(value, Env):
        return _of_environment(value)
    return _of_captcha(value) or _of_sent(value) or (EITHER, NEVER if _is_something(value) else EITHER)


def _of_row(value: Row) -> tuple[Branches, Branches]:
    captcha = _of_captcha(value) if value.path else None
    if captcha is not None:
        return captcha
    found = (Branch(value.found | _of_path(value) | marked_public(value)),)
    return found, (Branch(ownership.unfound(value)),) if value.maybe else NEVER


def _of_captcha(value: Value) -> tuple[Branches, Branches] | None:
    """The ways for what a captcha's service has answered; None for anything else."""
    person = limits.of_captcha(value) if isinstance(value, Derived | Row) else None
    if person is None:
        return None
    return (Branch(frozenset({person})),), (Branch(frozenset({limits.beyond(person)})),)


def _of_sent(value: Value) -> tuple[Branches, Branches] | None:
    """The ways for a part of the request, or for its length; None for anything else."""
    if isinstance(value, Derived) and value.how == "length" and isinstance(value.parts[0], Input):
        return EITHER, (Branch(sending.unsent(value.parts[0])),)
    if not isinstance(value, Input):
        return None
    yes, no = claims.of_flag(value, polarity=True), claims.of_flag(value, polarity=False)
    return (Branch(yes | sending.asked_for(value)),) if yes or sending.is_optional(value) else EITHER, (
        Branch(no | sending.unsent(value)),
    )


_PUBLIC_COLUMNS = frozenset({"public", "ispublic"})
_VISIBLE_TO_ALL = frozenset({"public", "PUBLIC"})


def marked_public(row: Row) -> Facts:
    """What it says of a record that this member of it is true, where the member is a mark that the record is public."""
    if not row.path or not is_public_column(row.path[-1]):
        return NOTHING
    effect = row.effect
    return frozenset(
        {Fact(ProofKind.MARKED_PUBLIC, effect.file, effect.at, f"the record's own {row.path[-1]} is true")}
    )


def is_public_column(name: str) -> bool:
    """Whether a column of this name marks a record that anybody may see."""
    return name.lower().replace("_", "") in _PUBLIC_COLUMNS


def is_public_mark(name: str, value: Value) -> bool:
    """Whether a record whose column ``name`` is this literal is one that anybody may see."""
    if not isinstance(value, Const):
        return False
    return (value.value is True and is_public_column(name)) or (bool(name) and value.value in _VISIBLE_TO_ALL)


def _of_environment(value: Env) -> tuple[Branches, Branches]:
    known = Fact(ProofKind.UNSET_SECRET, f"env:{value.name}", 0, f"{value.name} is set", polarity=False)
    if value.sure:
        return (Branch(frozenset({known})),), NEVER
    yes = (Branch(frozenset({known}) | switched(value.name, on=True)),)
    missing = frozenset({unset(value.name)}) if is_secret_name(value.name) else NOTHING
    return yes, (Branch(missing | switched(value.name, on=False)),)


def _is_something(value: Value) -> bool:
    """Whether this is a package's own export, or a text that was put together: neither is ever nothing."""
    if isinstance(value, External):
        return value.sure or ("()" not in value.path and value.package != "js")
    if isinstance(value, Derived) and value.how == "text" and len(value.parts) == 1:
        return isinstance(value.parts[0], Derived) and value.parts[0].how == "url"
    return isinstance(value, Derived) and value.how in {"text", "hash", "hmac"} and len(value.parts) > 1


def unset(name: str) -> Fact:
    """The note that an environment variable is not set on this path."""
    return Fact(ProofKind.UNSET_SECRET, f"env:{name}", 0, f"{name} is not set")


def _of_path(value: Row) -> Facts:
    """What a member of a record says when it is true: that the caller has a role, or is among the members."""
    if not value.path:
        return NOTHING
    if value.own:
        return _role(value, value.effect.file, value.effect.at)
    return relations.included(value)


def _role(value: Session | Row, file: str, at: int) -> Facts:
    if not value.path or not ownership.is_role_word(value.path[-1]):
        return NOTHING
    return frozenset({ownership.role_fact(file, at, f"the caller's {value.path[-1]} is asked for")})


def _of_session(value: Session, state: State | None) -> tuple[Branches, Branches]:
    known = value.sure or (state is not None and value.proof in state.facts)
    yes = (Branch(frozenset({value.proof}) | _role(value, value.proof.file, value.proof.at)),)
    if known and not value.path:
        return yes, NEVER
    return yes, EITHER


def _of_promise(value: Promise) -> tuple[Branches, Branches]:
    """A promise is always true: a check of one that nobody awaited checks nothing."""
    inner, _ = truth(value.value)
    proofs = {fact for branch in inner for fact in branch.facts if fact.proves}
    notes = frozenset(
        Fact(ProofKind.NOT_AWAITED, fact.file, fact.at, "the check's promise is tested, not its result")
        for fact in proofs
    )
    return (Branch(notes),), NEVER


def _of_choice(value: Choice, state: State | None) -> tuple[Branches, Branches]:
    kept = state.keep.get(value.id) if state is not None else None
    yes: list[tuple[Facts, dict[int, frozenset[int]], int]] = []
    no: list[tuple[Facts, dict[int, frozenset[int]], int]] = []
    for number, alternative in enumerate(value.alternatives):
        if kept is not None and number not in kept:
            continue
        for branches, side in zip(truth(alternative.value, state), (yes, no), strict=True):
            for branch in branches:
                facts = branch.facts | alternative.facts
                if not (branch.facts and alternative.facts and contradictory(facts)):
                    side.append((facts, branch.keep, number))
    return _collected(value.id, yes), _collected(value.id, no)


def _collected(choice: int, found: list[tuple[Facts, dict[int, frozenset[int]], int]]) -> Branches:
    """Branches that know the same become one that keeps all their alternatives."""
    groups: dict[Facts, Branch] = {}
    for facts, keep, number in found:
        if facts in groups:
            branch = groups[facts]
            mine = branch.keep[choice] | {number}
            shared = {other: branch.keep[other] | keep[other] for other in branch.keep if other in keep}
            groups[facts] = Branch(facts, {**shared, choice: mine})
        else:
            groups[facts] = Branch(facts, {**keep, choice: frozenset({number})})
    return bounded(tuple(groups.values()))


def bounded(branches: Branches) -> Branches:
    """At most MAX_BRANCHES: those that say the same of the caller become one, the rest meet in what they share."""
    if len(branches) <= MAX_BRANCHES:
        return branches
    groups: dict[Facts, list[Branch]] = {}
    for branch in branches:
        groups.setdefault(telling(branch.facts), []).append(branch)
    branches = tuple(_one_for(group) for group in groups.values())
    if len(branches) <= MAX_BRANCHES:
        return branches
    rest = branches[MAX_BRANCHES - 1 :]
    facts = shared(branch.facts for branch in rest)
    return (*branches[: MAX_BRANCHES - 1], Branch(facts))


def _one_for(branches: list[Branch]) -> Branch:
    """What several branches have in common."""
    if len(branches) == 1:
        return branches[0]
    ruled = set.intersection(*(set(branch.keep) for branch in branches))
    keep = {choice: frozenset[int]().union(*(branch.keep[choice] for branch in branches)) for choice in ruled}
    return Branch(shared(branch.facts for branch in branches), keep)


def both(first: Branches, second: Branches) -> Branches:
    """The ways in which two conditions hold together."""
    found: list[Branch] = []
    for one in first:
        for other in second:
            if one.facts and other.facts and contradictory(one.facts | other.facts):
                continue
            keep = dict(one.keep)
            for choice, indices in other.keep.items():
                keep[choice] = keep[choice] & indices if choice in keep else indices
            if all(keep.values()):
                found.append(Branch(one.facts | other.facts, keep))
    return bounded(tuple(found))


def nullness(value: Value, state: State | None = None) -> tuple[Branches, Branches]:
    """The ways in which this value is something, and the ways in which it is null or undefined."""
    if isinstance(value, Const):
        absent = value.value is None or value.value is UNDEFINED.value
        return (NEVER, EITHER) if absent else (EITHER, NEVER)
    if isinstance(value, Choice):
        kept = state.keep.get(value.id) if state is not None else None
        yes: list[tuple[Facts, dict[int, frozenset[int]], int]] = []
        no: list[tuple[Facts, dict[int, frozenset[int]], int]] = []
        for number, alternative in enumerate(value.alternatives):
            if kept is not None and number not in kept:
                continue
            for branches, side in zip(nullness(alternative.value, state), (yes, no), strict=True):
                side.extend((branch.facts | alternative.facts, branch.keep, number) for branch in branches)
        return _collected(value.id, yes), _collected(value.id, no)
    if isinstance(value, Test) or (isinstance(value, Derived) and value.how == HOST):
        return EITHER, NEVER
    if isinstance(value, Input) and value.channel == "params" and value.path:
        return EITHER, NEVER  # a route is only matched with its parameters filled in
    return truth(value, state)


def certain(branches: Branches) -> Facts:
    """What holds in every one of these branches."""
    if not branches:
        return NOTHING
    return shared(branch.facts for branch in branches)
