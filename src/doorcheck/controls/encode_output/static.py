"""Is what callers send still markup where a door's answer puts it into HTML?"""

from __future__ import annotations

from doorcheck.controls.encode_output import spec
from doorcheck.controls.encode_output.pages import Page, pages_of
from doorcheck.controls.encode_output.stored import Stored, stored_for_html
from doorcheck.core import Held, Missing, NotNeeded, Severity, Unknown, Verdict, Why, Written
from doorcheck.core.control import Confidence
from doorcheck.core.door import DoorKind
from doorcheck.scan.facts.markup import Part
from doorcheck.scan.facts.proofs import Facts, ProofKind
from doorcheck.scan.facts.requests import name_of
from doorcheck.scan.facts.values import Input, Row
from doorcheck.scan.judging import DoorCase, asked_here, not_followed, place, seen_effect

_MAX_EVIDENCE = 6
_TEXT_TYPES = ("", "string", "text", "varchar", "char", "citext", "json", "jsonb", "mdx")
_LURED = frozenset({"query", "params", "form"})
"""What a link or a form on somebody else's page can set."""
_NO_TEXT = ("id", "uuid", "slug", "createdat", "updatedat", "count", "status", "type", "email")


def judge(case: DoorCase) -> Verdict:
    """The verdict on one door."""
    trace = case.trace
    if trace.own_handler is not None:
        return NotNeeded(f"{trace.own_handler}: what it answers is its library's choice")
    unknown = not_followed(case)
    if unknown is not None:
        return unknown
    ways = tuple(way for way in trace.ways_out if asked_here(case, way.facts) and not _is_machine(way.facts))
    stored = stored_for_html(case)
    pages = [page for page in pages_of(ways, sniffed=case.door.kind is DoorKind.PAGES_API) if page.parts]
    if not pages and not stored:
        return NotNeeded("no answer of this door puts anything from outside into HTML")
    raw = [(page, part) for page in pages if not page.confined for part in page.parts if _is_raw(case, part)]
    if found := [(page, part) for page, part in raw if part.sure]:
        return _missing(found)
    if kept := [one for one in stored if not one.part.encoded and one.part.sure]:
        return _kept(kept)
    if raw:
        page, part = raw[0]
        says = f"{_shown(part)} goes through a call that could not be followed before it is put into HTML"
        return Unknown(Why.UNRESOLVED_CALL, says, (_seen(page),))
    held = [page for page in pages if page.confined or any(_is_text(case, part) for part in page.parts)]
    if stored and not held and all(one.part.encoded for one in stored):
        seen = tuple(dict.fromkeys(seen_effect(one.happening.effect, one.happening.through) for one in stored))
        return Held("what is stored for a page to show as HTML is cleaned first", seen[:_MAX_EVIDENCE])
    if held:
        says = "what is put into HTML is encoded, or can be no markup"
        return Held(says, tuple(dict.fromkeys(_seen(page) for page in held))[:_MAX_EVIDENCE])
    return NotNeeded("nothing that somebody wrote is put into HTML")


def _kept(stored: list[Stored]) -> Missing:
    """The finding that what is stored as it was sent is shown as HTML."""
    worst = min(stored, key=lambda one: (one.raw.rendered, one.for_role))
    sure = Confidence.LOW if worst.raw.rendered or worst.for_role else Confidence.MEDIUM
    says = f"{_shown(worst.part)} is stored as it was sent, and a page shows it as HTML"
    seen = [seen_effect(worst.happening.effect, worst.happening.through), worst.raw.seen]
    seen += [one.raw.seen for one in stored]
    return Missing(spec.KEPT, says, tuple(dict.fromkeys(seen))[:_MAX_EVIDENCE], confidence=sure)


def _is_machine(facts: Facts) -> bool:
    return any(fact.kind in {ProofKind.SECRET, ProofKind.SIGNATURE} for fact in facts)


def _is_raw(case: DoorCase, part: Part) -> bool:
    return not part.encoded and _is_text(case, part)


def _is_text(case: DoorCase, part: Part) -> bool:
    """Whether this is a text that somebody wrote, and not a number or an id."""
    value = part.value
    if isinstance(value, Input):
        return True
    if not isinstance(value, Row):
        return bool(value.path) and value.path[-1].lower() not in _NO_TEXT
    if value.effect.kind != "database" or not value.path:
        return False
    model = case.schema.model(value.effect.subject, value.effect.file) if value.effect.subject else None
    column = model.column(value.path[-1]) if model is not None else None
    if column is None:
        return value.path[-1].lower() not in _NO_TEXT
    return not column.key and not column.references and column.type.split("(")[0] in _TEXT_TYPES


def _missing(found: list[tuple[Page, Part]]) -> Missing:
    page, part = max(found, key=lambda one: _weight(*one))
    way = spec.MARKDOWN if part.rendered else spec.ECHOED if isinstance(part.value, Input) else spec.STORED
    names = list(dict.fromkeys(_shown(other) for each, other in found if each is page and not other.rendered)) or [
        _shown(part)
    ]
    shown = ", ".join(dict.fromkeys((_shown(part), *names)))
    says = f"{shown} {'is' if ',' not in shown else 'are'} put into HTML and not encoded"
    seen = [_seen(page)]
    seen += [seen_effect(other.value.effect) for _, other in found if isinstance(other.value, Row)]
    severity, confidence = _weight(page, part)
    return Missing(way, says, tuple(dict.fromkeys(seen))[:_MAX_EVIDENCE], severity, confidence)


def _weight(page: Page, part: Part) -> tuple[Severity, Confidence]:
    """How bad it is, and how sure."""
    sure = Confidence.HIGH if page.sure and not part.rendered else Confidence.LOW
    if isinstance(part.value, Input):
        lured = part.value.channel in _LURED
        return (Severity.MEDIUM, sure) if lured else (Severity.LOW, Confidence.LOW)
    return Severity.LOW, min(sure, Confidence.MEDIUM if isinstance(part.value, Row) else Confidence.LOW)


def _shown(part: Part) -> str:
    value = part.value
    if isinstance(value, Input):
        return f"`{name_of(value)}`"
    if isinstance(value, Row):
        return f"`{'.'.join(value.path)}` of {value.effect.subject or 'a record'}"
    return f"`{'.'.join(value.path)}` of who is signed in"


def _seen(page: Page) -> Written:
    return Written("answers with HTML", place(*page.way.at))
