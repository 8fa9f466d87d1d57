"""What ``hide-errors`` is."""

from __future__ import annotations

from doorcheck.core import ControlId, ControlSpec, Question, Scope, Severity, Way

EXCEPTION_TEXT = "exception-text"
WHOLE_ERROR = "whole-error"
PROVIDER_PAYLOAD = "provider-payload"
FAILURE_AS_SUCCESS = "failure-as-success"

SPEC = ControlSpec(
    id=ControlId.HIDE_ERRORS,
    title="Answer failures without their text",
    question=Question.FAILURE,
    scope=Scope.DOOR,
    severity=Severity.LOW,
    why=(
        "What a library says of its failure is written for its developer: tables and columns, file names, hosts, parts "
        "of queries and of keys. Whoever provokes failures reads the inside of the app."
    ),
    fix="Log the error on the server, and answer a fixed text with a status of 500.",
    ways=(
        Way(
            WHOLE_ERROR,
            "The stack or the whole error is answered",
            "Answer a fixed text; keep the error for the log.",
            Severity.MEDIUM,
        ),
        Way(
            EXCEPTION_TEXT,
            "The text of whatever failed is answered",
            "Answer a fixed text, and let only errors of your own classes speak: `if (error instanceof AppError)`.",
        ),
        Way(
            PROVIDER_PAYLOAD,
            "What a database or another service says of its failure is answered",
            "Answer a fixed text for each failure that you expect, and one for all others.",
        ),
        Way(
            FAILURE_AS_SUCCESS,
            "A caught failure is answered with the status of success",
            "Give the answer its status: `{ status: 500 }`.",
            Severity.INFO,
        ),
    ),
    cwe=209,
    owasp="API8:2023",
    since="0.3.0",
)
