"""What following the middleware on one request shows: whether a stranger gets past it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from doorcheck.scan.facts import limits
from doorcheck.scan.facts.following import Trace, WayOut
from doorcheck.scan.facts.proofs import Fact, Facts, ProofKind, proven
from doorcheck.scan.facts.texts import text_of
from doorcheck.scan.facts.values import Choice, Derived, Obj, Promise, Reply, Unknown, Value

_PASSES = "a stranger passes the middleware on this path"


@dataclass(frozen=True, slots=True)
class Outcome:
    """``stops`` is True where everybody who is let through has proved who they are, None where nobody can say.

    ``forgeable`` tells that something is tested which a caller can make up, ``doubt`` what could not be followed,
    ``limit`` which limit on calls all have passed who are let through.
    """

    stops: bool | None
    says: str
    forgeable: bool = False
    doubt: Fact | None = None
    limit: Fact | None = None


def outcome_of(trace: Trace, path: str) -> Outcome:
    """The outcome of a request for ``path``; an empty one stands for any path."""
    if trace.opaque is not None:
        return Outcome(None, f"the middleware could not be followed: {trace.opaque}", doubt=_opaque(trace))
    if trace.over_budget:
        return Outcome(None, "following the middleware took more steps than a scan grants")
    let_through = [facts for way in trace.ways_out if way.how == "return" for facts in _passing(way, path)]
    return replace(_of_who(let_through), limit=_limit(let_through))


def _limit(let_through: Sequence[Facts]) -> Fact | None:
    """The limit on calls that everybody has passed who is let through."""
    kept = [limits.passed(facts, limits.CALLS) for facts in let_through if not limits.exceeded(facts)]
    return kept[0][0] if kept and all(kept) and len(kept) == len(let_through) else None


def _of_who(let_through: Sequence[Facts]) -> Outcome:
    strangers = [facts for facts in let_through if not proven(facts)]
    if not strangers:
        return Outcome(True, "the middleware lets nobody through who has not proved who they are")
    return _of_strangers(strangers, guarded=len(strangers) < len(let_through))


def _of_strangers(strangers: Sequence[Facts], *, guarded: bool) -> Outcome:
    """Why these ways let through somebody who has proved nothing; ``guarded`` when other ways ask for a proof."""
    doubts = [_first(facts, ProofKind.UNRESOLVED) for facts in strangers]
    forged = [_first(facts, ProofKind.FORGEABLE) for facts in strangers]
    switches = [_switch(facts) for facts in strangers]
    forgeable = any(forged)
    doubt = next((doubt for doubt in doubts if doubt is not None), None)
    if doubt is not None and all(doubts):
        return Outcome(None, f"nobody can say whether the middleware stops strangers: {doubt.says}", forgeable, doubt)
    if all(switches) and guarded:
        return Outcome(None, f"the middleware stops strangers unless {switches[0]}", forgeable, doubt)
    if all(forged) and forged[0] is not None:
        return Outcome(False, f"the middleware lets strangers through: {forged[0].says}", forgeable, doubt)
    return Outcome(False, _PASSES, forgeable, doubt)


def _opaque(trace: Trace) -> Fact:
    return Fact(ProofKind.UNRESOLVED, "", 0, trace.opaque or "")


def _first(facts: Facts, kind: ProofKind) -> Fact | None:
    found = [fact for fact in facts if fact.kind is kind and fact.polarity]
    return min(found, key=lambda fact: (fact.file, fact.at, fact.kind)) if found else None


def _switch(facts: Facts) -> str | None:
    """The environment variable on which this way depends, in words."""
    found = sorted(fact.says for fact in facts if fact.kind is ProofKind.UNSET_SECRET)
    return found[0] if found else None


def _passing(way: WayOut, path: str) -> list[Facts]:
    """What is known of those whom this way lets through to the door; empty where it answers them itself."""
    found: list[Facts] = []
    queue: list[tuple[Value, Facts]] = [(way.value, way.facts)]
    for value, facts in queue:
        if isinstance(value, Promise):
            queue.append((value.value, facts))
        elif isinstance(value, Choice):
            queue.extend((one.value, facts | one.facts) for one in value.alternatives)
        elif isinstance(value, Unknown) and value.fact is not None:
            found.append(facts | {value.fact})
        elif not isinstance(value, Reply) and not _leads_elsewhere(value, path):
            found.append(facts)
    return found


def _leads_elsewhere(value: Value, path: str) -> bool:
    """Whether the request is rewritten to a constant path that is another one."""
    to = value.props.get("to") if isinstance(value, Obj) and "middleware" in value.props else None
    if to is None or not path:
        return False
    made = to.parts[0] if isinstance(to, Derived) and to.how == "text" and len(to.parts) == 1 else to
    if isinstance(made, Derived) and made.how in {"text", "url"} and len(made.parts) == 2:
        target = text_of(made.parts[0])
    else:
        target = text_of(to.props.get("pathname")) if isinstance(to, Obj) else text_of(to)
    return target is not None and target.startswith("/") and target.partition("?")[0] != path
