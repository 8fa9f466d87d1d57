"""What ``require-role`` is."""

from __future__ import annotations

from doorcheck.core import ControlId, ControlSpec, Question, Scope, Severity, Way

ANY_ACCOUNT = "any-account"
LESS_THAN_SIBLINGS = "less-than-siblings"
ONE_VALUE = "one-value"
NO_CALLER = "no-caller"

SPEC = ControlSpec(
    id=ControlId.REQUIRE_ROLE,
    title="Ask for a role before administrative work",
    question=Question.CALLER,
    scope=Scope.DOOR,
    severity=Severity.HIGH,
    why=(
        "Signing in says who somebody is, not what they may do. Where only a session is asked for, every account that "
        "anybody can open lists the users, changes their roles and empties the tables."
    ),
    fix="Check a role or permission that comes from the session or the database, and stop without it.",
    ways=(
        Way(
            ANY_ACCOUNT,
            "Any signed-in account does what administrators do",
            "Check the caller's role before the operation: `if (user.role !== 'admin') return 403`.",
        ),
        Way(
            LESS_THAN_SIBLINGS,
            "The doors beside it ask for a role, this one does not",
            "Ask for the role that the sibling doors ask for, with the same helper.",
            Severity.MEDIUM,
        ),
        Way(
            ONE_VALUE,
            "One role is turned away, all others pass",
            "Name the roles that may, not one that may not: a new role is then refused until somebody decides.",
        ),
        Way(
            NO_CALLER,
            "Nobody is asked who they are, so nobody's role is known",
            "Authenticate the caller first, then check the role.",
            follows=ControlId.AUTHENTICATE,
        ),
    ),
    cwe=862,
    owasp="API5:2023",
    since="0.2.0",
    after=(ControlId.AUTHENTICATE,),
    notes=True,
    settles=True,
)
