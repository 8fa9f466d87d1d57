"""What ``encode-output`` is."""

from __future__ import annotations

from doorcheck.core import ControlId, ControlSpec, Question, Scope, Severity, Way

ECHOED, STORED, MARKDOWN, KEPT = "echoed-raw", "stored-raw", "markdown-raw", "shown-as-html"

SPEC = ControlSpec(
    id=ControlId.ENCODE_OUTPUT,
    title="Encode what callers send where it is put into HTML",
    question=Question.FAILURE,
    scope=Scope.DOOR,
    severity=Severity.MEDIUM,
    why=(
        "Text that is put into HTML as it was sent is HTML: a script in it runs in the browser of whoever opens the "
        "link, on the app's own origin and with their session."
    ),
    fix="Encode it with a library that does nothing else, or let React render it.",
    ways=(
        Way(
            ECHOED,
            "What the request carries is put into HTML as it was sent",
            "Encode `&`, `<`, `>` and quotes in it, or check that it is a number, an id or one of a fixed set.",
        ),
        Way(
            STORED,
            "A text that was stored is put into HTML as it is",
            "Encode it where it is put into HTML, whoever wrote it.",
            severity=Severity.LOW,
        ),
        Way(
            KEPT,
            "What the request carries is stored as it was sent, and a page shows it as HTML",
            "Clean it with DOMPurify or sanitize-html where the page gives it to `dangerouslySetInnerHTML`, or let "
            "React show it as text.",
        ),
        Way(
            MARKDOWN,
            "Markdown is made into HTML and nothing cleans the result",
            "Pass the HTML through a sanitiser such as DOMPurify or sanitize-html: Markdown may hold any markup.",
            severity=Severity.LOW,
        ),
    ),
    cwe=79,
    owasp="API8:2023",
    since="0.3.0",
)
