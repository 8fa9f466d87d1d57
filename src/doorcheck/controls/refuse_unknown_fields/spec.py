"""What ``refuse-unknown-fields`` is."""

from __future__ import annotations

from doorcheck.core import ControlId, ControlSpec, Question, Scope, Severity, Way

BODY_WRITTEN = "body-written"
KEEPS_UNKNOWN = "keeps-unknown"

SPEC = ControlSpec(
    id=ControlId.REFUSE_UNKNOWN_FIELDS,
    title="Write only the fields you name",
    question=Question.PAYLOAD,
    scope=Scope.DOOR,
    severity=Severity.MEDIUM,
    why=(
        "Whoever writes a record as it was sent lets the caller set every column of it: the role, the owner, the "
        "price, the flag that says the mail address is verified."
    ),
    fix="Name the fields in the write, or write the output of a schema that strips or refuses the rest.",
    ways=(
        Way(
            BODY_WRITTEN,
            "What the caller sent is written as a record",
            "Name the fields: `data: { title: input.title }`, or parse with a schema and write its output.",
            Severity.HIGH,
        ),
        Way(
            KEEPS_UNKNOWN,
            "The schema keeps fields that it does not name",
            "Take `passthrough`, `loose` or `catchall` off the schema, or name the fields in the write.",
        ),
    ),
    cwe=915,
    owasp="API3:2023",
    since="0.1.0",
)
