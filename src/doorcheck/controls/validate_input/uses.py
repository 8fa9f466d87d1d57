"""Which parts of the request an operation uses, and whether each passed a check first."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass

from doorcheck.core import Written
from doorcheck.core.door import DoorKind
from doorcheck.scan.facts.absences import keys_that_may_be_absent
from doorcheck.scan.facts.evaluator import Happening
from doorcheck.scan.facts.proofs import TYPED, Fact, Facts, ProofKind, in_order
from doorcheck.scan.facts.requests import name_of
from doorcheck.scan.facts.uses import Form, Place, Use, uses_of
from doorcheck.scan.judging import DoorCase, asked_here, place, seen_effect

SENSITIVE = frozenset(
    {
        "database", "outbound", "fetch", "file", "mail", "model", "payment", "process", "storage", "job", "account",
        "state",
    }
)  # fmt: skip
_DOUBTFUL = frozenset({"library", "unfollowed"})
_TEXTS = frozenset({"params", "query", "header", "cookie"})
"""Channels that hold texts, or lists of them, whatever a caller sends."""
_NOT_SENT = frozenset({"request", "url", "headers", "cookies", "address", "meta", "event"})
_ABOUT_CALL = (
    "user-agent",
    "accept",
    "referer",
    "origin",
    "host",
    "x-forwarded",
    "x-real-ip",
    "cf-",
    "x-vercel",
    "sec-",
)
_SPOKEN = {Place.PATH, Place.ADDRESS, Place.COMMAND, Place.QUERY, Place.PATTERN}
"""Places where a text is no mere value: it is followed, run or matched."""


class Standing(enum.Enum):
    """What came of looking for the check of one use."""

    CHECKED = "checked"
    KEY_ONLY = "key only"
    SIGNED = "signed"
    RAW = "raw"
    ABSENT = "absent"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True, slots=True)
class Judged:
    """One use with its standing; ``by`` is the check it passed, as evidence."""

    use: Use
    happening: Happening
    standing: Standing
    by: Written | None = None

    @property
    def evidence(self) -> Written:
        return seen_effect(self.happening.effect, self.happening.through)


_TELLING = frozenset(
    {
        ProofKind.CHECKED,
        ProofKind.SIGNATURE,
        ProofKind.UNRESOLVED,
        ProofKind.METHOD,
        ProofKind.SENT,
        ProofKind.ASKED_FOR,
    }
)
"""What a path may know that says something about the form of what was sent."""


def judged_uses(case: DoorCase) -> list[Judged]:
    """Every use of the caller's input in a sensitive operation of this door."""
    found: list[Judged] = []
    unfollowed: dict[str, Fact | None] = {}
    seen: set[tuple[int, Facts]] = set()
    for happening in case.trace.happenings:
        effect = happening.effect
        known = id(effect), frozenset(fact for fact in happening.facts if fact.kind in _TELLING)
        if known in seen:
            continue
        seen.add(known)
        if effect.kind in _DOUBTFUL:
            if effect.kind == "unfollowed" or _decides(effect.at, case):
                unfollowed.update((name_of(use.input), None) for use in uses_of(effect, happening.facts))
            continue
        if effect.kind not in SENSITIVE or _counts_calls(case, happening):
            continue
        uses = (use for use in uses_of(effect, happening.facts) if use.input.channel not in _NOT_SENT)
        found.extend(_judged(case, use, happening, unfollowed) for use in uses if asked_here(case, use.facts))
        absent = (use for use in keys_that_may_be_absent(effect, happening.facts) if asked_here(case, use.facts))
        found.extend(Judged(use, happening, Standing.ABSENT) for use in absent if not _is_segment(case, use))
    return found


def _is_segment(case: DoorCase, use: Use) -> bool:
    """Whether a search parameter of the pages API is a segment of the URL, which is always there."""
    named = use.input.channel == "query" and bool(use.input.path)
    return named and use.input.path[0] in _SEGMENT.findall(case.door.route or "")


_SEGMENT = re.compile(r"(?<!\[)\[(?:\.\.\.)?([^\[\]]+)\]")


def _decides(at: int, case: DoorCase) -> bool:
    """Whether some refusal hung on the call at this place."""
    return any(
        fact.kind is ProofKind.UNRESOLVED and fact.at == at for each in case.trace.happenings for fact in each.facts
    )


def _counts_calls(case: DoorCase, happening: Happening) -> bool:
    plain = happening.effect.subject.lower().replace("_", "").replace("-", "")
    return happening.effect.kind == "database" and plain in case.words["limiter_models"]


def _judged(case: DoorCase, use: Use, happening: Happening, unfollowed: dict[str, Fact | None]) -> Judged:
    checked = passed(use)
    if checked is not None:
        return Judged(use, happening, Standing.CHECKED, checked)
    if any(fact.kind is ProofKind.SIGNATURE for fact in happening.facts):
        return Judged(use, happening, Standing.SIGNED)
    if is_text(case, use) and _is_harmless(case, use):
        return Judged(use, happening, Standing.KEY_ONLY)
    if use.unique and any(
        fact.kind is ProofKind.CHECKED and fact.of == name_of(use.input) for fact in case.trace.attempts
    ):
        return Judged(use, happening, Standing.KEY_ONLY)
    if use.doubt is not None or _went_through(use, unfollowed):
        return Judged(use, happening, Standing.DOUBTFUL)
    return Judged(use, happening, Standing.RAW)


def passed(use: Use) -> Written | None:
    """The check that a value passed before it was used; None where there is none that counts."""
    check = use.input.check
    if check is not None and check.counts and use.form is not Form.PARSED:
        return Written(check.says, place(check.file, check.at))
    name = name_of(use.input)
    weak = TYPED + name if use.place not in _SPOKEN and use.place is not Place.RANGE else name
    checks = [fact for fact in use.facts if fact.kind is ProofKind.CHECKED and fact.of in {name, weak}]
    if use.form is Form.PARSED or not checks:
        return None
    # the check of the whole value says more than that of its type
    fact = min(in_order(checks), key=lambda fact: fact.of != name)
    return Written(fact.says, place(fact.file, fact.at))


def is_text(case: DoorCase, use: Use) -> bool:
    """Whether a value is a text, whatever the caller sends."""
    if use.form is Form.PARSED:
        return False
    if use.form is Form.TEXT or use.input.channel in _TEXTS:
        return True
    return use.input.channel == "form" and bool(use.input.path) and case.door.kind is DoorKind.ROUTE_HANDLER


def _is_harmless(case: DoorCase, use: Use) -> bool:
    """Whether any text will do: it is looked up, or it is a segment of the URL or tells of the caller's browser."""
    if use.place is Place.FIELD:
        return use.input.channel == "params" or _is_segment(case, use) or _about_call(use)
    return use.place is Place.KEY


def _about_call(use: Use) -> bool:
    name = use.input.path[0].lower() if use.input.path else ""
    return use.input.channel == "header" and name.startswith(_ABOUT_CALL)


def _went_through(use: Use, unfollowed: dict[str, Fact | None]) -> bool:
    """Whether the value, or what it is part of, was handed to something that could not be followed."""
    name = name_of(use.input)
    return any(name == each or name.startswith((f"{each}.", f"{each}[")) for each in unfollowed)
