"""What ``seal-session`` is."""

from __future__ import annotations

from doorcheck.core import ControlId, ControlSpec, Question, Scope, Severity, Way

RECORD = "record-to-client"
TOKEN = "token-to-client"  # noqa: S105 - a way in which a control goes missing, no secret
SECRET = "secret-to-client"  # noqa: S105 - as above
SESSION = "session-to-client"
PUBLIC = "public-variable"
HOOK = "client-session-on-server"

SPEC = ControlSpec(
    id=ControlId.SEAL_SESSION,
    title="Keep sessions, secrets and whole records on the server",
    question=Question.FAILURE,
    scope=Scope.APP,
    severity=Severity.MEDIUM,
    why=(
        "Everything that a component in the browser is given stands in the page that is sent, whether it is shown or "
        "not: with the source of the page, a whole record gives away its password hash, a session its tokens."
    ),
    fix="Give components in the browser an object made for them, of the few fields that they show.",
    ways=(
        Way(
            RECORD,
            "A component in the browser is given a record with columns that no browser is to have",
            "Select the columns that the component shows, or pass an object of just these.",
        ),
        Way(
            TOKEN,
            "A component in the browser is given a token of the session",
            "Call the service from the server, where the token stays, and give the component what came of it.",
        ),
        Way(
            SECRET,
            "A component in the browser is given a secret of the server",
            "Use the secret on the server, and change it: whoever has opened the page has it.",
            Severity.HIGH,
        ),
        Way(
            SESSION,
            "A component in the browser is given the whole session",
            "Pass the name and picture that it shows: what is put into the session later is then not sent along.",
            Severity.LOW,
        ),
        Way(
            PUBLIC,
            "A variable that browsers are given holds a secret",
            "Rename the variable without NEXT_PUBLIC_, read it on the server only, and change the secret.",
            Severity.HIGH,
        ),
        Way(
            HOOK,
            "Server code asks the browser for its session",
            "Ask for the session with the function that the library has for the server.",
            Severity.LOW,
        ),
    ),
    cwe=497,
    owasp="API3:2023",
    since="0.3.0",
)
