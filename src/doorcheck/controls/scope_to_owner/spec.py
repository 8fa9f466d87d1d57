"""What ``scope-to-owner`` is."""

from __future__ import annotations

from doorcheck.core import ControlId, ControlSpec, Question, Scope, Severity, Way

NO_OWNER = "no-owner"
OTHER_ID = "other-id"
CHECK_AFTER = "check-after"
CLIENT_OWNER = "owner-from-client"
EVERYBODYS = "everybodys-records"
LINKED = "linked-record"
NO_CALLER = "no-caller"

SPEC = ControlSpec(
    id=ControlId.SCOPE_TO_OWNER,
    title="Touch only the caller's own records",
    question=Question.RESOURCE,
    scope=Scope.DOOR,
    severity=Severity.HIGH,
    why=(
        "An id in a request is a wish, not a right. Where the record is looked up by that id alone, every signed-in "
        "account reads and changes the records of all others by trying ids (IDOR)."
    ),
    fix="Put the caller's id or tenant into the same query, or compare the record's owner with the caller and stop.",
    ways=(
        Way(
            NO_OWNER,
            "The record is chosen by the client's id alone",
            "Add the owner to the predicate (`where: { id, userId: session.user.id }`) and answer 404 on none.",
        ),
        Way(
            OTHER_ID,
            "The check is on another id than the one used",
            "Check the very record that is read or changed, or look it up within the parent that was checked.",
        ),
        Way(
            CHECK_AFTER,
            "The owner is checked after the change",
            "Move the check above the change, or put the owner into its predicate.",
        ),
        Way(
            CLIENT_OWNER,
            "The owner in the query comes from the client",
            "Take the owner's id from the session, never from the request.",
        ),
        Way(
            EVERYBODYS,
            "All records are read or changed, whoever owns them",
            "Narrow the query to the caller's own records or tenant.",
            Severity.MEDIUM,
        ),
        Way(
            LINKED,
            "What is written points at a record that the client chose",
            "Look the record up together with the caller's id or tenant before its id is written, and stop on none.",
            Severity.MEDIUM,
        ),
        Way(
            NO_CALLER,
            "Nobody is asked who they are, so the records are everybody's",
            "Authenticate the caller first, then narrow the query to what is theirs.",
            follows=ControlId.AUTHENTICATE,
        ),
    ),
    cwe=639,
    owasp="API1:2023",
    since="0.2.0",
    after=(ControlId.AUTHENTICATE,),
    notes=True,
    settles=True,
)
