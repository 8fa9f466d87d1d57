"""What ``derive-identity`` is."""

from __future__ import annotations

from doorcheck.core import ControlId, ControlSpec, Question, Scope, Severity, Way

CLIENT_OWNER = "owner-from-client"
CLIENT_TENANT = "tenant-from-client"
CLIENT_ROLE = "role-from-client"
CLAIM = "decides-by-claim"

SPEC = ControlSpec(
    id=ControlId.DERIVE_IDENTITY,
    title="Take identity and role from the session, never from the request",
    question=Question.PAYLOAD,
    scope=Scope.DOOR,
    severity=Severity.HIGH,
    why=(
        "Whoever sends the user id, the team or the role along with the request decides who they are and what they "
        "may: records appear in other people's names and tenants, and anybody makes themselves an administrator."
    ),
    fix="Read the user id, the tenant and the role from the session or the database, and drop them from the input.",
    ways=(
        Way(
            CLIENT_OWNER,
            "The client says whose record it is",
            "Write the id of the session's user; take the field out of the schema of the input.",
        ),
        Way(
            CLIENT_TENANT,
            "The client says which tenant the record goes to",
            "Write the session's tenant, or look up the caller's membership of the one sent, and stop on none.",
        ),
        Way(
            CLIENT_ROLE,
            "The client sets a role, a plan or another column that gives power",
            "Set such columns in code, or ask for the caller's own role first.",
        ),
        Way(
            CLAIM,
            "A check believes a role or user id that the request carries",
            "Ask the session, or the database by the session's user id.",
            Severity.CRITICAL,
        ),
    ),
    cwe=639,
    owasp="API3:2023",
    since="0.2.0",
    after=(ControlId.AUTHENTICATE,),
)
