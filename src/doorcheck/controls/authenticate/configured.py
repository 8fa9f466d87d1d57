"""Doors whose check the deployment chooses: what the other settings prove, and which one proves nothing."""

from __future__ import annotations

from dataclasses import replace

from doorcheck.controls.authenticate.holes import SENSITIVE, Hole
from doorcheck.scan.facts.proofs import Fact, Facts, ProofKind, in_order, proven, settings_in
from doorcheck.scan.facts.values import Effect
from doorcheck.scan.judging import DoorCase


def open_where(case: DoorCase, found: list[Hole]) -> str | None:
    """The settings under which alone strangers pass, in words; None where one passes whatever is configured."""
    switched = _switched_on(case, found)
    if switched:
        return " and ".join(dict.fromkeys(fact.says for fact in switched))
    return " or ".join(dict.fromkeys(fact.says for fact in _stand_ins(case, found))) or None


def _switched_on(case: DoorCase, found: list[Hole]) -> list[Fact]:
    """What every hole needs to be configured, where work that is done under it is done without it for proven callers.

    So what a stranger's stand-in needs for itself, such as a record of its own, is excused with what it stands in for.
    """
    needed = set[Fact].intersection(*(_needed(hole.facts) for hole in found))
    without = [fact for fact in needed if _stands_in(fact, case)]
    values = {fact.file.split(" ")[0] for fact in without if not fact.file.endswith("?")}
    # that a variable is set need not be said beside what it is set to
    told = [fact for fact in without if not fact.file.endswith("?") or fact.file.rstrip("?") not in values]
    return sorted(in_order(told), key=lambda fact: fact.says)


def _needed(facts: Facts) -> set[Fact]:
    """The settings that a stranger needs to come this way, those that the paths had in common among them."""
    return {replace(fact, kind=ProofKind.CONFIGURED) for fact in settings_in(facts)}


def _stands_in(setting: Fact, case: DoorCase) -> bool:
    """Whether one and the same operation is reached by nobody where this is set, and without it by proven callers.

    Paths that meet keep what all of them know. A proven one that does not know the setting has so met, at least once,
    with one that goes without it.
    """
    either = replace(setting, kind=ProofKind.UNLESS)
    reached = [(_place(one.effect), one.facts) for one in case.trace.happenings if one.effect.kind in SENSITIVE]
    if any(either in facts for _, facts in reached):
        return True
    with_it = {place for place, facts in reached if setting in facts and not proven(facts)}
    return any(place in with_it and setting not in facts for place, facts in reached if proven(facts))


def _place(effect: Effect) -> tuple[str, int]:
    return effect.file, effect.at


def _stand_ins(case: DoorCase, found: list[Hole]) -> list[Fact]:
    """The settings without which strangers pass nowhere; none where one passes whatever is configured.

    A setting counts only where another value of it proves the caller before the very same operation: what merely
    differs between deployments, such as where files are kept, excuses nothing.
    """
    named = [_settings(hole.facts) for hole in found]
    settings: set[Fact] = set()
    for hole, known in zip(found, named, strict=True):
        others = {fact for facts in _proven_before(case, hole.effect) for fact in facts if _is_setting(fact)}
        excusing = {fact for fact in known if any(_rules_out(other, fact) for other in others)}
        if not excusing:
            return []
        settings |= excusing
    # a setting all of whose values let strangers through decides nothing
    open_anyway = {fact for fact in settings if not _some_value_proves(fact, case, named)}
    return sorted(in_order(settings), key=lambda fact: fact.says) if not open_anyway else []


def _settings(facts: Facts) -> set[Fact]:
    return {fact for fact in facts if _is_setting(fact) and fact.polarity}


def _is_setting(fact: Fact) -> bool:
    return fact.kind is ProofKind.CONFIGURED


def _proven_before(case: DoorCase, effect: Effect) -> list[Facts]:
    """What was known wherever this operation of the code ran for a caller who had proved something."""
    happenings = (one for one in case.trace.happenings if _place(one.effect) == _place(effect))
    return [one.facts for one in happenings if proven(one.facts)]


def _rules_out(other: Fact, setting: Fact) -> bool:
    return other.file == setting.file and (other.at == setting.at) != other.polarity


def _some_value_proves(setting: Fact, case: DoorCase, named: list[set[Fact]]) -> bool:
    """Whether some other value of this setting has proofs behind it and no hole."""
    known = {fact for one in case.trace.happenings if proven(one.facts) for fact in one.facts}
    others = {fact for fact in known if _is_setting(fact) and _rules_out(fact, setting)}
    return bool(others - {fact for facts in named for fact in facts})
