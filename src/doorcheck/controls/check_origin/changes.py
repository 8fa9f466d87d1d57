"""What a door changes for callers whom it knows by a cookie, and which of that matters."""

from __future__ import annotations

import re
from dataclasses import dataclass

from doorcheck.core import Confidence, Severity
from doorcheck.core.door import DoorKind
from doorcheck.scan.facts import upkeep
from doorcheck.scan.facts.evaluator import Happening
from doorcheck.scan.facts.failures import handlers_in
from doorcheck.scan.facts.own_pages import is_asked_for, tells_origin
from doorcheck.scan.facts.proofs import Fact, Facts, ProofKind, in_order
from doorcheck.scan.facts.values import Effect, External, Input, made_from
from doorcheck.scan.facts.writes import entries_of
from doorcheck.scan.judging import DoorCase, asked_here

_CHANGES = frozenset({"database", "account", "payment", "mail", "storage", "file", "job", "process", "session-end"})
_OF_ONE_TIME = frozenset({ProofKind.CREDENTIAL, ProofKind.CAPABILITY, ProofKind.SIGNATURE})
_SAFE = frozenset({"GET", "HEAD"})
_CODES = frozenset({"state", "sessionid", "installationid", "oauthverifier", "oauthtoken", "ticket", "nonce"})
_IN_LINKS = frozenset({"query", "params"})
_CHOSEN = _IN_LINKS | {"url"}
_ASIDE = frozenset({"storage", "file", "job"})
_READS = re.compile(r"\b(?:Get|Head|List|Describe)\w*Command\b")
"""Commands of the cloud providers' clients that change nothing, though they are sent like those that do."""

_OF_USE = re.compile(
    r"view|visit|click|event|log|audit|activit|analytic|metric|usage|cache|hit|histor|presence|stat(?!e|us)|telemetr|"
    r"impression|tracking|heartbeat|sync|onlineuser"
)
"""Models that hold how an app is used, or what it fetched elsewhere: a GET may write those."""
_UPKEEP = re.compile(
    r"last.*|.*(?:seen|viewed|visited|opened|accessed|fetched|synced|refreshed|checked|polled|read|updated|expires|"
    r"expiry|expiration|clicked)(?:at|on|time|date|by)?|.*(?:count|views|hits|clicks|visits|downloads|plays)|"
    r".*(?:access|refresh|id|session)token|tokentype|scope|.*cache.*|etag|.*cursor"
)
"""Columns that tell when or how often something was used, or hold a token that was renewed."""
_OPENS = (
    "customers.create",
    "sessions.create",
    "session.create",
    "paymentlinks.create",
    "accountlinks.create",
    "loginlinks.create",
)
_ENDS = ("delete", "remove", "destroy", "revoke", "cancel", "reset", "rotate", "truncate", "drop", "clear", "refund")


@dataclass(frozen=True, slots=True)
class Change:
    """Something that a door changes for a caller whom ``proofs`` told by a cookie.

    ``checks`` are what was asked of where the request came from.
    """

    happening: Happening
    proofs: tuple[Fact, ...]
    checks: tuple[Fact, ...]

    @property
    def effect(self) -> Effect:
        return self.happening.effect


def changes_of(case: DoorCase) -> list[Change]:
    """Every change that counts, whatever the method, in the order in which the code reaches them.

    Whoever ends a session ends the caller's, whether it was asked for before or not.
    """
    found = []
    for one in case.trace.happenings:
        if one.effect.kind not in _CHANGES or not one.effect.writes or not asked_here(case, one.facts):
            continue
        proofs = in_order(fact for fact in one.facts if is_by_cookie(fact))
        if (proofs or one.effect.kind == "session-end") and not any(fact.kind in _OF_ONE_TIME for fact in one.facts):
            found.append(Change(one, tuple(proofs), tuple(_checks(one.facts))))
    return found


def is_by_cookie(fact: Fact) -> bool:
    """Whether this tells who is calling by what a browser sends by itself."""
    if fact.kind is ProofKind.SESSION:
        return True
    return fact.kind is ProofKind.TOKEN and fact.source.startswith("cookie")


def _checks(facts: Facts) -> list[Fact]:
    return in_order(fact for fact in facts if _tells_origin(fact))


def _tells_origin(fact: Fact) -> bool:
    """Whether only the app's own pages get here: by what was checked, or by a header that has to be there."""
    if fact.kind in {ProofKind.ASKED_FOR, ProofKind.SENT}:
        return fact.polarity and is_asked_for(fact.of)
    return fact.kind is ProofKind.CHECKED and tells_origin(fact.of)


def answers_get(case: DoorCase) -> bool:
    """Whether the door answers a request that a link makes."""
    if case.door.kind is DoorKind.PAGES_API:
        return True
    return bool(_SAFE.intersection(method.upper() for method in case.door.methods))


def by_get(case: DoorCase, change: Change) -> bool:
    """Whether a link that the browser follows makes this change."""
    if case.door.kind is DoorKind.PAGES_API and not _takes_get(case, change.happening.facts):
        return False
    parts = [part for operand in change.effect.operands for part in made_from(operand, 80) if isinstance(part, Input)]
    if any(part.channel in {"body", "form"} for part in parts):
        return False
    return not _is_incidental(change.happening) and not _is_upkeep(case, change.effect)


def _takes_get(case: DoorCase, facts: Facts) -> bool:
    """Whether a pages-API handler comes here for GET: it asks for that very method, or for none at all."""
    told = [fact for fact in facts if fact.kind is ProofKind.METHOD]
    if told:
        return all((fact.of in _SAFE) if fact.polarity else fact.of not in _SAFE for fact in told)
    # what reads the method without comparing it, such as a table of handlers, may well leave GET out
    asks = any(fact.kind is ProofKind.METHOD for fact in case.trace.attempts)
    return not case.door.methods and not asks


def by_code(case: DoorCase) -> bool:
    """Whether the door works on a one-time code that stands in the link: no other site knows one of this caller's."""
    known = case.words["credential_columns"] | _CODES
    return any(
        isinstance(part, Input)
        and part.channel in _IN_LINKS
        and bool(part.path)
        and part.path[-1].lower().replace("_", "").replace("-", "") in known
        for happening in case.trace.happenings
        for operand in happening.effect.operands
        for part in made_from(operand, 60)
    )


def _is_upkeep(case: DoorCase, effect: Effect) -> bool:
    """Whether a change keeps something as it ought to be, or notes that it was used: nobody gains by causing it."""
    says = effect.says.lower()
    if effect.kind == "payment":
        return says.endswith(_OPENS)
    if effect.kind != "database":
        return False
    subject = effect.subject.lower()
    if any(word in subject.replace("_", "") for word in case.words["limiter_models"]) or _OF_USE.search(subject):
        return True
    if upkeep.makes_sure(effect) or upkeep.notes_down(effect):
        return True
    entries = entries_of(effect, lambda name: case.schema.model(name, effect.file))
    written = [entry.column.lower().replace("_", "") for entry in entries]
    return bool(written) and all(_UPKEEP.fullmatch(column) for column in written)


def stake_of(effect: Effect) -> Severity:
    """How bad it is that another site can cause this."""
    if effect.kind == "process":
        return Severity.HIGH
    return Severity.LOW if effect.kind in {"session-end", "job", "storage", "file"} else Severity.MEDIUM


def confidence_of(change: Change) -> Confidence:
    """High where the link says what is changed, low where what happens is the caller's own, made as it is needed."""
    effect = change.effect
    if effect.kind in _ASIDE or effect.kind == "process" or handlers_in(change.happening.facts):
        return Confidence.LOW  # many a program only tells something, and what a failure brings about nobody asked for
    if _is_chosen(effect):
        # whoever is known by a secret as well may be a machine
        by_machine = any(fact.kind is ProofKind.SECRET for fact in change.happening.facts)
        return Confidence.MEDIUM if by_machine else Confidence.HIGH
    says = effect.says.lower()
    sends = effect.kind == "mail" and "send" in says.rpartition(".")[2]
    ends = effect.kind == "session-end" or any(word in says for word in _ENDS)
    return Confidence.MEDIUM if ends or sends else Confidence.LOW


def _is_chosen(effect: Effect) -> bool:
    """Whether something in the link says what is changed, or how."""
    parts = [part for operand in effect.operands for part in made_from(operand, 80)]
    return any(isinstance(part, Input) and part.channel in _CHOSEN for part in parts)


def _is_incidental(one: Happening) -> bool:
    """Whether nothing in the link has a say in work that comes with a GET: files that it keeps, programs that it asks,
    records that it sees to.
    """
    effect = one.effect
    if _is_chosen(effect):
        return any(isinstance(part, External) and _READS.search(" ".join(part.path)) for part in effect.operands)
    if effect.kind == "process":
        told = (fact.of.partition(".")[0] for fact in one.facts if fact.kind is ProofKind.CHECKED)
        return not any(channel in _CHOSEN for channel in told)
    return effect.kind in _ASIDE or (effect.kind == "database" and "upsert" in effect.says.lower())
