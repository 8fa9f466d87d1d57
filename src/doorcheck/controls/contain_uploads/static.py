"""Does the door bound the files that it stores for its caller?"""

from __future__ import annotations

from doorcheck.controls.contain_uploads import spec
from doorcheck.controls.contain_uploads.stores import Lack, Stored, stored_by
from doorcheck.core import Confidence, Held, Missing, NotNeeded, Severity, Verdict
from doorcheck.scan.facts.proofs import ProofKind
from doorcheck.scan.judging import DoorCase, not_followed

_MAX_EVIDENCE = 6
_ORDER = tuple(way.id for way in spec.SPEC.ways)
_SENTENCES = {
    spec.CLIENT_PATH: "is stored at a path that the client's own name is part of",
    spec.PUBLIC_FOLDER: "is stored in the public folder",
    spec.OPEN_GRANT: "may be of any size or type: the leave to upload it has no conditions",
    spec.UNBOUNDED_SIZE: "is stored however large it is",
    spec.ANY_TYPE: "is stored whatever type it is of",
    spec.CLIENT_KEY: "is stored under a key that the client chose",
    spec.CLAIMED_TYPE: "is taken for what the client says it is",
}


def judge(case: DoorCase) -> Verdict:
    """The verdict on one door."""
    if case.trace.own_handler is not None:
        return NotNeeded(f"{case.trace.own_handler}: its library bounds what it stores")
    unknown = not_followed(case)
    if unknown is not None:
        library = _bounding_library(case)
        return NotNeeded(f"{library} bounds what it stores by its own file routes") if library else unknown
    stored = stored_by(case)
    if not stored:
        return NotNeeded("stores no file of the caller's, and reads none by a path of the caller's")
    lacking = [(one, lack) for one in stored for lack in one.lacks]
    if not lacking:
        seen = tuple(dict.fromkeys(each for one in stored for each in one.held))
        return Held("what callers store is bounded", seen[:_MAX_EVIDENCE])
    return _missing(lacking)


def _bounding_library(case: DoorCase) -> str:
    """The library whose own handler this is, where that sets limits for each kind of file."""
    made_by = (case.trace.opaque or "").rpartition(" of ")[2].partition(",")[0].partition("/")[0]
    return made_by if made_by in case.words["upload_libraries"] else ""


def _missing(lacking: list[tuple[Stored, Lack]]) -> Missing:
    """One finding for the door: the worst that is lacking, and what else is."""
    worst, lack = min(lacking, key=lambda each: (-each[1].confidence, _ORDER.index(each[1].way)))
    others = [way for way in _ORDER if way != lack.way and any(each.way == way for _, each in lacking)]
    named = f"the file in `{worst.file}`" if worst.file else "a file that is uploaded"
    says = "a file is read at a path that the client's own text is part of"
    if not worst.reads:
        says = f"{named} {_SENTENCES[lack.way]}"
    if others:
        says = f"{says}; also missing: {', '.join(others)}"
    evidence = tuple(dict.fromkeys((worst.at, *worst.held, *(one.at for one, each in lacking if each.way == lack.way))))
    by_administrators = any(fact.kind is ProofKind.ROLE and fact.polarity for fact in worst.facts)
    confidence = Confidence.LOW if by_administrators else lack.confidence
    stake = Severity.LOW if by_administrators else None
    return Missing(lack.way, says, evidence[:_MAX_EVIDENCE], stake=stake, confidence=confidence)
