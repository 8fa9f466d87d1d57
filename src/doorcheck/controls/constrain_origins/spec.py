"""What ``constrain-origins`` is."""

from __future__ import annotations

from doorcheck.core import ControlId, ControlSpec, Question, Scope, Severity, Way

ECHOED, LOOSE, NULL, ANY = "echoed-with-credentials", "loose-check", "null-allowed", "any-with-credentials"

SPEC = ControlSpec(
    id=ControlId.CONSTRAIN_ORIGINS,
    title="Name the origins that may read the answer",
    question=Question.ABUSE,
    scope=Scope.DOOR,
    severity=Severity.MEDIUM,
    why=(
        "A page of any site that a signed-in visitor opens can call the door with the visitor's cookies. Browsers keep "
        "the answer from that page, unless the door itself says that the page's origin may read it."
    ),
    fix="Compare the `Origin` header with a fixed list and answer with that origin only where it is in the list.",
    ways=(
        Way(
            ECHOED,
            "Whatever origin asks may read the answer, with the visitor's cookies",
            "Send `Access-Control-Allow-Origin` only for an origin that is in a fixed list.",
            Severity.HIGH,
        ),
        Way(
            LOOSE,
            "The check of the origin lets strangers' origins pass",
            "Compare whole origins: `allowed.includes(origin)`. A pattern needs `^`, `$` and `\\.`.",
        ),
        Way(
            NULL,
            "The origin `null` is allowed",
            "Do not allow `null`: every sandboxed frame has this origin, whoever made it.",
        ),
        Way(
            ANY,
            "Credentials are allowed for every origin, which browsers refuse",
            "Send `*` without `Access-Control-Allow-Credentials`, or name the origins.",
            Severity.LOW,
        ),
    ),
    cwe=942,
    owasp="API8:2023",
    since="0.3.0",
    after=(ControlId.AUTHENTICATE,),
)
