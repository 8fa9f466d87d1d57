"""What ``authenticate`` is."""

from __future__ import annotations

from doorcheck.core import ControlId, ControlSpec, Question, Scope, Severity, Way

NO_CHECK = "no-check"
IGNORED_ABSENCE = "ignored-absence"
CHECK_AFTER = "check-after"
SWALLOWED = "swallowed-failure"
FAIL_OPEN = "fail-open-secret"
NOT_AWAITED = "forgotten-await"
MIDDLEWARE_ONLY = "middleware-only"
PAGE_ONLY = "page-only"
FORGEABLE = "forgeable-credential"

SPEC = ControlSpec(
    id=ControlId.AUTHENTICATE,
    title="Authenticate inside the door",
    question=Question.CALLER,
    scope=Scope.DOOR,
    severity=Severity.HIGH,
    why=(
        "A route handler or server action is a public URL. Whoever has curl can call it; a locked page in front of it "
        "changes nothing. What it does, it does for strangers unless it stops them itself."
    ),
    fix="Check the session in the handler or in a wrapper it goes through, and stop before the first operation.",
    ways=(
        Way(NO_CHECK, "Nothing checks who is calling", "Call the session check first and return 401 without one."),
        Way(
            IGNORED_ABSENCE,
            "Who is calling is looked at, but nobody is stopped",
            "Return 401 when there is no session, before anything else happens.",
        ),
        Way(
            CHECK_AFTER,
            "The check comes after the work",
            "Move the check above the first operation on data, mail, files or other services.",
        ),
        Way(
            SWALLOWED,
            "The check's failure is caught and the work goes on",
            "Let the failure out of the catch block, or return a refusal from it.",
        ),
        Way(
            FAIL_OPEN,
            "Without the secret configured, everybody passes",
            "Refuse when the variable is not set: `if (!secret || given !== secret) return 401`.",
        ),
        Way(
            NOT_AWAITED, "The check is not awaited, so it is always true", "Await the check before testing its result."
        ),
        Way(
            MIDDLEWARE_ONLY,
            "Only the middleware checks",
            "Repeat the check in the door: middleware is a first filter, its matcher and its bypasses are not yours.",
            Severity.MEDIUM,
        ),
        Way(
            PAGE_ONLY,
            "Only the page that shows the form checks",
            "Repeat the check in the action: it can be called without opening the page.",
        ),
        Way(
            FORGEABLE,
            "The credential is something the client can make up",
            "Verify a signed session or look the credential up on the server; a plain header or cookie proves nothing.",
        ),
    ),
    cwe=306,
    owasp="API2:2023",
    since="0.1.0",
)
