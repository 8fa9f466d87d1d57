"""Does what is the server's stay on the server?"""

from __future__ import annotations

from doorcheck.controls.seal_session import spec
from doorcheck.core import Confidence, Held, Missing, NotNeeded, Unknown, Verdict, Why, Written
from doorcheck.scan.doors.sent import Browsers, Sent
from doorcheck.scan.judging import AppCase

_MAX_EVIDENCE = 12
_WAYS = {
    "secret": spec.SECRET,
    "inlined": spec.SECRET,
    "public": spec.PUBLIC,
    "columns": spec.RECORD,
    "token": spec.TOKEN,
    "session": spec.SESSION,
    "hook": spec.HOOK,
}
_ORDER = list(_WAYS)


def judge(case: AppCase) -> Verdict:
    """The verdict on one app."""
    browsers = case.browsers()
    if browsers is None:
        return Unknown(Why.UNRESOLVED_CALL, "what the app sends to browsers was not looked at")
    if browsers.sent:
        return _missing(browsers)
    if browsers.unfollowed:
        return _not_all(browsers)
    if browsers.held:
        says = "components in the browser are given only what is named of sessions and records"
        return Held(says, browsers.held[:_MAX_EVIDENCE])
    return NotNeeded("no component in the browser is given anything of a session, a record or the server's variables")


def _not_all(browsers: Browsers) -> Unknown:
    count = len(browsers.unfollowed)
    says = f"{count} {'page was' if count == 1 else 'pages were'} not followed to the end, and may give components more"
    seen = tuple(Written("not followed to its end", at) for at in browsers.unfollowed[:_MAX_EVIDENCE])
    return Unknown(Why.BUDGET, says, seen)


def _missing(browsers: Browsers) -> Missing:
    """One verdict for all of it: the worst is told first, and the evidence names every place."""
    found = sorted(browsers.sent, key=_badness)
    worst = found[0]
    sure = [one for one in found if (one.sure > 0) == (worst.sure > 0)]
    others = len(sure) - 1
    more = f", and {others} more like it" if others > 1 else ", and one more like it" if others else ""
    evidence = [worst.seen[0], *(_told(one) for one in sure[1:])] if others else []
    evidence = list(dict.fromkeys((*worst.seen, *evidence)))
    return Missing(
        _WAYS[worst.kind],
        worst.says + more,
        tuple(evidence[:_MAX_EVIDENCE]),
        confidence=Confidence(worst.sure),
    )


def _badness(one: Sent) -> tuple[bool, int, int]:
    return one.sure == 0, _ORDER.index(one.kind), -one.sure


def _told(one: Sent) -> Written:
    return Written(one.says, one.seen[0].at)
