"""What ``constrain-fetches`` is."""

from __future__ import annotations

from doorcheck.core import ControlId, ControlSpec, Question, Scope, Severity, Way

AS_GIVEN = "as-given"
HOST_FROM_CALLER = "host-from-caller"
PATH_LEAVES_HOST = "path-leaves-host"
LOOSE_ALLOW_LIST = "loose-allow-list"
NAMES_ONLY = "names-only"
FOLLOWS_REDIRECTS = "follows-redirects"
RESOLVED_TWICE = "resolved-twice"
STORED_ADDRESS = "stored-address"
PATH_FROM_CALLER = "path-from-caller"

SPEC = ControlSpec(
    id=ControlId.CONSTRAIN_FETCHES,
    title="Call only addresses that the server knows",
    question=Question.ABUSE,
    scope=Scope.DOOR,
    severity=Severity.HIGH,
    why=(
        "The server stands where the caller does not: beside the database, the metadata service and everything that "
        "trusts its network. Whoever chooses the address it calls reads and does there what it could."
    ),
    fix="Compare the host of the parsed address with a list of your own, or refuse private addresses when connecting.",
    ways=(
        Way(
            AS_GIVEN,
            "An address is called as the caller gave it",
            "Compare `new URL(address).hostname` with a list of hosts, and stop where it is none of them.",
        ),
        Way(
            HOST_FROM_CALLER,
            "The caller's text is part of the host",
            "Look the host up in a list by what the caller sent, or let through nothing but letters and digits.",
        ),
        Way(
            PATH_LEAVES_HOST,
            "A path of the caller's can lead to another host",
            "Compare the origin of the finished URL with the one meant: `//host` is a path that leaves.",
        ),
        Way(
            LOOSE_ALLOW_LIST,
            "The check of the host lets others through",
            "Compare the whole hostname of the parsed address, not a part or the beginning of the text.",
        ),
        Way(
            NAMES_ONLY,
            "Private addresses are refused by name only",
            "Resolve the name and check the address at the moment of connecting: any name may point inside.",
            Severity.MEDIUM,
        ),
        Way(
            FOLLOWS_REDIRECTS,
            "The address is checked, but redirects are followed",
            'Fetch with `redirect: "manual"`, and check where each redirect leads as you checked the first address.',
            Severity.MEDIUM,
        ),
        Way(
            RESOLVED_TWICE,
            "The name is resolved again after it was checked",
            "Connect to the address that was checked: a name may resolve to another one the second time.",
            Severity.LOW,
        ),
        Way(
            STORED_ADDRESS,
            "An address from a record is called as it is",
            "Check it where it is stored and where it is called as if the caller had just sent it.",
            Severity.MEDIUM,
        ),
        Way(
            PATH_FROM_CALLER,
            "The caller's text is part of the path on a fixed host",
            "Encode it with `encodeURIComponent`, or let through only what an id may look like.",
            Severity.LOW,
        ),
    ),
    cwe=918,
    owasp="API7:2023",
    since="0.3.0",
)
