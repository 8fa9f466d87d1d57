"""Secrets and personal data taken out of texts and structures before they are written down.

Source: OWASP Logging Cheat Sheet ("Data to exclude"), CWE-532; token shapes as their issuers document them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

MOST_TEXT = 16_384
MOST_ITEMS = 200
MAX_DEPTH = 8
GONE = "[removed]"

_SECRET_KEY = re.compile(
    r"pass(?:word|wd|phrase)?|pwd|secret|token|api[-_]?key|authorization|cookie|session|credential|private[-_]?key"
    r"|client[-_]?secret|signature|otp|pin\b|ssn|iban|card|cvv|cvc",
    re.IGNORECASE,
)
_SHAPES: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----.{0,8192}?(?:-----END [A-Z ]{0,40}-----|\Z)", re.DOTALL),
        GONE,
    ),
    (re.compile(r"\beyJ[\w-]{4,}\.[\w-]*\.[\w-]*(?:\.[\w-]*){0,2}"), GONE),
    (re.compile(r"\$(?:argon2(?:id|i|d)|scrypt|pbkdf2[\w-]*|2[abxy]|[156y])\$[A-Za-z0-9./+=,$_-]{8,}"), GONE),
    (re.compile(r"\bFe26\.2\*\S+"), GONE),
    (re.compile(r"\b(?:sk|pk|rk|whsec|whpk)_[A-Za-z0-9_]{8,}"), GONE),
    (re.compile(r"\bsk-[A-Za-z0-9_-]{16,}"), GONE),
    (re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"), GONE),
    (re.compile(r"\b(?:gh[opsur]_|github_pat_|glpat-|xox[abeoprs]-|npm_|pypi-)[\w-]{10,}"), GONE),
    (re.compile(r"\bAIza[\w-]{30,}"), GONE),
    (re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{6,}"), rf"\1 {GONE}"),
    (re.compile(r"(?i)(://[^/\s:@]{0,200}):[^/\s@]{1,200}@"), rf"\1:{GONE}@"),
    (
        re.compile(
            r"""(?i)((?:pass(?:word|wd)?|pwd|secret|token|api[-_]?key|client[-_]?secret)["']?\s*[=:]\s*)"""
            r"""("[^"]{0,500}"|'[^']{0,500}'|[^\s,;&"'}\]]{1,500})"""
        ),
        rf"\1{GONE}",
    ),
    (re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}"), "[email]"),
    (re.compile(r"\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b"), "[iban]"),
)
_DIGITS = re.compile(r"(?<![\w.-])(?:[0-9][ -]?){12,18}[0-9](?![\w-])")


def scrub(text: str) -> str:
    """The text without what looks like a credential, a card number (Luhn), an IBAN or a mail address.

    No more than ``MOST_TEXT`` characters of it are kept.
    """
    if len(text) > MOST_TEXT:
        text = text[:MOST_TEXT] + "…"
    for shape, instead in _SHAPES:
        text = shape.sub(instead, text)
    return _DIGITS.sub(lambda found: "[card]" if _luhn(found[0]) else found[0], text)


def scrub_value(value: object, depth: int = 0) -> object:
    """A structure of plain values with the same taken out, and with the values of telling keys removed.

    What is neither text, number, mapping nor sequence is named by its type alone, so that no object writes itself.
    """
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return scrub(value)
    if depth >= MAX_DEPTH:
        return "[deeper]"
    if isinstance(value, Mapping):
        return {
            scrub(str(key)): GONE if _SECRET_KEY.search(str(key)) else scrub_value(item, depth + 1)
            for key, item in list(value.items())[:MOST_ITEMS]
        }
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return [scrub_value(item, depth + 1) for item in value[:MOST_ITEMS]]
    return f"[{type(value).__name__}]"


def _luhn(text: str) -> bool:
    """Whether the digits check as a card number does (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, digit in enumerate(reversed([int(sign) for sign in text if sign.isdigit()])):
        total += digit if place % 2 == 0 else (digit * 2 - 9 if digit > 4 else digit * 2)
    return total % 10 == 0
