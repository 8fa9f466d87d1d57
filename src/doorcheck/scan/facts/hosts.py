"""Which texts are addresses of known hosts: what a prefix or a pattern lets through, as the URL standard reads it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from doorcheck.scan.facts.texts import text_of
from doorcheck.scan.facts.values import External, Value
from doorcheck.scan.syntax.ecma_nodes import Budget, BudgetSpentError
from doorcheck.scan.syntax.ecma_regex import Regex, RegexError, compile_regex

_STEPS = 4_000
_MAX_SAMPLES = 4
_FLAGS = frozenset({"", "i", "g", "u", "gi", "ig", "iu", "ui"})
_SCHEME = re.compile(r"[\x00-\x20]*(?:https?|wss?|ftp):[/\\]*", re.IGNORECASE)
_NO_NAME = re.compile(r"[/\\?#@:]")
_PRIVATE = re.compile(
    r"(?:^|[^\d.])(?:127\.|10\.|192\.168|169\.254|172\.1[6-9]|172\.[23]|0\.0\.0\.0)|localhost|^\[?::1?\]?$|^0$|^\[?f[cd][0-9a-f]{2}:|^\[?fe80"
    r"|metadata|\.(?:local|internal|lan|localdomain)$|^(?:loopback|private|linklocal|uniquelocal|unicast)$",
    re.IGNORECASE,
)
_ANYWHERE = (
    "https://evil.example/", "http://evil.example", "https://evil.example/x.png", "//evil.example/", "/\\evil.example",
    "evil.example", ".evil.example", "@evil.example", "http://127.0.0.1/", "http://localhost:3000/a",
)  # fmt: skip
_INSIDE = ("127.0.0.1", "10.0.0.1", "192.168.0.1", "169.254.169.254", "localhost", "::1", "fd00::1")
_OUTSIDE = ("8.8.4.4", "evil.example")
_SLASHES = ("/x", "a/b", "\\x", "a\\b", "//evil.example", "../x")


def fixes_host(prefix: str) -> bool:
    """Whether every address that begins with this text has one and the same host: its authority ends in the text."""
    scheme = _SCHEME.match(prefix)
    authority = prefix[scheme.end() :] if scheme else ""
    return bool(re.match(r"[^/\\?#@]+[/\\?#]", authority))


def is_inside(text: str) -> bool:
    """Whether this text speaks of private addresses: a loopback, a private range, a name that only a network knows."""
    return bool(_PRIVATE.search(text))


def pattern_of(value: Value | None) -> tuple[str, str] | None:
    """The source and the flags of a regular expression; None for anything else."""
    if not (isinstance(value, External) and value.path == ("RegExp", "()") and value.links):
        return None
    given = [text_of(part) for part in value.links[0].arguments]
    return (given[0], given[1]) if len(given) == 2 and given[0] is not None and given[1] is not None else None


@lru_cache(maxsize=512)
def keeps_to_hosts(source: str, flags: str, *, of_host: bool = False) -> bool:
    """Whether a pattern matches addresses, or names, of its own hosts alone.

    It is tried on texts that lead elsewhere: plain ones, and ones built round what the pattern itself matches. With
    ``of_host`` it is asked of the host of a parsed address, in which nothing but a name can stand.
    """
    pattern = _compiled(source, flags)
    if pattern is None:
        return False
    samples = [text for text in pattern.root.examples()[:24] if _found(pattern, text)][:_MAX_SAMPLES]
    built = [text for sample in samples for text in _built_round(sample)]
    tried = [text for text in (*_ANYWHERE, *built) if not of_host or not _NO_NAME.search(text)]
    return bool(samples) and not any(_found(pattern, text) for text in tried)


@lru_cache(maxsize=512)
def is_closed(source: str, flags: str) -> bool:
    """Whether what a pattern matches can be neither another host nor markup behind what looks like its own."""
    pattern = _compiled(source, flags)
    if pattern is None or not keeps_to_hosts(source, flags):
        return False
    return not any(_found(pattern, f"{text}<x") for text in pattern.root.examples()[:_MAX_SAMPLES])


@lru_cache(maxsize=512)
def speaks_of_inside(source: str, flags: str) -> bool:
    """Whether a pattern matches private addresses, and not others."""
    pattern = _compiled(source, flags)
    if pattern is None or any(_found(pattern, text) for text in _OUTSIDE):
        return False
    return any(_found(pattern, text) for text in _INSIDE)


@lru_cache(maxsize=512)
def slashes(source: str, flags: str) -> bool | None:
    """Whether a pattern matches each text with a slash or a backslash (True), none (False), or some (None)."""
    pattern = _compiled(source, flags)
    if pattern is None:
        return None
    answers = {_found(pattern, text) for text in _SLASHES}
    return answers.pop() if len(answers) == 1 else None


def takes_out_slashes(source: str, flags: str) -> bool:
    """Whether replacing what a pattern matches leaves no slash, no backslash, no colon and no ``@``."""
    pattern = _compiled(source, flags)
    return pattern is not None and "g" in flags and all(_found(pattern, text) for text in "/\\:@")


def takes_out_separators(source: str, flags: str) -> bool:
    """Whether replacing what a pattern matches leaves no slash and no backslash."""
    pattern = _compiled(source, flags)
    return pattern is not None and "g" in flags and _found(pattern, "/") and _found(pattern, "\\")


def _compiled(source: str, flags: str) -> Regex | None:
    if flags not in _FLAGS:
        return None
    try:
        return compile_regex(source, "i" in flags)
    except RegexError:
        return None


def _found(pattern: Regex, text: str) -> bool:
    try:
        return pattern.search(text, Budget(_STEPS))
    except BudgetSpentError:
        return True


def _built_round(sample: str) -> Iterable[str]:
    """Texts that look like this one to a careless pattern, and lead to another host."""
    scheme = _SCHEME.match(sample)
    host = re.split(r"[/\\?#:]", sample[scheme.end() :] if scheme else sample, maxsplit=1)[0]
    yield f"https://evil.example/{sample}"
    yield f"https://evil.example/?{sample}"
    if not host:
        return
    domain = ".".join(host.split(".")[-2:])
    others = [f"{host}.evil.example", f"{host}@evil.example", f"{host}:x@evil.example"]
    for other in (*others, f"evil{domain}") if "." in domain else others:
        yield sample.replace(host, other, 1)
    yield f"evil.example/{sample}"
