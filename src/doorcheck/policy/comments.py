"""What a ``// doorcheck: …`` comment states: that a door is public, or that a finding is accepted."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from doorcheck.core import ControlId, Location, Notice
from doorcheck.policy.suggestions import did_you_mean

if TYPE_CHECKING:
    from doorcheck.scan.engine import Comment

_LONGEST_COMMENT = 2000
_WORDS = ("public", "accept")
_STATEMENT = re.compile(r"\s*([^\s:–—-]*)\s*(.*)", re.DOTALL)
_CONTROL = re.compile(r"([a-z0-9_-]*[a-z0-9])?\s*(.*)", re.DOTALL | re.IGNORECASE)
_REASON = re.compile(r"\s*[:–—-]+\s*(.*\w.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class PublicHere:
    """The door at this comment is meant to be open to everybody."""

    at: Location
    reason: str


@dataclass(frozen=True, slots=True)
class AcceptHere:
    """What this control finds at this comment is accepted."""

    at: Location
    control: ControlId
    reason: str


Statement = PublicHere | AcceptHere


def read_comments(comments: Iterable[Comment]) -> tuple[tuple[Statement, ...], tuple[Notice, ...]]:
    """What the comments state, and a notice for each that states nothing because of how it is written."""
    read = [_read(comment) for comment in comments]
    statements = tuple(item for item in read if not isinstance(item, Notice))
    return statements, tuple(item for item in read if isinstance(item, Notice))


def _read(comment: Comment) -> Statement | Notice:
    found = _STATEMENT.match(comment.text[:_LONGEST_COMMENT].strip().removesuffix("*/"))
    word, rest = (found[1], found[2]) if found else ("", "")
    if word == "public":
        reason = _REASON.fullmatch(rest.strip())
        if reason is None:
            return _without_reason(comment, "public")
        return PublicHere(comment.at, reason[1])
    if word == "accept":
        return _acceptance(comment, rest)
    hint = did_you_mean(word, _WORDS) or "it is `public - reason` or `accept <control> - reason`"
    return Notice(comment.at, f"`{word[:60]}` is nothing a doorcheck comment can say; {hint}")


def _acceptance(comment: Comment, rest: str) -> Statement | Notice:
    found = _CONTROL.fullmatch(rest.strip())
    name, after = (found[1] or "", found[2]) if found else ("", "")
    if not name:
        return Notice(comment.at, "this comment does not say what it accepts; it is `accept <control> - reason`")
    try:
        control = ControlId(name)
    except ValueError:
        return Notice(comment.at, unknown_control(name))
    reason = _REASON.fullmatch(after)
    if reason is None:
        return _without_reason(comment, f"accept {control}")
    return AcceptHere(comment.at, control, reason[1])


def unknown_control(name: str) -> str:
    """The sentence that there is no such control."""
    hint = did_you_mean(name, list(ControlId)) or "`doorcheck explain` lists them"
    return f"there is no control `{name[:60]}`; {hint}"


def _without_reason(comment: Comment, words: str) -> Notice:
    says = f"this comment has no effect without a reason; write it after a dash: `doorcheck: {words} - why`"
    return Notice(comment.at, says)
