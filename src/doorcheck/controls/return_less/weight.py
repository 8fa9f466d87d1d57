"""How bad it is that a column is answered with: what it is good for, and whose it is."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from doorcheck.controls.return_less.columns import Answered
from doorcheck.core import ControlId, Missing, Severity
from doorcheck.core.control import Confidence
from doorcheck.scan.facts.brought import Brought, Good, good_of
from doorcheck.scan.facts.proofs import Facts, ProofKind, proven
from doorcheck.scan.facts.selections import creates
from doorcheck.scan.judging import DoorCase
from doorcheck.scan.project.database.naming import plain

_GRAVE = ("ssn", "socialsecurity", "nationalid", "passport", "driverslicense", "cardnumber", "cvv", "cvc", "iban")
_PARTS = ("display", "mask", "preview", "prefix", "hint", "last4", "lastfour", "partial", "public", "expir")
"""Parts of the names of columns that hold a part of a key to be recognised by, or say something of it."""
_GIVEN = ("accesstoken", "refreshtoken", "idtoken", "oauthtoken", "oauthtokensecret")
"""Ends of the names of tokens that another service gave: the server uses them, and no page shows them."""
_HANDED_OUT = ("share", "invit", "join", "feed", "preview", "download", "upload", "unsubscribe", "embed", "public")
"""Parts of the names of tokens that are made to be given to people."""


class Audience(enum.IntEnum):
    """Who gets the answer, the most harmless first."""

    OWN = 0
    ADMIN = 1
    OTHERS = 2
    STRANGERS = 3


@dataclass(frozen=True, slots=True)
class Weighed:
    """A column in an answer with how bad that is."""

    brought: Brought
    answered: Answered
    severity: Severity
    confidence: Confidence
    audience: Audience


def weighed(case: DoorCase, answered: Answered, brought: Brought) -> Weighed | None:
    """How bad it is that this column is answered with; None where it is none of this control's business."""
    good = good_of(brought)
    audience = _audience(case, answered, brought)
    told = good is not None and _WEIGHTS[good](answered, brought, audience)
    if not told:
        return None
    severity, confidence = told
    return Weighed(brought, answered, severity, confidence, audience)


def _audience(case: DoorCase, answered: Answered, brought: Brought) -> Audience:
    facts = answered.shown.facts
    if any(fact.kind is ProofKind.ROLE and fact.polarity for fact in facts):
        return Audience.ADMIN
    if is_own(answered) and not _is_somebody_elses(answered, brought):
        return Audience.OWN
    if not proven(facts):
        return Audience.STRANGERS
    # what is not an account, and is not for everybody who signs in, is the caller's or their team's
    theirs = not brought.model.is_account and not isinstance(case.answered.get(ControlId.SCOPE_TO_OWNER), Missing)
    return Audience.OWN if theirs else Audience.OTHERS


def _is_somebody_elses(answered: Answered, brought: Brought) -> bool:
    """Whether an account comes with a record that several people share: it need not be the caller's own."""
    if not brought.model.is_account or not brought.path:
        return False
    return brought.many or (answered.model is not None and bool(answered.model.tenants))


def is_own(answered: Answered) -> bool:
    """Whether who is calling is part of what chose the record, or who called made it just now."""
    row = answered.shown.row
    return (
        row.own or creates(answered.effect) or any(fact.kind is ProofKind.CREDENTIAL for fact in answered.shown.facts)
    )


_Told = tuple[Severity, Confidence] | None


def _of_nobody(answered: Answered, brought: Brought, audience: Audience) -> _Told:
    del answered
    if not brought.model.is_account:
        # the password of a link or of a room is its owner's to see
        if audience <= Audience.ADMIN:
            return Severity.LOW, Confidence.LOW
        return Severity.MEDIUM, Confidence.HIGH if audience is Audience.STRANGERS else Confidence.LOW
    return (Severity.HIGH if audience >= Audience.OTHERS else Severity.MEDIUM), Confidence.HIGH


def _of_key(answered: Answered, brought: Brought, audience: Audience) -> _Told:
    name = plain(brought.column.name)
    if creates(answered.effect) or (brought.named and audience <= Audience.ADMIN):
        return None  # a key is shown when it is made, and where it is asked for by name
    if any(part in name for part in _PARTS):
        return None
    if (
        "hash" in name
        or any(part in name for part in _HANDED_OUT)
        or any(part in plain(brought.model.name) for part in _HANDED_OUT)
    ):
        return Severity.LOW, Confidence.LOW
    if audience >= Audience.OTHERS:
        return Severity.HIGH, Confidence.HIGH if brought.model.is_account or not brought.named else Confidence.LOW
    shown = brought.model.is_account or brought.path or name.endswith(_GIVEN)
    return Severity.LOW, Confidence.MEDIUM if shown else Confidence.LOW


def _of_person(answered: Answered, brought: Brought, audience: Audience) -> _Told:
    del answered
    if audience <= Audience.ADMIN or brought.named:
        return None
    grave = plain(brought.column.name).startswith(_GRAVE) and audience is Audience.STRANGERS
    return (Severity.MEDIUM, Confidence.MEDIUM) if grave else (Severity.LOW, Confidence.LOW)


_WEIGHTS = {Good.NOBODY: _of_nobody, Good.KEY: _of_key, Good.PERSONAL: _of_person}


def answers_machine(facts: Facts) -> bool:
    """Whether what is answered goes to another service, which has proved that it is the one."""
    return any(fact.kind in {ProofKind.SECRET, ProofKind.SIGNATURE} for fact in facts)
