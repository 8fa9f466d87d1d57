"""What ``hide-existence`` is."""

from __future__ import annotations

from doorcheck.core import ControlId, ControlSpec, Question, Scope, Severity, Way

CONFIRMS = "refusal-confirms"

SPEC = ControlSpec(
    id=ControlId.HIDE_EXISTENCE,
    title="Answer for someone else's record as for one that does not exist",
    question=Question.RESOURCE,
    scope=Scope.DOOR,
    severity=Severity.LOW,
    why=(
        "A 403 where an unknown id gets a 404 confirms that the record is there: whoever tries ids, slugs or mail "
        "addresses learns which of them are somebody's."
    ),
    fix="Answer 404 for both, best by asking for the record together with its owner.",
    ways=(
        Way(
            CONFIRMS,
            "The refusal tells that the record exists",
            "Answer with `notFound()` or 404 when the record is not the caller's, too.",
        ),
    ),
    cwe=204,
    owasp="API1:2023",
    since="0.2.0",
    after=(ControlId.AUTHENTICATE, ControlId.SCOPE_TO_OWNER),
)
