"""Which other sites may read answers: exact origins, written out (Fetch standard, "CORS protocol")."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.middleware.cors import CORSMiddleware

from doorcheck.guard.origins import parse_origin

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True, slots=True)
class Cors:
    """Sites that may read with a browser. ``credentials`` lets them read as the caller; ``max_age`` is in seconds.

    There is no pattern and no ``*``: a pattern that matches one host too many lets that host read as the caller.
    Raises ``ValueError`` for what is no origin.
    """

    origins: tuple[str, ...]
    credentials: bool = False
    methods: tuple[str, ...] = _METHODS
    headers: tuple[str, ...] = ("authorization", "content-type", "idempotency-key")
    exposed: tuple[str, ...] = ("x-request-id", "retry-after")
    max_age: int = 600

    def __post_init__(self) -> None:
        if isinstance(self.origins, str):
            raise TypeError("origins is a tuple of origins, not one text")
        object.__setattr__(self, "origins", tuple(parse_origin(origin) for origin in self.origins))
        for values in (self.methods, self.headers, self.exposed):
            if "*" in values:
                raise ValueError("'*' is not taken: write methods and headers out")

    def around(self, app: Any) -> CORSMiddleware:
        """The application behind Starlette's own implementation of the protocol."""
        return CORSMiddleware(
            app,
            allow_origins=self.origins,
            allow_methods=self.methods,
            allow_headers=self.headers,
            allow_credentials=self.credentials,
            expose_headers=self.exposed,
            max_age=self.max_age,
        )
