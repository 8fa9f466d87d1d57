"""What ``check-origin`` is."""

from __future__ import annotations

from doorcheck.core import ControlId, ControlSpec, Question, Scope, Severity, Way

BY_GET = "change-by-get"
ANY_SITE = "cookie-for-any-site"
OPENED = "actions-opened"

SPEC = ControlSpec(
    id=ControlId.CHECK_ORIGIN,
    title="Let no other site change something in a signed-in browser",
    question=Question.ABUSE,
    scope=Scope.DOOR,
    severity=Severity.MEDIUM,
    why=(
        "A browser sends the session cookie along with requests that other sites make it send: with every link it "
        "follows, and, where the cookie says SameSite=None, with forms and calls of fetch too. What a door changes for "
        "whoever comes with the cookie, it then changes for those sites."
    ),
    fix="Change things by POST, PUT, PATCH or DELETE, with a session cookie that is SameSite=Lax or Strict.",
    ways=(
        Way(
            BY_GET,
            "A link is enough to change something",
            "Move the change to POST, PUT, PATCH or DELETE: a Lax cookie does not come with those of other sites.",
        ),
        Way(
            ANY_SITE,
            "The session cookie is sent with other sites' requests, and nothing tells where they came from",
            "Set the cookie with SameSite=Lax, or compare the Origin header with the app's own before the change.",
        ),
        Way(
            OPENED,
            "Pages that anybody may put up can call the server action",
            "Name the hosts in `serverActions.allowedOrigins` one by one, or leave it out.",
        ),
    ),
    cwe=352,
    owasp="API8:2023",
    since="0.3.0",
    notes=True,
    settles=True,
)
