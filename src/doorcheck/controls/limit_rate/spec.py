"""What ``limit-rate`` is."""

from __future__ import annotations

from doorcheck.core import ControlId, ControlSpec, Question, Scope, Severity, Way

NO_LIMIT = "no-limit"
IGNORED_RESULT = "ignored-result"
LIMITED_AFTER = "limited-after"

SPEC = ControlSpec(
    id=ControlId.LIMIT_RATE,
    title="Limit how often a caller makes you work",
    question=Question.ABUSE,
    scope=Scope.DOOR,
    severity=Severity.MEDIUM,
    why=(
        "A script calls a door as often as it likes: passwords and codes are tried until one fits, a model or a mail "
        "service runs up a bill, inboxes and tables are filled with rubbish."
    ),
    fix="Ask a limiter first, by account or by trusted address, and answer 429 when it says that there were too many.",
    ways=(
        Way(
            NO_LIMIT,
            "Nothing limits how often this is called",
            "Ask a limiter before the work: `if (!(await limiter.limit(key)).success) return new Response(null, "
            "{ status: 429 })`.",
        ),
        Way(
            IGNORED_RESULT,
            "A limiter is asked, and its answer ignored",
            "Return a 429 when the limiter says that there were too many.",
        ),
        Way(
            LIMITED_AFTER,
            "The limiter is asked after the work",
            "Ask the limiter before the work that it is to limit.",
        ),
    ),
    cwe=770,
    owasp="API4:2023",
    since="0.3.0",
    after=(ControlId.AUTHENTICATE,),
)
