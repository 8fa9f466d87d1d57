"""What a Content-Security-Policy says of scripts and of framing."""

from __future__ import annotations

from doorcheck.scan.facts.spelled import GAP

_ANYWHERE = frozenset({"*", "https:", "http:", "https://*", "http://*", "*:*"})
_INLINE = "'unsafe-inline'"


class Policy:
    """A policy by its directives."""

    def __init__(self, text: str) -> None:
        self._directives: dict[str, list[str]] = {}
        for directive in text.split(";"):
            name, *sources = directive.lower().split()[:200] or [""]
            self._directives.setdefault(name.strip(), sources)
        self._is_open = GAP in text

    @property
    def frames(self) -> bool:
        """Whether it says who may frame the page, or may do so in what is not known of it."""
        return "frame-ancestors" in self._directives or self._is_open

    def scripts_let_in(self) -> str | None:
        """Why the policy stops no script, in words; None where it stops some, or may."""
        sources = self._directives.get("script-src", self._directives.get("default-src"))
        if sources is None:
            return None if self._is_open else "stops no script: it says nothing of scripts"
        if any(GAP in source for source in sources) or "'strict-dynamic'" in sources:
            return None
        if _INLINE in sources and not _vouched(sources) and _ANYWHERE & set(sources):
            return (
                f"is only decoration: it allows inline scripts and scripts from anywhere ({' '.join(_told(sources))})"
            )
        return None

    def inline(self) -> bool:
        """Whether it allows inline scripts, so that an injected one runs."""
        sources = self._directives.get("script-src", self._directives.get("default-src", []))
        return _INLINE in sources and not _vouched(sources)


def _vouched(sources: list[str]) -> bool:
    """Whether a nonce or a hash makes browsers leave ``'unsafe-inline'`` out of account."""
    return any(source.startswith(("'nonce-", "'sha256-", "'sha384-", "'sha512-")) for source in sources)


def _told(sources: list[str]) -> list[str]:
    return [source for source in sources if source == _INLINE or source in _ANYWHERE]
