"""TypeScript that nobody would write: sources of the examples and of the pages, spoiled in ways a seed decides."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
MAX_BYTES = 24_000
"""Longer mutants are cut: what a file costs is tested apart, in test_hostile.py."""

_FENCE = re.compile(r"^```tsx?\n(.*?)^```", re.DOTALL | re.MULTILINE)
_TOKEN = re.compile(rb"\s+|[A-Za-z_$][\w$]*|\d+|=>|[?][.]|[!=]==?|&&|\|\||\?\?|\.\.\.|.", re.DOTALL)
_BOMBS = (
    "(",
    "[",
    "{",
    "`${",
    "<a>",
    "a?b:",
    "!",
    "await ",
    "() => ",
    "if (a) {",
    "a.b(",
    "/*",
    "x = {a: ",
    "<T,",
    "?.[",
)
_STRANGE = (
    *("\u202e", "\u2028", "\ufeff", "\x00", "\x1b[2J", "\x1b]0;x\x07", "[bold red]", "\U0001f480", "\u0301" * 30),
    *("\\u{110000}", "'\\x", "`${`${`", "0x", "1e999", "#!", "<!--", "-->", "@@", "\\", "\r", "\x0b", "9" * 400),
)
_WORDS = (
    *("await", "async", "yield", "export default", "export *", "import(", "class", "extends", "super", "this", "new"),
    *(
        "return",
        "throw",
        "try {",
        "} catch {",
        "} finally {",
        "switch (x) { case",
        "for (;;)",
        "while (1)",
        "do",
        "break",
    ),
    *("continue", "label:", "typeof", "delete", "in", "of", "as any", "satisfies X", "<T,>", "enum", "namespace N {"),
    *(
        "'use server'",
        '"use cache"',
        "'use client'",
        "get x()",
        "static",
        "#p",
        "...",
        "=>",
        "?.",
        "??=",
        "**",
        "@d",
        "let",
    ),
)


@cache
def sources() -> tuple[bytes, ...]:
    """What is mutated: every TypeScript file of the examples, and every fence of the controls' pages."""
    files = sorted(path for path in (ROOT / "examples").rglob("*.ts*") if "node_modules" not in path.parts)
    found = [path.read_bytes() for path in files if path.suffix in {".ts", ".tsx"} and ".next" not in path.parts]
    for page in sorted((ROOT / "src").glob("doorcheck/controls/*/control.md")):
        found += [fence.encode() for fence in _FENCE.findall(page.read_text("utf-8"))]
    return tuple(found)


def mutants(seed: int, count: int) -> Iterator[bytes]:
    """As many mutants as asked for, always the same for a seed."""
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    for _ in range(count):
        text = chance.choice(sources())
        for _ in range(chance.choice((1, 1, 2, 3, 6, 12))):
            text = chance.choice(_MUTATIONS)(text, chance)
        yield text[:MAX_BYTES]


def _of_tokens(text: bytes, chance: random.Random) -> bytes:
    """Some tokens left out, doubled, swapped, or replaced by a word of the language."""
    tokens = _TOKEN.findall(text)
    for _ in range(chance.choice((1, 2, 5, 20))):
        if len(tokens) < 2:
            break
        at, other = chance.randrange(len(tokens)), chance.randrange(len(tokens))
        match chance.randrange(4):
            case 0:
                del tokens[at]
            case 1:
                tokens.insert(other, tokens[at])
            case 2:
                tokens[at], tokens[other] = tokens[other], tokens[at]
            case _:
                tokens[at] = b" " + chance.choice(_WORDS).encode() + b" "
    return b"".join(tokens)


def _of_bytes(text: bytes, chance: random.Random) -> bytes:
    changed = bytearray(text)
    for _ in range(chance.choice((1, 3, 10))):
        if changed:
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _cut(text: bytes, chance: random.Random) -> bytes:
    first, second = sorted((chance.randrange(len(text) + 1), chance.randrange(len(text) + 1)))
    return chance.choice((text[:first], text[second:], text[:first] + text[second:]))


def _bomb(text: bytes, chance: random.Random) -> bytes:
    """Deep nesting, sometimes closed again."""
    opening = chance.choice(_BOMBS).encode()
    times = chance.choice((3, 30, 300, 1500))
    closing = opening.translate(bytes.maketrans(b"([{", b")]}"))[::-1]
    at = chance.randrange(len(text) + 1)
    return text[:at] + opening * times + chance.choice((b"", b"1", closing * times)) + text[at:]


def _strange(text: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(text) + 1)
    what = chance.choice((*_STRANGE, chr(chance.choice((*range(0xD7FF), *range(0xE000, 0x2FFFF))))))
    return text[:at] + what.encode("utf-8", "replace") + text[at:]


def _mixed(text: bytes, chance: random.Random) -> bytes:
    """A piece of another source in the middle."""
    other = chance.choice(sources())
    at, begin = chance.randrange(len(text) + 1), chance.randrange(len(other) + 1)
    return text[:at] + other[begin : begin + chance.randrange(2000)] + text[at:]


def _repeated(text: bytes, chance: random.Random) -> bytes:
    begin = chance.randrange(len(text) + 1)
    piece = text[begin : begin + chance.randrange(200)]
    return text[:begin] + piece * chance.choice((2, 10, 60)) + text[begin:]


_MUTATIONS = (_of_tokens, _of_tokens, _of_bytes, _cut, _bomb, _strange, _mixed, _repeated)
