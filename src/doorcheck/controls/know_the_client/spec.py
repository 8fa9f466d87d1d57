"""What ``know-the-client`` is."""

from __future__ import annotations

from doorcheck.core import ControlId, ControlSpec, Question, Scope, Severity, Way

CHOSEN_ADDRESS = "chosen-address"

SPEC = ControlSpec(
    id=ControlId.KNOW_THE_CLIENT,
    title="Count callers by an address that they cannot choose",
    question=Question.ABUSE,
    scope=Scope.DOOR,
    severity=Severity.LOW,
    why=(
        "Anybody may send an X-Forwarded-For of their own, with another address every time: what is limited or let in "
        "by what stands first in it is limited by nothing, and lets in whoever knows an address."
    ),
    fix="Use the address that the platform tells: its own header or helper, or what your own proxy added at the end.",
    ways=(
        Way(
            CHOSEN_ADDRESS,
            "The address is taken from a header that the client sets",
            "Use the platform's helper (`ipAddress(request)` of `@vercel/functions`) or header, or the last entry "
            "that a proxy of yours has added.",
        ),
    ),
    cwe=348,
    owasp="API4:2023",
    since="0.3.0",
)
