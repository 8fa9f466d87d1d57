"""Doors that are public by nature, decided by what they do."""

from __future__ import annotations

from doorcheck.controls.authenticate.holes import SENSITIVE, Hole
from doorcheck.core import NotNeeded, Written
from doorcheck.scan.doors.pages import key_of
from doorcheck.scan.facts.comparisons import is_hashed
from doorcheck.scan.facts.lookups import public_only
from doorcheck.scan.facts.proofs import ProofKind, proven
from doorcheck.scan.facts.values import Const, Effect, Input, Obj, Reply, Value, made_from
from doorcheck.scan.judging import DoorCase, seen_effect, seen_fact

_SENDER = frozenset({"email", "emailaddress", "mail", "replyto"})
_PASSWORDS = frozenset({"password", "passwordhash", "hashedpassword", "passwd", "passphrase"})
_WORDS = frozenset({"message", "body", "text", "content", "comment", "question", "subject", "details", "enquiry"})
_CREATES = ("create", "insert", "add", "save", "push", "set")


def public_by_nature(case: DoorCase, found: list[Hole]) -> NotNeeded | None:
    """The reason why strangers are meant to reach this door, or None."""
    for reason in (
        _opted_out,
        _exempted,
        _begins_session,
        _signs_up,
        _ends_session,
        _begins_verification,
        _takes_in,
        _limited_by_address,
        _shown_already,
        _served_already,
        _marked_public,
    ):
        verdict = reason(case, found)
        if verdict is not None:
            return verdict
    return None


def session_reason(case: DoorCase) -> NotNeeded | None:
    """What a door that reaches nothing sensitive does to the caller's own session, if anything."""
    return _begins_session(case, []) or _ends_session(case, [])


def why_nothing(case: DoorCase) -> tuple[str, tuple[Written, ...]]:
    """The reason why a door without holes, checks or doubts needs no check, with what shows it."""
    if _refuses_everybody(case):
        return "refuses everybody: whoever calls is answered with an error", ()
    read = next((one for one in case.trace.happenings if one.effect.kind in SENSITIVE and not proven(one.facts)), None)
    if read is not None:
        says = "tells strangers nothing of what it reads, or only yes or no"
        return says, (seen_effect(read.effect, read.through),)
    return "reaches nothing that needs a session: no data, mail, file, payment or metered service", ()


def _refuses_everybody(case: DoorCase) -> bool:
    """Whether every answer is an error and nothing is done on the way; what throws may be a redirect."""
    answers = [way.value for way in case.trace.ways_out if way.how != "throw"]
    if not answers or any(one.effect.writes for one in case.trace.happenings):
        return False
    return all(_is_error(value) for value in answers)


def _is_error(value: Value) -> bool:
    return isinstance(value, Reply) and value.status is not None and value.status >= 400


def _exempted(case: DoorCase, found: list[Hole]) -> NotNeeded | None:
    """A guard that proves callers elsewhere names this very path as one that needs no proof."""
    exempt = [fact for hole in found for fact in hole.facts if fact.kind is ProofKind.EXEMPT]
    everywhere = all(any(fact.kind is ProofKind.EXEMPT for fact in hole.facts) for hole in found)
    if not everywhere or not any(fact.proves for fact in case.trace.attempts):
        return None
    return NotNeeded("its guard lets this very path through by name", (seen_fact(exempt[0]),))


_BY_ADDRESS = frozenset({"address", "request", "header", "headers"})


def _limited_by_address(case: DoorCase, found: list[Hole]) -> NotNeeded | None:
    """A door that counts strangers by their address before it works for them is built for strangers."""
    if any(hole.effect.writes and hole.effect.kind in {"database", "account", "payment", "process"} for hole in found):
        return None
    limited = next((effect for effect in _effects(case, "limiter") if _keyed_by_address(effect)), None)
    if limited is None or not _can_refuse_excess(case):
        return None
    return NotNeeded("limits strangers by their address before it answers them", (seen_effect(limited),))


def _keyed_by_address(effect: Effect) -> bool:
    parts = (part for operand in effect.operands for part in made_from(operand, 60))
    return any(isinstance(part, Input) and part.channel in _BY_ADDRESS for part in parts)


def _can_refuse_excess(case: DoorCase) -> bool:
    """Whether some way out answers 429, or throws."""
    return any(way.how == "throw" or getattr(way.value, "status", None) in {429, None} for way in case.trace.ways_out)


def _effects(case: DoorCase, kind: str) -> list[Effect]:
    return [happening.effect for happening in case.trace.happenings if happening.effect.kind == kind]


def _begins_session(case: DoorCase, found: list[Hole]) -> NotNeeded | None:
    started = _effects(case, "session-start")
    if started and not any(_beyond_login(case, hole.effect) for hole in found):
        return NotNeeded("signs the caller in: a login cannot ask for a session", (seen_effect(started[0]),))
    checked = [fact for fact in case.trace.attempts if fact.kind is ProofKind.CREDENTIAL]
    if checked and all(_of_accounts(case, hole.effect) for hole in found):
        return NotNeeded(
            "verifies the caller's own credential: a login cannot ask for a session", (seen_fact(checked[0]),)
        )
    return None


def _beyond_login(case: DoorCase, effect: Effect) -> bool:
    """Whether an operation is none that a login comes with: making a token does not excuse it."""
    return effect.kind in {"process", "file", "storage"} or (_removes(effect) and not _of_credentials(case, effect))


def _signs_up(case: DoorCase, found: list[Hole]) -> NotNeeded | None:
    """A new account with a password of its own: nobody has a session before they have an account.

    What is removed on the way may be invitations, which a sign-up uses up.
    """
    creates = [hole for hole in found if _opens_account(case, hole.effect)]
    others = [hole.effect for hole in found if hole.effect.writes and not _opens_account(case, hole.effect)]
    if not creates or any(effect.kind not in {"database", "mail"} for effect in others):
        return None
    if any(_removes(effect) and not _of_credentials(case, effect) for effect in others):
        return None
    return NotNeeded("opens an account with a password: a sign-up cannot ask for a session", (creates[0].evidence,))


def _opens_account(case: DoorCase, effect: Effect) -> bool:
    says = effect.says.lower()
    is_new = any(word in says for word in ("create", "insert", "upsert"))
    about = any(word in effect.subject.lower() for word in ("user", "account", "member"))
    if effect.kind != "database" or not is_new or not about:
        return False
    return any(is_hashed(value) or _locked(case, value) for value in effect.operands)


def _locked(case: DoorCase, value: Value) -> bool:
    """Whether this record has an address and, in so many words, no password: nobody can sign in before they get one."""
    record = value.props.get("data", value.props.get("create", value)) if isinstance(value, Obj) else value
    if not isinstance(record, Obj) or not any(key.lower() in _SENDER for key in record.props):
        return False
    empty = {key.lower() for key, given in record.props.items() if isinstance(given, Const) and given.value is None}
    return bool(empty & case.words["credential_columns"] & _PASSWORDS)


def _removes(effect: Effect) -> bool:
    return any(word in effect.says.lower() for word in ("delete", "remove", "destroy"))


def _of_accounts(case: DoorCase, effect: Effect) -> bool:
    """Whether an operation is on accounts, or on what proves who owns one."""
    plain = effect.subject.lower().replace("membership", "")
    return _of_credentials(case, effect) or any(word in plain for word in ("user", "account", "member", "profile"))


def _ends_session(case: DoorCase, found: list[Hole]) -> NotNeeded | None:
    ended = _effects(case, "session-end")
    if ended and all(_of_credentials(case, hole.effect) for hole in found):
        return NotNeeded("ends the caller's own session", (seen_effect(ended[0]),))
    dropped = _effects(case, "cookie-end")
    if dropped and not any(_chosen(hole.effect) for hole in found):
        return NotNeeded("ends the caller's own session and touches nothing else they name", (seen_effect(dropped[0]),))
    return None


def _chosen(effect: Effect) -> bool:
    """Whether the caller chooses what an operation works on, by anything but their own cookie."""
    own = {"cookie", "cookies", "header", "headers", "address"}
    parts = (part for operand in effect.operands for part in made_from(operand, 60))
    return any(isinstance(part, Input) and part.channel not in own for part in parts)


def _of_credentials(case: DoorCase, effect: Effect) -> bool:
    """Whether an operation is on sessions, tokens, codes or invitations."""
    plain = effect.subject.lower().replace("_", "").replace("-", "")
    return effect.kind == "database" and any(stem in plain for stem in case.words["credential_models"])


def _begins_verification(case: DoorCase, found: list[Hole]) -> NotNeeded | None:
    """A one-time code or link goes to whom it belongs: only its owner can go on with it.

    An invitation is none: who writes one lets somebody in where the inviter should belong.
    """
    kinds = {hole.effect.kind for hole in found}
    if any("invit" in hole.effect.subject.lower() for hole in found if hole.effect.writes):
        return None
    tokens = [hole for hole in found if _of_credentials(case, hole.effect)]
    if not any(word in hole.effect.says.lower() for hole in tokens for word in (*_CREATES, "update", "upsert")):
        return None
    if kinds <= {"database", "mail"} and all(_of_credentials(case, h.effect) or h.effect.kind == "mail" for h in found):
        return NotNeeded("sends a one-time code or link to its owner", (tokens[0].evidence,))
    return None


def _opted_out(case: DoorCase, found: list[Hole]) -> NotNeeded | None:
    del found
    if case.opted_out is None:
        return None
    return NotNeeded("the door itself switches the project's check off", (case.opted_out,))


def _takes_in(case: DoorCase, found: list[Hole]) -> NotNeeded | None:
    """A form for strangers: it adds a record that belongs to nobody, and gives nothing back."""
    for hole in found:
        plain = hole.effect.subject.lower().replace("_", "").replace("-", "")
        creates = any(word in hole.effect.says.lower() for word in _CREATES)
        if hole.effect.kind == "mail":
            continue
        known = plain in case.words["open_intake_models"]
        if hole.effect.kind != "database" or not creates or not (known or _is_letter(hole.effect)):
            return None
    if any(hole.effect.kind == "database" for hole in found):
        return NotNeeded("takes in a message from anyone", (found[0].evidence,))
    return None


def _is_letter(effect: Effect) -> bool:
    """Whether the record holds a sender's address and words, both as the caller wrote them, and names nobody else."""
    given = (operand.props.get("data", operand) for operand in effect.operands if isinstance(operand, Obj))
    return any(_from_sender(record) for record in given if isinstance(record, Obj))


def _from_sender(record: Obj) -> bool:
    chosen = {key.lower() for key, value in record.props.items() if _from_caller(value)}
    return bool(chosen & _SENDER and chosen & _WORDS) and not any(key.endswith("id") for key in chosen)


def _from_caller(value: Value) -> bool:
    return any(isinstance(part, Input) for part in made_from(value, 60))


def _marked_public(case: DoorCase, found: list[Hole]) -> NotNeeded | None:
    """A read that gives strangers only records whose own mark says that they are public."""
    del case
    marks = [_mark_of(hole) for hole in found]
    if any(hole.effect.writes for hole in found) or not all(marks):
        return None
    return NotNeeded("gives strangers only what is marked public", (found[0].evidence,))


def _mark_of(hole: Hole) -> bool:
    return public_only(hole.effect) or any(fact.kind is ProofKind.MARKED_PUBLIC for fact in hole.facts)


def _shown_already(case: DoorCase, found: list[Hole]) -> NotNeeded | None:
    """What it reads is on a page that anyone can open.

    That does not go for files: the place that reads one is often the same for all of them, the secret ones too.
    """
    if any(hole.effect.writes or hole.effect.kind in {"file", "storage"} for hole in found):
        return None
    shown = [case.shown_publicly.get(key_of(hole.effect)) for hole in found]
    if shown and all(shown) and shown[0] is not None:
        return NotNeeded("reads what a public page shows anyway", (shown[0],))
    return None


def _served_already(case: DoorCase, found: list[Hole]) -> NotNeeded | None:
    """What it reads lies in ``public/``, which Next.js hands to anyone who asks, and the caller does not choose it."""
    del case
    if not found or not all(_lies_in_public(hole.effect) for hole in found):
        return None
    return NotNeeded("reads files that the app serves to anyone from public/", (found[0].evidence,))


def _lies_in_public(effect: Effect) -> bool:
    if effect.kind != "file" or effect.writes or not effect.operands:
        return False
    parts = made_from(effect.operands[0], 60)
    texts = [part.value for part in parts if isinstance(part, Const) and isinstance(part.value, str)]
    return any("public" in text.split("/") for text in texts) and not any(isinstance(part, Input) for part in parts)
