"""What ``revalidate`` is."""

from __future__ import annotations

from doorcheck.core import ControlId, ControlSpec, Question, Scope, Severity, Way

CACHED = "stale-cache"
PAGE = "stale-page"
OTHER = "revalidates-another"

SPEC = ControlSpec(
    id=ControlId.REVALIDATE,
    title="Renew what is kept of the data that a door changes",
    question=Question.FAILURE,
    scope=Scope.DOOR,
    severity=Severity.INFO,
    why=(
        "A cached function or a page that was made when the app was built goes on showing what was there before: what "
        "somebody deleted, corrected or took back stays in sight, and nobody can say until when."
    ),
    fix="After the change, call `revalidateTag()` or `updateTag()` with the tag of the data, or `revalidatePath()`.",
    ways=(
        Way(
            CACHED,
            "A cached function goes on giving what was there before the change",
            "Call `revalidateTag()` with the function's tag after the change, or `updateTag()` in a server action.",
        ),
        Way(
            PAGE,
            "A page or an answer made when the app was built goes on showing what was there before the change",
            "Call `revalidatePath()` with its path after the change, or have it made for each request.",
        ),
        Way(
            OTHER,
            "What is revalidated after the change is not what keeps the data",
            "Revalidate the tag or path under which the data is kept, too.",
        ),
    ),
    cwe=524,
    owasp="API8:2023",
    since="0.3.0",
    after=(ControlId.AUTHENTICATE,),
)
