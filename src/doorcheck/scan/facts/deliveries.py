"""Deliveries of a machine: what shows that a door takes the events that another service sends."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from doorcheck.scan.facts.proofs import Fact, ProofKind
from doorcheck.scan.facts.values import Const, Input, Value

if TYPE_CHECKING:
    from collections.abc import Iterable

    from doorcheck.scan.facts.evaluator import Evaluator

HEADER, EVENT = "header", "event"
"""What a DELIVERY fact is of: a header in which a sender signs or names the event; a body that tells of an event."""

_HAPPENED = re.compile(r"[._:\-][a-z_\-]*(?<!fe)(?<!se)(?<!ne)(?<!spe)(?<!emb)(?:ed|paid|sent)$", re.IGNORECASE)
"""The name of something, and what happened to it: ``invoice.payment_failed``, ``order_created``."""


def read_of(ev: Evaluator, read: Value | None, file: str, at: int) -> None:
    """Note that a header was read in which senders of deliveries sign or name the event."""
    if not isinstance(read, Input) or read.channel != "header" or not read.path:
        return
    name = read.path[0].lower()
    words = ev.knowledge.words
    if name in words["delivery_headers"] or name.endswith(tuple(words["delivery_header_endings"])):
        says = f"reads the header {name}, in which the sender of a delivery signs or names it"
        ev.attempts.add(Fact(ProofKind.DELIVERY, file, at, says, of=HEADER))


def event_asked(ev: Evaluator, value: Value, texts: Iterable[Value], file: str, at: int) -> None:
    """Note that what a part of the body names was compared with the name of an event."""
    if not isinstance(value, Input) or value.channel != "body" or not value.path:
        return
    words = ev.knowledge.words
    if value.path[-1].lower().replace("_", "") not in words["event_members"]:
        return
    for each in texts:
        text = each.value if isinstance(each, Const) else None
        if isinstance(text, str) and (_HAPPENED.search(text) or text.lower() in words["event_names"]):
            says = f"asks whether the body tells of the event {text}"
            ev.attempts.add(Fact(ProofKind.DELIVERY, file, at, says, of=EVENT))
            return
