"""Secrets of the front end: refused where they are missing, short or known to everybody, and never shown."""

from __future__ import annotations

from collections.abc import Sequence

from doorcheck.guard.errors import GuardError

SHORTEST = 32
FEWEST_DIFFERENT = 8

# Defaults and examples that stand in the documentation or the source of the libraries whose sessions are read here.
KNOWN = frozenset(
    {
        "a-string-secret-at-least-256-bits-long",
        "better-auth-secret-12345678901234567890",
        "better-auth-secret-123456789",
        "complex_password_at_least_32_characters_long",
        "generate-a-secret-with-openssl-rand-base64-32",
        "super-secret-jwt-token-with-at-least-32-characters-long",
        "this-is-a-secret-value-with-at-least-32-characters",
        "use [openssl rand -hex 32] to generate a 32 bytes value",
        "use_openssl_rand_hex_32_to_generate_a_32_bytes_value",
        "your-super-secret-jwt-token-with-at-least-32-characters-long",
        "your-super-secret-and-long-postgres-password",
    }
)
_PLACEHOLDERS = (
    "changeme",
    "change-me",
    "change_me",
    "replace-me",
    "replace_me",
    "replaceme",
    "your-secret",
    "your_secret",
)


class WeakSecret(GuardError):
    """A secret that does not protect anything. The text says why, and never has the secret in it."""


def read_secret(text: str, called: str) -> bytes:
    """The secret as UTF-8 bytes; ``called`` is what messages call it.

    Raises ``WeakSecret`` for one that is empty, shorter than 32 characters, made of fewer than 8 different ones, or
    printed in some library's documentation (CWE-1392, CWE-521).
    """
    advice = f"set {called} to the output of `openssl rand -hex 32`"
    plain = text.strip()
    if not plain:
        raise WeakSecret(f"{called} is empty: {advice}")
    if plain.lower() in KNOWN or any(one in plain.lower() for one in _PLACEHOLDERS):
        raise WeakSecret(f"{called} is a value that everybody knows: {advice}")
    if len(text) < SHORTEST:
        raise WeakSecret(f"{called} is shorter than {SHORTEST} characters: {advice}")
    if len(set(text)) < FEWEST_DIFFERENT:
        raise WeakSecret(f"{called} repeats a few characters: {advice}")
    return text.encode()


def read_secrets(texts: str | Sequence[str], called: str) -> tuple[bytes, ...]:
    """One secret or several, the current one first. Raises ``WeakSecret`` for none, or where one of them is weak."""
    several = (texts,) if isinstance(texts, str) else tuple(texts)
    if not several:
        raise WeakSecret(f"{called} is missing")
    return tuple(read_secret(one, called) for one in several)
