"""Concrete paths that stand for all those a route pattern answers to.

A pattern with dynamic segments is asked with values of every shape that matchers are known to tell apart, and with
values made from the matcher itself: the texts its assertions speak of, and the texts it matches.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from doorcheck.scan.syntax.ecma_nodes import Look
from doorcheck.scan.syntax.ecma_regex import Regex

MAX_SAMPLES = 64
_MAX_HINTS = 24
_ORDINARY = "sample"
_SHAPES = ("x.png", "42", "two-words", "v1.2", "_x", "UPPER", "sample.json")
_DEEP = ("sample/deep", "sample/x.png", "sample/deep/er")
_SENDABLE = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@/%-]+")


def hints_of(regex: Regex) -> tuple[str, ...]:
    """Texts at which the expression's answer may turn: what it asserts, first, then what it matches.

    Names come before file names, since one file name mostly stands for all; ``.png`` is left out beside ``x.png``.
    """
    found: dict[str, None] = {}
    for node in regex.root.walk():
        if isinstance(node, Look):
            for example in node.part.examples():
                found.update(dict.fromkeys((example,) if "." in example else (example, example + "x")))
    found.update(dict.fromkeys(regex.root.examples()))
    kept = [text for text in found if _SENDABLE.fullmatch(text) and f"x{text}" not in found]
    return tuple(sorted(kept, key=lambda text: "." in text))


def sample_paths(route: str, hints: Iterable[str] = ()) -> tuple[str, ...]:
    """Paths the route answers to, the most ordinary first, at most MAX_SAMPLES; a static route is its own only one."""
    segments = [segment for segment in route.split("/") if segment]
    dynamic = [index for index, segment in enumerate(segments) if _is_dynamic(segment)]
    if not dynamic:
        return (route,)
    texts = _texts_for(route, hints)
    found: dict[str, None] = {}
    for values in _choices(segments, dynamic, texts):
        path = "/" + "/".join(value for value in values if value)
        if path.startswith("/_next/") and 0 in dynamic:
            continue  # Next.js answers these itself
        found[path] = None
        if len(found) >= MAX_SAMPLES:
            break
    return tuple(found)


def _choices(segments: list[str], dynamic: list[int], texts: list[str]) -> Iterator[list[str]]:
    """The ordinary path, then every value at one dynamic segment, the last segment first."""
    ordinary = [_ORDINARY if index in dynamic else segment for index, segment in enumerate(segments)]
    yield ordinary
    columns = [(index, _values_of(segments[index], texts)) for index in reversed(dynamic)]
    for turn in range(max(len(values) for _, values in columns)):
        for index, values in columns:
            if turn < len(values):
                yield [*ordinary[:index], values[turn], *ordinary[index + 1 :]]


def _values_of(segment: str, texts: list[str]) -> list[str]:
    several = segment.startswith(("[...", "[[..."))
    values = [""] if segment.startswith("[[...") else []
    values += _SHAPES
    if several:
        values += _DEEP
    return values + [text for text in texts if several or "/" not in text]


def _texts_for(route: str, hints: Iterable[str]) -> list[str]:
    """The hints as values of a segment: whole, without the route's fixed beginning, and piece by piece."""
    fixed = re.split(r"/\[", route, maxsplit=1)[0].strip("/") + "/"
    found: dict[str, None] = {}
    for hint in hints:
        text = hint.strip("/")
        for candidate in (text.removeprefix(fixed), *text.split("/")):
            if candidate and not any(part in {"", ".", ".."} for part in candidate.split("/")):
                found[candidate] = None
    return list(found)[:_MAX_HINTS]


def _is_dynamic(segment: str) -> bool:
    return segment.startswith("[") and segment.endswith("]")
