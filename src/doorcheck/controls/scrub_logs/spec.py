"""What ``scrub-logs`` is."""

from __future__ import annotations

from doorcheck.core import ControlId, ControlSpec, Question, Scope, Severity, Way

PASSWORD = "password-logged"  # noqa: S105 - a way, no secret
TOKEN = "token-logged"  # noqa: S105 - a way, no secret
HEADERS = "headers-logged"
RECORD = "record-logged"
ENVIRONMENT = "environment-logged"
PERSONAL = "personal-data-logged"

_LEAVE_OUT = "Leave it out: log an id, or the names of the fields."

SPEC = ControlSpec(
    id=ControlId.SCRUB_LOGS,
    title="Keep secrets and personal data out of the logs",
    question=Question.FAILURE,
    scope=Scope.DOOR,
    severity=Severity.LOW,
    why=(
        "Logs are kept for long, copied to other services and read by many who may not read the database. A password "
        "or a token in them is as good as one that was published to all of these."
    ),
    fix="Log ids and what happened. Take secrets out of what is logged, at one place for all logs.",
    ways=(
        Way(PASSWORD, "A password is written to a log", _LEAVE_OUT, Severity.MEDIUM),
        Way(TOKEN, "A token, a key or a one-time code is written to a log", _LEAVE_OUT),
        Way(
            HEADERS,
            "All headers or cookies of a request are written to a log",
            "Log the headers that you need by name: the others hold cookies and keys.",
        ),
        Way(RECORD, "A whole record with a secret in it is written to a log", "Log the record's id."),
        Way(
            ENVIRONMENT, "A secret of the environment is written to a log", "Log whether it is set, and nothing of it."
        ),
        Way(PERSONAL, "Personal data is written to a log", "Log an id instead.", Severity.INFO),
    ),
    cwe=532,
    owasp="API8:2023",
    since="0.3.0",
)
