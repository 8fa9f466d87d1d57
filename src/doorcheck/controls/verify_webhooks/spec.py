"""What ``verify-webhooks`` is."""

from __future__ import annotations

from doorcheck.core import ControlId, ControlSpec, Question, Scope, Severity, Way

NO_SIGNATURE = "no-signature"
FAIL_OPEN = "fail-open-secret"
KNOWN_KEY = "known-key"
SKIPPED = "skipped-without-header"
IGNORED = "ignored-result"
AFTER = "check-after"
SWALLOWED = "swallowed-failure"
NOT_AWAITED = "forgotten-await"

SPEC = ControlSpec(
    id=ControlId.VERIFY_WEBHOOKS,
    title="Verify who sent a webhook before acting on it",
    question=Question.ABUSE,
    scope=Scope.DOOR,
    severity=Severity.HIGH,
    why=(
        "A webhook's URL is public. Whoever knows its form can send it an event of their own: a payment that was never "
        "made, a user that was never deleted. Only the signature over the body tells the sender."
    ),
    fix=(
        "Verify the signature over the raw body with the provider's library, before the first operation, and refuse "
        "when the secret or the header is missing."
    ),
    ways=(
        Way(
            NO_SIGNATURE,
            "Nothing tells who sent the delivery",
            "Verify the provider's signature over `await request.text()` before the event is used.",
        ),
        Way(
            FAIL_OPEN,
            "Without the secret configured, every delivery is believed",
            "Refuse when the variable is not set: `if (!secret) return new Response(null, { status: 500 })`.",
        ),
        Way(
            KNOWN_KEY,
            "Without the secret configured, deliveries are signed with a key that anybody knows",
            "Leave out the fallback and refuse when the variable is not set.",
        ),
        Way(
            SKIPPED,
            "A delivery without a signature is believed",
            "Refuse when the header is missing: whoever forges a delivery leaves it out.",
        ),
        Way(
            IGNORED,
            "The signature is checked, but what comes of it stops nobody",
            "Answer 400 or 401 when the signature does not match, before anything else happens.",
        ),
        Way(
            AFTER,
            "The signature is checked after the work",
            "Verify before the first operation on data, mail or other services.",
        ),
        Way(
            SWALLOWED,
            "The check's failure is caught and the work goes on",
            "Return 400 from the catch block.",
        ),
        Way(
            NOT_AWAITED,
            "The check is not awaited, so it is always true",
            "Await the check before testing its result.",
        ),
    ),
    cwe=345,
    owasp="API2:2023",
    since="0.3.0",
)
