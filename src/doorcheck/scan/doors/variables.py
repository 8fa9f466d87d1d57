"""Variables of the environment that browsers get to see, by their names: a build writes them into what it sends."""

from __future__ import annotations

import re
from collections.abc import Mapping

Words = Mapping[str, frozenset[str]]

PREFIX = "NEXT_PUBLIC_"
_SAMPLES = frozenset({"demo", "test", "example", "sample", "dummy", "default"})
_NUMBERED = re.compile(r"_?\d+$")


def holds_secret(name: str, words: Words) -> bool:
    """Whether a variable of this name holds something that nobody but the server may know."""
    plain = _NUMBERED.sub("", name.removeprefix(PREFIX).lower())
    first, last = plain.partition("_")[0], plain.rpartition("_")[2]
    if first in words["switch_words"] or last in words["measure_nouns"]:
        return False
    found = [part for part in words["secret_variable_parts"] if _has(plain, part)]
    if last in words["public_variable_nouns"]:
        return any(plain.endswith(part) for part in found)
    return bool(found) or _is_paid_for(plain, words)


def is_sample(name: str) -> bool:
    """Whether a name says that its value is for trying things out."""
    return not _SAMPLES.isdisjoint(name.lower().split("_"))


def _is_paid_for(plain: str, words: Words) -> bool:
    """Whether it is the key of a service that is paid by use, and which means nobody's browser to have it."""
    if not plain.endswith(("key", "token")) or any(_has(plain, part) for part in words["shareable_variable_parts"]):
        return False
    return any(_has(plain, part) for part in words["metered_services"])


def may_be_shared(name: str, words: Words) -> bool:
    """Whether a key of this name may be one that its service means browsers to have."""
    plain = name.lower()
    return any(_has(plain, part) for part in words["shareable_variable_parts"])


def _has(plain: str, part: str) -> bool:
    return f"_{part}_" in f"_{plain}_"
