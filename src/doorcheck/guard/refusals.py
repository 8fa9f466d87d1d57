"""The ways in which a request is turned away, each with the status and the words a stranger may see."""

from __future__ import annotations

import enum

from starlette.exceptions import HTTPException


class Refusal(enum.Enum):
    """A refusal's problem type (a slug), its HTTP status and its title, the only words of it that leave the service.

    Statuses are those of RFC 9110 and RFC 6585 (429).
    """

    UNAUTHENTICATED = ("unauthenticated", 401, "Sign in to do this")
    FORBIDDEN = ("forbidden", 403, "You may not do this")
    CROSS_SITE = ("cross-site", 403, "This request came from another site")
    ABSENT = ("not-found", 404, "There is nothing here")
    METHOD = ("method-not-allowed", 405, "This cannot be done here")
    CONFLICT = ("conflict", 409, "The same request is being worked on")
    TOO_LARGE = ("too-large", 413, "The request is too large")
    MEDIA_TYPE = ("unsupported-media-type", 415, "This kind of content is not taken here")
    INVALID = ("invalid", 422, "The request does not have the form that is asked for")
    TOO_MANY = ("too-many-requests", 429, "Too many requests")
    MALFORMED = ("malformed", 400, "The request could not be read")
    FAULT = ("internal", 500, "Something went wrong")
    UNAVAILABLE = ("unavailable", 503, "The service is not available now")

    def __init__(self, slug: str, status: int, title: str) -> None:
        self.slug = slug
        self.status = status
        self.title = title


class Refused(HTTPException):
    """Raised to turn a request away. ``reason`` is for the private log and never leaves the service.

    ``retry_after`` is in seconds. ``account`` and ``address`` say who was refused, as far as it is known, and are for
    the logs, too. It is an ``HTTPException`` so that a framework that is in the middle of reading the body lets it
    through.
    """

    def __init__(
        self,
        refusal: Refusal,
        reason: str,
        *,
        retry_after: float | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(refusal.status, refusal.title, headers)
        self.refusal = refusal
        self.reason = reason
        self.retry_after = retry_after
        self.account = ""
        self.address = ""
