"""Work that somebody pays for, or by which something is found out, if only it is asked for often enough."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from doorcheck.core import Confidence, ControlId, Held, Missing, Severity, Written
from doorcheck.scan.facts.comparisons import is_hashed
from doorcheck.scan.facts.evaluator import Happening
from doorcheck.scan.facts.failures import handlers_in
from doorcheck.scan.facts.guesses import GUESS
from doorcheck.scan.facts.lookups import named_parts
from doorcheck.scan.facts.proofs import Facts, ProofKind, proven
from doorcheck.scan.facts.values import (
    Choice,
    Const,
    Derived,
    Effect,
    Env,
    External,
    Input,
    Obj,
    Promise,
    Row,
    Unknown,
    Value,
    made_from,
)
from doorcheck.scan.judging import DoorCase, asked_here, seen_effect, taken_by_callers

_MACHINES = frozenset({ProofKind.SECRET, ProofKind.SIGNATURE})
_NEW = ("create", "insert", "upsert", "save", "add")
_PUTS = ("put", "upload", "multipart", "presignedpost", "clienttoken", "sign_request", "write", "append")
_TAKES = ("delete", "remove", "getobject", "headobject", "unlink", "destroy")
_SEARCHES = frozenset({"contains", "search", "ilike", "like", "textsearch", "$regex", "regex", "similarto"})
_BY_LOGIN = frozenset({"credentials", "email", "resend", "nodemailer", "sendgrid", "postmark", "magic-link"})
_PARTS, _DEEP = 120, 400


@dataclass(frozen=True, slots=True)
class Work:
    """One piece of work: what it is, in words, where, and what is known when it is done."""

    says: str
    seen: Written
    facts: Facts
    effect: Effect
    through: tuple[tuple[str, int], ...]
    stake: Severity
    confidence: Confidence = Confidence.HIGH


def works_of(case: DoorCase) -> list[Work]:
    """The work that a door does for callers who are no machine of the app's own and no administrator."""
    found: list[Work] = []
    for_machines = any(fact.kind in _MACHINES for fact in case.trace.attempts)
    for happening in (*case.trace.happenings, *case.trace.counted):
        stranger = not proven(happening.facts)
        if (stranger and for_machines) or _is_trusted(happening.facts) or not asked_here(case, happening.facts):
            continue
        if taken_by_callers(case, happening.facts):
            found.extend(_works(case, happening, stranger=stranger and _is_open(case, happening.effect)))
    return found


def _is_trusted(facts: Facts) -> bool:
    return any(
        fact.kind in _MACHINES or (fact.kind is ProofKind.ROLE and fact.polarity and not fact.of) for fact in facts
    )


def _works(case: DoorCase, happening: Happening, *, stranger: bool) -> Iterator[Work]:
    effect = happening.effect
    judged = _of_kind(case, effect, stranger=stranger)
    if judged is not None:
        says, stake, confidence = judged
        if effect.kind == "mail" and handlers_in(happening.facts):
            confidence = Confidence.LOW  # it tells somebody of a failure
        yield Work(
            says, seen_effect(effect, happening.through), happening.facts, effect, happening.through, stake, confidence
        )


_Judged = tuple[str, Severity, Confidence]


def _of_kind(case: DoorCase, effect: Effect, *, stranger: bool) -> _Judged | None:
    match effect.kind:
        case "model":
            return None if _costs_little(effect) or _is_paid_by_caller(effect) else _model(stranger=stranger)
        case "mail":
            return _mail(effect, stranger=stranger)
        case "storage" | "file":
            return None if stranger and _is_hole(case) else _upload(effect, stranger=stranger)
        case "database":
            return _database(case, effect, stranger=stranger)
        case "session-start":
            return _login(effect) if stranger else None
        case kind if kind == GUESS:
            return _guess(stranger=stranger) if _sent(effect.operands) else None
        case "outbound" | "fetch":
            return _outbound(case, effect, stranger=stranger)
        case "process":
            return ("code is run", Severity.MEDIUM, Confidence.LOW) if stranger and _sent(effect.operands) else None
    return None


def _is_open(case: DoorCase, effect: Effect) -> bool:
    """Whether strangers come this far: not where they are known to be stopped, but for those who try a password."""
    return (
        effect.kind == GUESS
        or _is_proof(case, effect)
        or not isinstance(case.answered.get(ControlId.AUTHENTICATE), Held)
    )


def _is_hole(case: DoorCase) -> bool:
    """Whether strangers should not be here at all: then there is no use in limiting them."""
    return isinstance(case.answered.get(ControlId.AUTHENTICATE), Missing)


def _costs_little(effect: Effect) -> bool:
    """Whether a call of a model's service asks no model for anything."""
    return any(word in effect.says for word in _ASIDE)


_ASIDE = ("vectorStores", "files.", "moderations", "countTokens", "threads.create", "assistants.", "Moderation")


def _is_paid_by_caller(effect: Effect) -> bool:
    """Whether the key that a service is called with is one that the caller has given, now or before."""
    objects = (part for each in effect.operands for part in made_from(each, _DEEP) if isinstance(part, Obj))
    named = [value for each in objects for name, value in each.props.items() if _plain(name) in _KEYS]
    keys = [made_from(key, _PARTS) for value in named for key in _either_of(value)]
    theirs = [any(isinstance(part, Input | Row) for part in key) for key in keys]
    # what a stored key is decrypted with is no key of the service
    ours = [any(isinstance(part, Env) for part in key) for key in keys]
    return any(theirs) and not any(own and not their for own, their in zip(ours, theirs, strict=True))


def _either_of(value: Value) -> Iterator[Value]:
    """The values of which this is one; of plain ones that met on two paths only the parts are left."""
    if isinstance(value, Promise):
        yield from _either_of(value.value)
    elif isinstance(value, Choice):
        for one in value.alternatives:
            yield from _either_of(one.value)
    elif isinstance(value, Unknown) and value.parts:
        for part in value.parts:
            yield from _either_of(part)
    else:
        yield value


_KEYS = frozenset(
    {"apikey", "key", "authtoken", "token", "accesskeyid", "secretaccesskey", "bearertoken", "credentials"}
)


def _model(*, stranger: bool) -> _Judged:
    return "a model is called", Severity.HIGH if stranger else Severity.MEDIUM, Confidence.HIGH


def _mail(effect: Effect, *, stranger: bool) -> _Judged | None:
    if stranger:
        return "a message is sent", Severity.HIGH, Confidence.HIGH
    parts = [part for each in effect.operands for part in made_from(each, 30) if isinstance(part, Obj)]
    chosen = any(_plain(name) in _RECIPIENTS and _sent((to,)) for part in parts for name, to in part.props.items())
    return "a message is sent", Severity.LOW, Confidence.MEDIUM if chosen else Confidence.LOW


_RECIPIENTS = frozenset(
    {"to", "recipient", "recipients", "toaddresses", "destination", "phone", "phonenumber", "email"}
)


def _outbound(case: DoorCase, effect: Effect, *, stranger: bool) -> _Judged | None:
    """A call of a service that is known by its host, or by the key that it is given."""
    address = _beginning(effect.operands[0]) if effect.operands else ""
    host = address.partition("://")[2].partition("/")[0].lower()
    if any(host == each or host.endswith("." + each) for each in case.words["model_hosts"] if host):
        return _model(stranger=stranger)
    if host and host in case.words["mail_hosts"]:
        return _mail(effect, stranger=stranger)
    if effect.kind == "outbound" and stranger and not _is_hole(case) and _sent(effect.operands):
        return "a service is called with the server's own key", Severity.LOW, Confidence.LOW
    return None


def _beginning(value: Value) -> str:
    """The text that a value begins with; empty where it is not written out."""
    if isinstance(value, Derived) and value.how == "text" and value.parts:
        return _beginning(value.parts[0])
    return value.value if isinstance(value, Const) and isinstance(value.value, str) else ""


def _upload(effect: Effect, *, stranger: bool) -> _Judged | None:
    parts = [part for each in effect.operands for part in made_from(each, 30)]
    names = [part.path[0] for part in parts if isinstance(part, External) and part.path]
    said = " ".join((effect.says, *names)).lower().replace("_request", "").replace(" ", "")
    if not effect.writes or not any(word in said for word in _PUTS) or any(word in said for word in _TAKES):
        return None
    if not (_holds_file(effect.operands) if effect.kind == "file" else _sent(effect.operands)):
        return None
    if stranger:
        return "a file is stored", Severity.MEDIUM, Confidence.HIGH
    return "a file is stored", Severity.LOW, Confidence.LOW if effect.kind == "file" else Confidence.MEDIUM


def _holds_file(operands: tuple[Value, ...]) -> bool:
    """Whether a form's own part is among these: what an app writes to its disk otherwise are its records."""
    parts = (part for each in operands for part in made_from(each, _PARTS))
    return any(isinstance(part, Input) and part.channel == "form" for part in parts)


def _login(effect: Effect) -> _Judged | None:
    """``signIn("credentials", …)``: a library's own sign-in that tries a password, or sends a mail."""
    first = effect.given[0] if effect.given else None
    if isinstance(first, Const) and first.value in _BY_LOGIN:
        return "somebody is signed in", Severity.MEDIUM, Confidence.HIGH
    return None


def _guess(*, stranger: bool) -> _Judged:
    if stranger:
        return "a password or code is tried", Severity.MEDIUM, Confidence.HIGH
    return "a password or code is tried", Severity.LOW, Confidence.LOW


def _database(case: DoorCase, effect: Effect, *, stranger: bool) -> _Judged | None:
    if not stranger or _plain(effect.subject) in case.words["limiter_models"]:
        return None
    code = _code_in(case, effect)
    if code is not None:
        sure = code in case.words["guessable_columns"]
        says = f"a {code} is looked up"
        return says, Severity.MEDIUM if sure else Severity.LOW, Confidence.HIGH if sure else Confidence.LOW
    if effect.writes:
        return _record(case, effect)
    words = case.words["search_words"]
    if not _is_hole(case) and any(_is_search(each, words) for each in (*effect.chooses, *effect.operands)):
        return "a table is searched", Severity.LOW, Confidence.MEDIUM
    return _question(case, effect)


def _question(case: DoorCase, effect: Effect) -> _Judged | None:
    """Whether there is an account or an organisation of a name that the caller gives: all names can be asked for."""
    model = case.schema.model(effect.subject, effect.file)
    if model is None or not (model.is_account or model.is_tenant):
        return None
    named = [part for each in effect.chooses for part in made_from(each, 40) if isinstance(part, Input)]
    if not any(part.channel in _GIVEN for part in named) or "find" not in effect.says:
        return None
    sure = Confidence.LOW if _is_hole(case) else Confidence.MEDIUM
    return f"whether there is a {effect.subject} of some name can be asked", Severity.LOW, sure


_GIVEN = frozenset({"body", "form"})
"""Channels by which a caller asks of what no address of a page names."""


def _record(case: DoorCase, effect: Effect) -> _Judged | None:
    """What strangers write, where they are meant to: otherwise they should not be there at all."""
    if _is_hole(case) or not _sent(effect.operands):
        return None
    if not any(word in effect.says.lower() for word in _NEW):
        return None
    accounts = any(word in effect.subject.lower() for word in ("user", "account", "member"))
    if accounts and any(is_hashed(part) or "password" in _plain(name) for name, part in _fields(effect.operands)):
        return "an account is opened", Severity.MEDIUM, Confidence.HIGH
    return "a record is made", Severity.LOW, Confidence.MEDIUM


def _fields(operands: tuple[Value, ...]) -> Iterator[tuple[str, Value]]:
    """The columns that are written, and their values."""
    for operand in operands:
        for part in made_from(operand, 12):
            if isinstance(part, Obj):
                yield from part.props.items()
            elif isinstance(part, External) and part.package == "link":
                for link in part.links:
                    yield from (
                        (k, v) for each in link.arguments if isinstance(each, Obj) for k, v in each.props.items()
                    )


def _code_in(case: DoorCase, effect: Effect) -> str | None:
    """The column of a credential by which a record is looked up that the caller names."""
    if not _is_proof(case, effect):
        return None
    named = [(_plain(name), value) for each in effect.operands for name, value in named_parts(each)]
    columns = [name for name, value in named if name in case.words["credential_columns"] and _sent((value,))]
    return next((name for name in columns if name in case.words["guessable_columns"]), columns[0] if columns else None)


def _is_proof(case: DoorCase, effect: Effect) -> bool:
    """Whether finding this record proves something of who names it."""
    place = effect.file, effect.at
    return any(fact.kind is ProofKind.CAPABILITY and (fact.file, fact.at) == place for fact in case.trace.attempts)


def _is_search(value: Value, words: frozenset[str]) -> bool:
    """Whether a text that the caller searches for, by its name, is looked for within a column."""
    for part in made_from(value, _PARTS):
        if isinstance(part, Obj):
            if any(_plain(name) in _SEARCHES and _asks(given, words) for name, given in part.props.items()):
                return True
        elif isinstance(part, External) and part.links:
            link = part.links[-1]
            if _plain(link.name) in _SEARCHES and any(_asks(each, words) for each in link.arguments):
                return True
    return False


def _asks(value: Value, words: frozenset[str]) -> bool:
    inputs = (part for part in made_from(value, _PARTS) if isinstance(part, Input))
    return any(any(word in _plain(name) for word in words) for part in inputs for name in part.path[-1:])


def _sent(values: tuple[Value, ...]) -> bool:
    """Whether a part of the request is among these."""
    return any(
        isinstance(part, Input) and part.channel not in {"header", "cookie", "address", "url"}
        for value in values
        for part in made_from(value, _PARTS)
    )


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")
