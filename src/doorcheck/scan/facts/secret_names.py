"""Names that say that what they name must not be known."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

_NO_SECRET = frozenset(
    {
        "has", "is", "needs", "requires", "require", "show", "hide", "forgot", "use", "no", "with", "max", "num",
        "next", "nextpage", "page", "continuation", "sync", "cursor", "prev", "cancel", "design",
        "prompt", "completion",
    }
)  # fmt: skip
"""What begins the name of a yes, a no, a number or a mark in a list: ``hasPassword``, ``nextPageToken``."""
_WORDS = "logged_secrets"


def is_secret(words: Mapping[str, frozenset[str]], name: str) -> bool:
    """Whether a field, a header or a variable of this name holds a secret."""
    return _is_secret(words[_WORDS], name)


@lru_cache(maxsize=4096)
def _is_secret(secrets: frozenset[str], name: str) -> bool:
    plain = name.lower().replace("_", "").replace("-", "")
    if plain in secrets:
        return True
    longest = max(
        (secret for secret in secrets if plain.endswith(secret) and len(secret) >= _SHORTEST), key=len, default=""
    )
    before = plain.removesuffix(longest)
    return bool(longest) and before not in _NO_SECRET


_SHORTEST = 5
"""Letters of a word by which a name may end: "otp" ends many."""
