"""Environment variables: which of them a stranger cannot know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from doorcheck.scan.facts.provenance import marks
from doorcheck.scan.facts.settings import is_secret_name
from doorcheck.scan.facts.values import Value

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Evaluator


def kept_secret(ev: Evaluator, value: Value) -> str | None:
    """The environment variable a value is made from, where its name does not say that everybody knows it."""
    names = sorted(str(mark[1]) for mark in marks(value) if mark[0] == "env")
    return next((name for name in names if not _is_known_to_all(ev, name)), None)


def _is_known_to_all(ev: Evaluator, name: str) -> bool:
    """Whether a variable is part of what browsers are sent, or names a place, a person, a measure: none is a secret."""
    words = ev.knowledge.words
    if name.lower().startswith(tuple(words["public_variable_prefixes"])):
        return True
    noun = name.rpartition("_")[2].lower()
    return noun in words["measure_nouns"] or (not is_secret_name(name) and noun in words["public_variable_nouns"])
