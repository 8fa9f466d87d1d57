"""What ``return-less`` is."""

from __future__ import annotations

from doorcheck.core import ControlId, ControlSpec, Question, Scope, Severity, Way

WHOLE, NAMED = "whole-record", "secret-selected"

SPEC = ControlSpec(
    id=ControlId.RETURN_LESS,
    title="Answer with the columns that are needed, not with whole records",
    question=Question.FAILURE,
    scope=Scope.DOOR,
    severity=Severity.LOW,
    why=(
        "A record that is answered with as it came out of the database takes everything along: the hash of the "
        "password, tokens, secrets, and each column that somebody adds next year."
    ),
    fix="Name the columns in the query, or leave the sensitive ones out, and answer with that.",
    ways=(
        Way(
            WHOLE,
            "A whole record with sensitive columns is answered with",
            "Name the columns that the client needs in the query's `select`, or leave the sensitive ones out with "
            "`omit`.",
        ),
        Way(
            NAMED,
            "The query names a column that no client needs, and its result is answered with",
            "Leave the hash, the salt or the second factor's secret out of what the query selects.",
        ),
    ),
    cwe=201,
    owasp="API3:2023",
    since="0.3.0",
    after=(ControlId.AUTHENTICATE, ControlId.SCOPE_TO_OWNER),
)
