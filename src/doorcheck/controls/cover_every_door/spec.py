"""What ``cover-every-door`` is."""

from __future__ import annotations

from doorcheck.core import ControlId, ControlSpec, Question, Scope, Severity, Way

LEFT_OUT = "left-out"
LET_THROUGH = "let-through"

SPEC = ControlSpec(
    id=ControlId.COVER_EVERY_DOOR,
    title="Middleware covers a door as it covers its siblings",
    question=Question.CALLER,
    scope=Scope.APP,
    severity=Severity.LOW,
    why=(
        "Who reads the middleware believes that a whole area is behind it. A door of that area which its matcher "
        "leaves out is the one nobody checks twice."
    ),
    fix="Match areas, not single doors (`/api/admin/:path*`), and check the session in every door all the same.",
    ways=(
        Way(
            LEFT_OUT,
            "The matcher leaves doors out whose siblings it covers",
            "Let the matcher cover the whole area, such as `/api/admin/:path*`.",
        ),
        Way(
            LET_THROUGH,
            "The middleware runs, and lets strangers through to doors whose siblings it guards",
            "Decide by area in the middleware too, and name each exception in one list.",
        ),
    ),
    cwe=1188,
    owasp="API8:2023",
    since="0.1.0",
    notes=True,
)
