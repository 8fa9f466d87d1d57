"""Does something secret end in a log?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial

from doorcheck.controls.scrub_logs import spec
from doorcheck.controls.scrub_logs.secrets import Reader, Secret
from doorcheck.core import Confidence, Held, Location, Missing, NotNeeded, Verdict, Written
from doorcheck.scan.facts.asides import Logged
from doorcheck.scan.facts.secret_names import is_secret
from doorcheck.scan.facts.values import Input, Value, made_from
from doorcheck.scan.judging import DoorCase, not_followed, place

_MAX_EVIDENCE = 6
_ORDER = (spec.PASSWORD, spec.TOKEN, spec.ENVIRONMENT, spec.HEADERS, spec.RECORD, spec.PERSONAL)


@dataclass(frozen=True, slots=True)
class _Found:
    """A secret, and the call of a log that it is given to."""

    secret: Secret
    logged: Logged

    @property
    def evidence(self) -> Written:
        return Written(
            f"{self.secret.what} is written to a log", place(self.logged.file, self.logged.at), self._through()
        )

    def _through(self) -> tuple[Location, ...]:
        return tuple(place(file, at) for file, at in self.logged.through)


def judge(case: DoorCase) -> Verdict:
    """The verdict on one door."""
    if case.trace.own_handler is not None:
        return NotNeeded(f"{case.trace.own_handler}: what it logs is its library's choice")
    unknown = not_followed(case)
    if unknown is not None:
        return unknown
    logged = [*case.trace.asides.logged.values(), *_reported(case)]
    reader = Reader(case, cache(partial(_sent_as_secrets, case)))  # few doors log anything that it is asked for
    found = [_Found(secret, each) for each in logged for secret in reader.secrets_in(each.values)]
    if found:
        return _missing(found)
    if logged:
        seen = tuple(
            dict.fromkeys(Written("what is written here is no secret", place(one.file, one.at)) for one in logged)
        )
        return Held("no secret is among what is written to a log", seen[:_MAX_EVIDENCE])
    return NotNeeded("nothing is written to a log")


def _missing(found: list[_Found]) -> Missing:
    worst = min(found, key=lambda one: _ORDER.index(one.secret.way))
    alike = [one for one in found if one.secret.way == worst.secret.way]
    others = sorted(found, key=lambda one: _ORDER.index(one.secret.way))
    evidence = dict.fromkeys(one.evidence for one in [worst, *alike, *others])
    confidence = Confidence.LOW if worst.secret.way == spec.PERSONAL else Confidence.HIGH
    says = f"{worst.secret.what} is written to a log"
    return Missing(worst.secret.way, says, tuple(evidence)[:_MAX_EVIDENCE], confidence=confidence)


def _reported(case: DoorCase) -> Iterator[Logged]:
    """What is sent to a service that keeps logs, traces or events."""
    for each in case.trace.happenings:
        if each.effect.kind == "telemetry":
            yield Logged(each.effect.file, each.effect.at, each.effect.given, each.through)


def _sent_as_secrets(case: DoorCase) -> Mapping[str, tuple[Input, ...]]:
    """The parts of the request that this door uses under the name of a secret, by their channel."""
    found: dict[str, dict[tuple[str, ...], Input]] = defaultdict(dict)
    used = {id(value): value for value in _used(case)}  # one operation happens on many paths
    for value in used.values():
        for part in made_from(value, 80):
            if isinstance(part, Input) and part.path and is_secret(case.words, part.path[-1]):
                found[part.channel].setdefault(part.path, part)
    return {channel: tuple(parts.values()) for channel, parts in found.items()}


def _used(case: DoorCase) -> Iterator[Value]:
    for each in case.trace.happenings:
        yield from each.effect.operands
    for logged in case.trace.asides.logged.values():
        yield from logged.values
