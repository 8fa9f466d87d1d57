"""What ``send-headers`` is."""

from __future__ import annotations

from doorcheck.core import ControlId, ControlSpec, Question, Scope, Severity, Way

NONE, SOME, GAP, DECORATION = "no-headers", "some-missing", "not-every-page", "policy-decoration"
_WHERE = "Set them for `/:path*` in `headers()` of next.config; a policy with a nonce in middleware."

SPEC = ControlSpec(
    id=ControlId.SEND_HEADERS,
    title="Send the headers by which browsers protect whoever opens a page",
    question=Question.FAILURE,
    scope=Scope.APP,
    severity=Severity.LOW,
    why=(
        "Headers are the second lock behind encoding, cookies and links: they keep injected scripts from running, "
        "other sites from framing a page, and addresses from leaking. Next.js sends none of them by itself."
    ),
    fix=_WHERE,
    ways=(
        Way(NONE, "None of the protective headers is sent", _WHERE),
        Way(SOME, "Some of the protective headers are not sent", _WHERE),
        Way(GAP, "The headers do not reach every page", "Let the `source` or the matcher cover all pages: `/:path*`."),
        Way(
            DECORATION,
            "The Content-Security-Policy stops no script",
            "Name where scripts may come from, with a nonce or hashes in place of `'unsafe-inline'`.",
        ),
    ),
    cwe=693,
    owasp="API8:2023",
    since="0.3.0",
)
