"""What the service is told by its environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from doorcheck.guard import GuardError, addresses
from doorcheck.guard.addresses import Proxies
from doorcheck.guard.sessions.issuers import AuthJs

PROXIES = {
    "direct": addresses.direct,
    "nginx": addresses.nginx,
    "vercel": addresses.vercel,
    "cloudflare": addresses.cloudflare,
    "fly": addresses.fly,
    "render": addresses.render,
    "railway": addresses.railway,
    "aws-alb": addresses.aws_alb,
    "google-cloud-run": addresses.google_cloud_run,
}


@dataclass(frozen=True, slots=True)
class Settings:
    """Addresses and secrets. A secret that is not set keeps the service from starting: nothing fails open."""

    folder: Path
    database: str
    store: str
    stripe_secret: str = field(repr=False)
    files_key: bytes = field(repr=False)
    front_end: str | None = None
    front_end_sessions: AuthJs | None = None
    proxies: Proxies = field(default_factory=addresses.direct)

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """The settings of this environment. Raises ``GuardError`` for what is missing or unknown."""
        folder = Path(environ.get("TALLY_FOLDER") or "data").resolve()
        behind = environ.get("TALLY_BEHIND") or "direct"
        if behind not in PROXIES:
            raise GuardError(f"TALLY_BEHIND is one of {', '.join(PROXIES)}")
        return cls(
            folder=folder,
            database=environ.get("DATABASE_URL") or f"sqlite+aiosqlite:///{folder / 'tally.db'}",
            store=environ.get("STORE_URL") or f"sqlite:///{folder / 'guard.db'}",
            stripe_secret=_secret(environ, "STRIPE_WEBHOOK_SECRET"),
            files_key=_secret(environ, "FILES_KEY").encode(),
            front_end=environ.get("FRONT_END") or None,
            front_end_sessions=AuthJs.from_env(environ) if environ.get("AUTH_SECRET") else None,
            proxies=PROXIES[behind](),
        )


def _secret(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "")
    if len(value) < 32:
        raise GuardError(f"{name} is missing or shorter than 32 characters: set it to `openssl rand -hex 32`")
    return value
