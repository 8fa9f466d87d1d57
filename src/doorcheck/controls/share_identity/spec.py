"""What ``share-identity`` is."""

from __future__ import annotations

from doorcheck.core import ControlId, ControlSpec, Question, Scope, Severity, Way

SEVERAL = "several-sources"
UNVERIFIED = "unverified-source"

SPEC = ControlSpec(
    id=ControlId.SHARE_IDENTITY,
    title="One notion of who is calling",
    question=Question.CALLER,
    scope=Scope.APP,
    severity=Severity.LOW,
    why=(
        "With two unrelated notions of who is calling, one lags behind: a sign-out, a role or an expiry reaches one "
        "and not the other, and the weaker of the two decides how safe the app is."
    ),
    fix="Let middleware, doors and pages ask one function of yours, and that function one session.",
    ways=(
        Way(
            SEVERAL,
            "Doors take the caller's identity from unrelated sessions",
            "Move every door to the session you keep, and delete the other with its cookie.",
        ),
        Way(
            UNVERIFIED,
            "Some doors take the caller's identity from a plain cookie beside the session",
            "Ask the session instead: whoever calls can write any cookie.",
            Severity.MEDIUM,
        ),
    ),
    cwe=1041,
    owasp="API2:2023",
    since="0.1.0",
    notes=True,
)
