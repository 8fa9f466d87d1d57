"""What ``validate-input`` is."""

from __future__ import annotations

from doorcheck.core import ControlId, ControlSpec, Question, Scope, Severity, Way

NO_SCHEMA = "no-schema"
RAW_AFTER_PARSE = "raw-after-parse"
CAST_ONLY = "cast-only"
IGNORED_RESULT = "ignored-result"
ACCEPTS_ANYTHING = "accepts-anything"
MAY_BE_ABSENT = "may-be-absent"

SPEC = ControlSpec(
    id=ControlId.VALIDATE_INPUT,
    title="Check what the caller sends",
    question=Question.PAYLOAD,
    scope=Scope.DOOR,
    severity=Severity.MEDIUM,
    why=(
        "A type is gone at run time. What arrives is whatever the caller wrote: an object where a text is expected "
        "becomes an operator in a query, a text without end fills a table, a path leads out of its folder."
    ),
    fix="Parse the input with a schema first, stop when it fails, and use only what the schema gives back.",
    ways=(
        Way(
            NO_SCHEMA,
            "Nothing checks what the caller sent",
            "Parse it with a schema before using it: `const input = schema.parse(await request.json())`.",
        ),
        Way(
            RAW_AFTER_PARSE,
            "The input is parsed, but the raw value is used",
            "Use what the schema gives back, not what it was given.",
        ),
        Way(
            CAST_ONLY,
            "A type annotation is taken for a check",
            "`as X` checks nothing at run time: parse the value with a schema of that type.",
        ),
        Way(
            IGNORED_RESULT,
            "The result of the check is not looked at",
            "Return a 400 when the check fails, before anything is used.",
        ),
        Way(
            MAY_BE_ABSENT,
            "A record is looked up by what may not have been sent",
            "Answer 400 when it is absent: a condition on nothing is dropped, or finds the record that has no value.",
        ),
        Way(
            ACCEPTS_ANYTHING,
            "The schema lets anything through",
            "Say what the field may be, instead of `any` or `unknown`.",
            Severity.LOW,
        ),
    ),
    cwe=20,
    owasp="API8:2023",
    since="0.1.0",
)
