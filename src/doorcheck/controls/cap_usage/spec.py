"""What ``cap-usage`` is."""

from __future__ import annotations

from doorcheck.core import ControlId, ControlSpec, Question, Scope, Severity, Way

UNBOUNDED_ANSWER = "unbounded-answer"
CHOSEN_AMOUNT = "chosen-amount"
NO_CEILING = "no-ceiling"

SPEC = ControlSpec(
    id=ControlId.CAP_USAGE,
    title="Bound what a call may use, and what an account may",
    question=Question.ABUSE,
    scope=Scope.DOOR,
    severity=Severity.LOW,
    why=(
        "A limit on calls does not limit what one call may cost: a model that may answer without end, a list of any "
        "length, a number of images that the caller names. One account spends what was meant for all."
    ),
    fix="Give each call a bound (`maxOutputTokens`, `take`), and each account a ceiling for the day or the month.",
    ways=(
        Way(
            UNBOUNDED_ANSWER,
            "A model may answer at any length, and no account has a ceiling",
            "Pass `maxOutputTokens` (or `max_tokens`), and count what each account has used.",
        ),
        Way(
            CHOSEN_AMOUNT,
            "The caller chooses how much",
            "Bound the number: `z.coerce.number().max(100)`, `Math.min(limit, 100)`.",
        ),
        Way(
            NO_CEILING,
            "Each call is bounded, and their number is not",
            "Limit how often an account may call, or what it may use in all.",
            follows=ControlId.LIMIT_RATE,
        ),
    ),
    cwe=770,
    owasp="API4:2023",
    since="0.3.0",
)
