"""The vocabulary of the catalogue: control ids, questions, severities and what a control is."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class ControlId(enum.StrEnum):
    """Ids are permanent: they stand in baselines, comments and other people's dashboards."""

    AUTHENTICATE = "authenticate"
    REQUIRE_ROLE = "require-role"
    COVER_EVERY_DOOR = "cover-every-door"
    PATCH_FRAMEWORK = "patch-framework"
    SHARE_IDENTITY = "share-identity"
    VALIDATE_INPUT = "validate-input"
    REFUSE_UNKNOWN_FIELDS = "refuse-unknown-fields"
    DERIVE_IDENTITY = "derive-identity"
    SCOPE_TO_OWNER = "scope-to-owner"
    HIDE_EXISTENCE = "hide-existence"
    LIMIT_RATE = "limit-rate"
    CAP_USAGE = "cap-usage"
    KNOW_THE_CLIENT = "know-the-client"
    CONSTRAIN_ORIGINS = "constrain-origins"
    CHECK_ORIGIN = "check-origin"
    CONSTRAIN_FETCHES = "constrain-fetches"
    VERIFY_WEBHOOKS = "verify-webhooks"
    CONTAIN_UPLOADS = "contain-uploads"
    HIDE_ERRORS = "hide-errors"
    SCRUB_LOGS = "scrub-logs"
    RETURN_LESS = "return-less"
    SEAL_SESSION = "seal-session"
    ENCODE_OUTPUT = "encode-output"
    SEND_HEADERS = "send-headers"
    REVALIDATE = "revalidate"


class Question(enum.StrEnum):
    """The five questions every door answers, in the order a report asks them."""

    CALLER = "caller"
    PAYLOAD = "payload"
    RESOURCE = "resource"
    ABUSE = "abuse"
    FAILURE = "failure"


class Severity(enum.IntEnum):
    """Ordered, so that a threshold is a comparison."""

    INFO = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    @property
    def label(self) -> str:
        return self.name.lower()


class Confidence(enum.IntEnum):
    """How sure a finding is."""

    LOW = 0
    MEDIUM = 1
    HIGH = 2

    @property
    def label(self) -> str:
        return self.name.lower()


class Scope(enum.StrEnum):
    """Whether a control is asked of each door or once of the whole app."""

    DOOR = "door"
    APP = "app"


@dataclass(frozen=True, slots=True)
class Way:
    """One named way in which a control goes missing.

    ``severity`` replaces the control's own where this way is worse or milder; ``fix`` says what to do. ``follows``
    names the control of which this is only a consequence: that one's finding stands for both.
    """

    id: str
    title: str
    fix: str
    severity: Severity | None = None
    follows: ControlId | None = None


@dataclass(frozen=True, slots=True)
class ControlSpec:
    """Everything about a control that is not code. ``cwe`` is a CWE number, ``owasp`` an API Top 10 (2023) id.

    ``after`` are the controls whose answer about the same door its judge reads. ``notes`` tells that it takes down
    something of each door for the whole app to be judged by, ``settles`` that it then may change its answers.
    """

    id: ControlId
    title: str
    question: Question
    scope: Scope
    severity: Severity
    why: str
    fix: str
    ways: tuple[Way, ...]
    cwe: int
    owasp: str
    since: str
    after: tuple[ControlId, ...] = ()
    notes: bool = False
    settles: bool = False

    def way(self, way_id: str) -> Way:
        """The way with this id; KeyError if the control has none."""
        for way in self.ways:
            if way.id == way_id:
                return way
        raise KeyError(way_id)
