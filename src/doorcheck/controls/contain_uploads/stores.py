"""The files that a door stores for its caller, and what of each is left to the client."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from doorcheck.controls.contain_uploads import spec
from doorcheck.core import Confidence, Written
from doorcheck.core.door import DoorKind
from doorcheck.scan.facts import uploads
from doorcheck.scan.facts.bounds import Aspect, bounded
from doorcheck.scan.facts.evaluator import Happening
from doorcheck.scan.facts.proofs import Fact, Facts, ProofKind
from doorcheck.scan.facts.requests import name_of
from doorcheck.scan.facts.uploads import Content, Upload
from doorcheck.scan.facts.values import Const, Input, Value, made_from
from doorcheck.scan.judging import DoorCase, asked_here, place, seen_effect, seen_fact

_MACHINES = frozenset({ProofKind.SECRET, ProofKind.SIGNATURE})
_SIZE_LIMITS = frozenset({"ContentLength", "maximumSizeInBytes", "maxSize", "content-length-range"})
_TYPE_LIMITS = frozenset({"ContentType", "contentType", "allowedContentTypes", "Content-Type", "allowed_formats"})
_PUBLIC_OPTIONS = frozenset({"public", "public-read", "public-read-write", "publicRead"})


@dataclass(frozen=True, slots=True)
class Lack:
    """One thing that is left to the client, and how sure that is."""

    way: str
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that is stored for the caller: what is lacking, and what was seen to bound it."""

    at: Written
    file: str
    facts: Facts
    lacks: tuple[Lack, ...]
    held: tuple[Written, ...]
    reads: bool = False


def stored_by(case: DoorCase) -> list[Stored]:
    """Every file that this door stores for its caller, or lets the caller store."""
    found: list[Stored] = []
    read: dict[int, Upload | None] = {}
    for happening in case.trace.happenings:
        key = id(happening.effect)
        if key not in read:
            read[key] = uploads.upload_of(happening.effect)
        upload = read[key]
        if upload is None or not asked_here(case, happening.facts):
            continue
        if upload.reads and not uploads.is_served(upload.effect, _answers_of(case)):
            continue
        if not any(fact.kind in _MACHINES for fact in happening.facts):
            found.append(_judged(case, upload, happening))
    return found


def _answers_of(case: DoorCase) -> list[Value]:
    return [value for way in case.trace.ways_out for value in (way.value, *way.replied)]


def _judged(case: DoorCase, upload: Upload, happening: Happening) -> Stored:
    lacks: list[Lack] = []
    held: list[Written] = []
    at = seen_effect(happening.effect, happening.through)
    content, facts = upload.content, happening.facts
    checks: Iterator[Lack | Written] = iter(())
    if not upload.reads:
        checks = _of_grant(upload, at) if content is None else _of_file(case, upload, content, facts)
    for each in (*checks, *_of_target(upload, facts)):
        if isinstance(each, Lack):
            lacks.append(each)
        else:
            held.append(each)
    file = content.name if content is not None else ""
    return Stored(at, file, facts, tuple(lacks), tuple(dict.fromkeys(held)) or (at,), upload.reads)


def _of_file(case: DoorCase, upload: Upload, content: Content, facts: Facts) -> Iterator[Lack | Written]:
    size = bounded(facts, Aspect.SIZE, content.name)
    if size is not None:
        yield seen_fact(size)
    elif not _is_bounded_by_framework(case, content):
        yield Lack(spec.UNBOUNDED_SIZE, Confidence.MEDIUM)
    yield from _of_type(case, upload, content, facts)


def _is_bounded_by_framework(case: DoorCase, content: Content) -> bool:
    """Whether Next.js itself refuses more than a megabyte or what its configuration says: an action, a parsed body."""
    if case.door.kind is DoorKind.SERVER_ACTION:
        return True
    return case.door.kind is DoorKind.PAGES_API and content.name.startswith("body")


def _of_type(case: DoorCase, upload: Upload, content: Content, facts: Facts) -> Iterator[Lack | Written]:
    sniffed = bounded(facts | case.trace.attempts, Aspect.BYTES, content.name)
    if content.remade:
        yield Written("the picture is made anew", place(upload.effect.file, upload.effect.at))
    elif sniffed is not None:
        yield seen_fact(sniffed)
    elif uploads.takes_pictures_alone(upload):
        yield Written("the store takes pictures alone", place(upload.effect.file, upload.effect.at))
    elif _is_served_as_fixed(upload):
        yield Written("the server says itself which type it is", place(upload.effect.file, upload.effect.at))
    elif (claimed := _claimed(facts, content)) is not None:
        yield seen_fact(claimed)
        yield Lack(spec.CLAIMED_TYPE, Confidence.LOW)
    else:
        yield Lack(spec.ANY_TYPE, Confidence.MEDIUM if _is_public(upload) else Confidence.LOW)


def _claimed(facts: Facts, content: Content) -> Fact | None:
    """That the type which the client claims is one of those allowed, wherever in the form it claims it."""
    channel = content.name.split(".", 1)[0]
    beside = tuple(f"{Aspect.KIND}{each}" for each in (channel, "query"))
    return bounded(facts, Aspect.KIND, content.name) or next((f for f in facts if f.of.startswith(beside)), None)


def _is_served_as_fixed(upload: Upload) -> bool:
    told = [upload.options[name] for name in _TYPE_LIMITS if name in upload.options]
    return bool(told) and not any(isinstance(part, Input) for value in told for part in made_from(value, 40))


def _is_public(upload: Upload) -> bool:
    if upload.in_files:
        return upload.target is not None and uploads.in_public_folder(upload.target)
    told = (upload.options.get(name) for name in ("access", "ACL", "acl", "predefinedAcl", "public"))
    return any(isinstance(value, Const) and (value.value is True or value.value in _PUBLIC_OPTIONS) for value in told)


def _of_grant(upload: Upload, at: Written) -> Iterator[Lack | Written]:
    texts = {
        part.value
        for value in upload.options.values()
        for part in made_from(value, 60)
        if isinstance(part, Const) and isinstance(part.value, str)
    }
    size = bool(_SIZE_LIMITS & upload.options.keys() or "content-length-range" in texts)
    kind = bool(_TYPE_LIMITS & upload.options.keys() or {"$Content-Type", "Content-Type"} & texts)
    if size and kind:
        yield Written("the leave to upload is bound in size and type", at.at)
    elif upload.grant == "api_sign_request":
        return
    elif not size:
        yield Lack(spec.OPEN_GRANT, Confidence.MEDIUM)
    else:
        yield Lack(spec.OPEN_GRANT, Confidence.LOW)


def _of_target(upload: Upload, facts: Facts) -> Iterator[Lack | Written]:
    if upload.target is None:
        return
    if upload.in_files:
        named = uploads.client_named(upload.target)
        if named is not None and not _stays(named, facts):
            yield Lack(spec.CLIENT_PATH, Confidence.MEDIUM)
        if uploads.in_public_folder(upload.target) and not upload.reads:
            yield Lack(spec.PUBLIC_FOLDER, Confidence.MEDIUM)
    elif uploads.is_named_by_client(upload.target) and not _adds_to_key(upload):
        yield Lack(spec.CLIENT_KEY, Confidence.LOW)


def _stays(named: Input, facts: Facts) -> bool:
    """Whether a name was seen to hold no slash, to be one of a fixed set, or to make a path inside its folder."""
    name = name_of(named)
    if named.check is not None and named.check.counts and named.check.shape.plain:
        return True
    aspects = (Aspect.SEGMENT, Aspect.FOLDER, Aspect.HOST)
    if any(bounded(facts, aspect, name) is not None for aspect in aspects):
        return True
    owned = (fact.of.replace(":", ".", 1) for fact in facts if fact.kind is ProofKind.OWNED and fact.polarity)
    return name in owned


def _adds_to_key(upload: Upload) -> bool:
    """Whether the store makes the name unlike any other, or refuses one that is there."""
    return not {"Key", "Bucket"} & upload.options.keys()
