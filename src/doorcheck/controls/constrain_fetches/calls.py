"""The addresses that a door calls, and what constrains each part of them that somebody else chose."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator
from dataclasses import dataclass

from doorcheck.core import Written
from doorcheck.scan.facts import bounds, destinations
from doorcheck.scan.facts.bounds import Aspect, bounded
from doorcheck.scan.facts.destinations import Chosen, Part, Source
from doorcheck.scan.facts.proofs import Fact, Facts, ProofKind, in_order
from doorcheck.scan.facts.requests import name_of
from doorcheck.scan.facts.settings import is_secret_name
from doorcheck.scan.facts.values import (
    Const,
    Effect,
    Env,
    External,
    Fn,
    Input,
    Native,
    Obj,
    Row,
    Value,
    made_from,
)  # fmt: skip
from doorcheck.scan.judging import DoorCase, asked_here, place, seen_effect, seen_fact

_CALLS = frozenset({"fetch", "outbound"})
_MACHINES = frozenset({ProofKind.SECRET, ProofKind.SIGNATURE})
_AGENTS = frozenset({"agent", "httpAgent", "httpsAgent", "dispatcher", "lookup", "requestInterceptor"})
_UNFOLLOWED_REDIRECTS: dict[str, set[object]] = {
    "redirect": {"manual", "error"},
    "followRedirect": {False},
    "maxRedirects": {0.0},
}
_CHECKS = re.compile("valid|safe|allow|check|verif|assert|ensure|guard|private|ssrf|block|public", re.IGNORECASE)
_ADDRESS_COLUMNS = ("url", "uri", "endpoint", "webhook", "href", "link", "website", "host", "domain", "image", "avatar")


class Standing(enum.Enum):
    """What came of looking for what constrains a part of an address."""

    CONSTRAINED = "constrained"
    LOOSE = "loose"
    NAMES_ONLY = "names only"
    REDIRECTED = "redirected"
    RESOLVED_TWICE = "resolved twice"
    DOUBTFUL = "doubtful"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Call:
    """One part of an address that is called, with what constrains it; ``by`` is that as evidence."""

    chosen: Chosen
    at: Written
    facts: Facts
    standing: Standing
    by: Written | None = None

    @property
    def name(self) -> str:
        """The part of the request, or the column, that it comes from."""
        value = self.chosen.value
        if isinstance(value, Row):
            return ".".join(value.path) or value.effect.subject
        inputs = [part for part in made_from(value, 40) if isinstance(part, Input)]
        return name_of(inputs[0]) if inputs else "what was sent"


def calls_of(case: DoorCase) -> list[Call]:
    """Each part of an address that somebody else chose, of every address that this door calls."""
    found: dict[tuple[object, ...], Call] = {}
    for effect, chosen, facts, at in _addresses(case):
        if not asked_here(case, facts) or any(fact.kind in _MACHINES for fact in facts):
            continue
        if chosen.part is Part.QUERY or not _is_about_address(chosen) or _says_nothing(effect, chosen):
            continue
        standing, by = _standing(case, effect, chosen, facts)
        call = Call(chosen, at, facts, standing, by)
        found.setdefault((call.name, chosen.part, standing, at), call)
    return list(found.values())


def _addresses(case: DoorCase) -> Iterator[tuple[Effect | None, Chosen, Facts, Written]]:
    read: dict[Effect, list[Chosen]] = {}
    for happening in case.trace.happenings:
        effect = happening.effect
        if effect.kind not in _CALLS or effect.subject != "fetch":
            continue
        if effect not in read:
            read[effect] = destinations.of_effect(effect)
        for chosen in read[effect]:
            yield effect, chosen, happening.facts | chosen.facts, seen_effect(effect, happening.through)
    for way in case.trace.ways_out:
        target = _rewritten_to(way.value)
        for chosen in destinations.chosen_in(target) if target is not None else ():
            yield None, chosen, way.facts | chosen.facts, Written("hands the request on", place(*way.at))


def _says_nothing(effect: Effect | None, chosen: Chosen) -> bool:
    """Whether it is a path on a host that anybody may ask for it: the call carries nothing of the server's."""
    if chosen.part not in {Part.PATH, Part.SCHEME} or effect is None:
        return chosen.part is Part.PATH
    parts = (part for value in effect.operands for part in made_from(value, 80))
    return not any(isinstance(part, Env) and is_secret_name(part.name) for part in parts)


def _rewritten_to(value: Value) -> Value | None:
    is_rewrite = isinstance(value, Obj) and "to" in value.props and "middleware" in value.props
    return value.props["to"] if is_rewrite and isinstance(value, Obj) else None


def _is_about_address(chosen: Chosen) -> bool:
    """Whether a stored value is an address, and not an id or a token of which one is made."""
    if chosen.source is not Source.STORED:
        return chosen.source is Source.SENT or chosen.part is not Part.PATH
    row = chosen.value
    if not isinstance(row, Row) or row.effect.kind != "database" or not row.path or chosen.part < Part.HOST:
        return False
    return any(word in row.path[-1].lower() for word in _ADDRESS_COLUMNS)


def _standing(case: DoorCase, effect: Effect | None, chosen: Chosen, facts: Facts) -> tuple[Standing, Written | None]:
    agent = _guards_connection(case, effect)
    if agent is not None:
        return Standing.CONSTRAINED, agent
    if chosen.source is Source.UNFOLLOWED:
        return Standing.DOUBTFUL, seen_fact(chosen.doubt) if chosen.doubt is not None else None
    if isinstance(chosen.value, Input):
        held = _constrained(chosen.value, chosen.part, facts)
        if held is not None:
            return Standing.CONSTRAINED, held
        name = name_of(chosen.value)
        if (resolved := _resolved(case, effect, name, facts)) is not None:
            redirected = effect is None or _follows_redirects(effect)
            return Standing.REDIRECTED if redirected else Standing.RESOLVED_TWICE, resolved
        if (loose := bounded(facts, Aspect.LOOSE, name)) is not None:
            return Standing.LOOSE, seen_fact(loose)
        if (doubt := _given_to_unfollowed(case, name)) is not None:
            return Standing.DOUBTFUL, doubt
        named = bounded(facts | case.trace.attempts, Aspect.NAMED, name)
        if named is not None:
            return Standing.NAMES_ONLY, seen_fact(named)
    return Standing.OPEN, None


def _constrained(value: Input, part: Part, facts: Facts) -> Written | None:
    """What leaves nothing of the choice: known hosts, a fixed set, the form of an id, a record found by it."""
    check, name = value.check, name_of(value)
    if check is not None and check.counts and check.shape.plain:
        return Written(check.says, place(check.file, check.at))
    held = bounded(facts, Aspect.HOST, name)
    if held is None and part in {Part.PATH, Part.LEAVES, Part.SCHEME}:
        held = bounded(facts, Aspect.SEGMENT, name)
    if held is None:
        held = next((fact for fact in facts if _is_record_of(fact, name)), None)
    return seen_fact(held) if held is not None else None


def _is_record_of(fact: Fact, name: str) -> bool:
    if fact.kind is ProofKind.OWNED and fact.polarity:
        return fact.of.replace(":", ".", 1) == name
    return fact.kind is ProofKind.CHECKED and fact.of == name and fact.says == "a record was found by it"


def _resolved(case: DoorCase, called: Effect | None, name: str, facts: Facts) -> Written | None:
    """That what the name resolves to was looked at before the call: tested, or asked for by the code itself."""
    tested = next((fact for fact in facts if fact.of == bounds.RESOLVED), None) or _guarding_attempt(case)
    if tested is not None:
        return seen_fact(tested)
    for happening in case.trace.happenings:
        effect = happening.effect
        if effect is called:
            break
        if effect.subject == bounds.RESOLVING and any(name in bounds.names_in(value) for value in effect.given):
            return seen_effect(effect, happening.through)
    return None


def _guarding_attempt(case: DoorCase) -> Fact | None:
    """That a function which tells private addresses from others was asked anywhere on the way."""
    return next((fact for fact in in_order(case.trace.attempts) if fact.of == bounds.RESOLVED), None)


def _guards_connection(case: DoorCase, effect: Effect | None) -> Written | None:
    """What refuses private addresses at the moment of connecting: neither a name nor a redirect gets round it."""
    if effect is None:
        return None
    at = place(effect.file, effect.at)
    for options in (effect.given or effect.operands)[:3]:
        given = [options.props[name] for name in _AGENTS if name in options.props] if isinstance(options, Obj) else []
        for agent in given:
            libraries = {part.package for part in made_from(agent, 40) if isinstance(part, External)}
            if libraries & case.words["guarding_agents"]:
                return Written("a library refuses private addresses when it connects", at)
            lookup = next((part for part in made_from(agent, 60) if isinstance(part, Fn | Native)), None)
            if lookup is not None:
                return Written("it resolves names by a function of its own when it connects", at)
    return None


def _follows_redirects(effect: Effect) -> bool:
    """Whether a call goes wherever it is sent on to; Node's own clients never do."""
    if effect.called is not None and effect.called.package.removeprefix("node:") in {"http", "https"}:
        return False
    for options in (effect.given or effect.operands)[:3]:
        for name, values in _UNFOLLOWED_REDIRECTS.items() if isinstance(options, Obj) else ():
            given = options.props.get(name) if isinstance(options, Obj) else None
            if isinstance(given, Const) and given.value in values:
                return False
    return True


def _given_to_unfollowed(case: DoorCase, name: str) -> Written | None:
    """A call that was given this and could not be followed, and that may be the check."""
    for happening in case.trace.happenings:
        effect = happening.effect
        if effect.kind != "unfollowed" and not (effect.kind == "library" and _CHECKS.search(effect.says)):
            continue
        given = (each for operand in effect.operands for each in bounds.names_in(operand))
        if any(name == each or name.startswith((f"{each}.", f"{each}[")) for each in given):
            return seen_effect(effect, happening.through)
    return None
