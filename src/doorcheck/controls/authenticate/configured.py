"""Doors whose check the deployment chooses: what the other settings prove, and which one proves nothing."""

from __future__ import annotations

from doorcheck.controls.authenticate.holes import Hole
from doorcheck.scan.facts.proofs import Fact, Facts, ProofKind, proven
from doorcheck.scan.facts.values import Effect
from doorcheck.scan.judging import DoorCase


def stand_ins(case: DoorCase, found: list[Hole]) -> list[Fact]:
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
    return sorted(settings, key=lambda fact: fact.says) if not open_anyway else []


def _settings(facts: Facts) -> set[Fact]:
    return {fact for fact in facts if _is_setting(fact) and fact.polarity}


def _is_setting(fact: Fact) -> bool:
    return fact.kind is ProofKind.CONFIGURED


def _proven_before(case: DoorCase, effect: Effect) -> list[Facts]:
    """What was known wherever this operation of the code ran for a caller who had proved something."""
    happenings = (one for one in case.trace.happenings if (one.effect.file, one.effect.at) == (effect.file, effect.at))
    return [one.facts for one in happenings if proven(one.facts)]


def _rules_out(other: Fact, setting: Fact) -> bool:
    return other.file == setting.file and (other.at == setting.at) != other.polarity


def _some_value_proves(setting: Fact, case: DoorCase, named: list[set[Fact]]) -> bool:
    """Whether some other value of this setting has proofs behind it and no hole."""
    known = {fact for one in case.trace.happenings if proven(one.facts) for fact in one.facts}
    others = {fact for fact in known if _is_setting(fact) and _rules_out(fact, setting)}
    return bool(others - {fact for facts in named for fact in facts})
