"""Do the headers by which browsers protect whoever opens a page reach every page?"""

from __future__ import annotations

from collections.abc import Mapping

from doorcheck.controls.send_headers import spec
from doorcheck.controls.send_headers.policies import Policy
from doorcheck.core import Confidence, Held, Missing, NotNeeded, Unknown, Verdict, Why, Written
from doorcheck.scan.doors.site import Header
from doorcheck.scan.judging import AppCase

_CSP, _REPORTED = "content-security-policy", "content-security-policy-report-only"
_FRAMING, _SNIFFING = "x-frame-options", "x-content-type-options"
_REFERRER, _TRANSPORT = "referrer-policy", "strict-transport-security"
_SPELLED = {
    _CSP: "Content-Security-Policy",
    _SNIFFING: "X-Content-Type-Options",
    _FRAMING: "X-Frame-Options or frame-ancestors",
    _REFERRER: "Referrer-Policy",
    _TRANSPORT: "Strict-Transport-Security (which some hosts add, as Vercel does)",
}
_MILD = frozenset({_REFERRER, _TRANSPORT})
"""What browsers or hosts mostly make up for themselves."""


def judge(case: AppCase) -> Verdict:
    """The verdict on one app."""
    site = case.site()
    if site is None or not site.pages:
        return NotNeeded("the app has no pages")
    if site.exported and not site.sent:
        says = "the app is built into static files: the host that serves them sends the headers"
        return Unknown(Why.UNRESOLVED_CALL, says, site.doubts)
    sent = {header.name: header for header in site.sent if _counts(header)}
    absent = _absent(sent)
    if absent and site.doubts:
        says = f"whether {_listed(absent)} is sent hangs on what could not be followed: {site.doubts[0].says}"
        return Unknown(Why.UNRESOLVED_CALL, says, site.doubts)
    return _of_sent(case, sent, absent)


def _counts(header: Header) -> bool:
    """Whether the value does what the header is for."""
    value = header.value.strip().lower()
    if header.name == _SNIFFING and header.whole:
        return value == "nosniff"
    if header.name == _TRANSPORT and header.whole:
        return "max-age=" in value and "max-age=0" not in value.replace(" ", "").split(";")
    if header.name == _REFERRER and header.whole:
        return value != "unsafe-url"
    return bool(value)


def _absent(sent: Mapping[str, Header]) -> list[str]:
    missing = [name for name in _SPELLED if name not in sent]
    policy = sent.get(_CSP)
    if _FRAMING in missing and policy is not None and Policy(policy.value).frames:
        missing.remove(_FRAMING)
    return missing


def _of_sent(case: AppCase, sent: Mapping[str, Header], absent: list[str]) -> Verdict:
    """The worst that is to be said, with the rest of it behind."""
    if not sent:
        nothing = Written("nothing in next.config, middleware or the files of a host sends headers", case.manifest)
        return Missing(spec.NONE, f"pages are sent without {_listed(absent)}", (nothing,))
    seen = tuple(dict.fromkeys(map(_seen, sent.values())))
    without = [f"pages are sent without {_listed(absent)}{_reported(sent)}"] if absent else []
    partly = [f"{_name_of(each)} is not sent for {each.gap}" for each in _partial(sent)]
    let_in = Policy(sent[_CSP].value).scripts_let_in() if _CSP in sent else None
    decoration = [f"the Content-Security-Policy {let_in}"] if let_in is not None else []
    if set(absent) - _MILD:
        return Missing(spec.SOME, "; ".join((*without, *partly, *decoration)), seen)
    if partly:
        says = "; ".join((*partly, *decoration, *without))
        return Missing(spec.GAP, says, seen, confidence=Confidence.MEDIUM)
    if decoration:
        return Missing(spec.DECORATION, "; ".join((*decoration, *without)), (_seen(sent[_CSP]),))
    if without:
        return Missing(spec.SOME, without[0], seen, confidence=Confidence.LOW)
    inline = Policy(sent[_CSP].value).inline()
    allowing = "; the policy allows inline scripts, so that an injected one runs" if inline else ""
    return Held(f"the protective headers are sent with every page{allowing}", seen)


def _reported(sent: Mapping[str, Header]) -> str:
    return " (a policy is only reported, not kept)" if _REPORTED in sent and _CSP not in sent else ""


def _partial(sent: Mapping[str, Header]) -> list[Header]:
    """The headers that matter and do not reach every page; a page that may be framed is mostly meant to be."""
    return [each for each in sent.values() if each.gap is not None and each.name in {_CSP, _SNIFFING}]


def _listed(names: list[str]) -> str:
    return ", ".join(_SPELLED[name] for name in names)


def _name_of(header: Header) -> str:
    return _SPELLED.get(header.name, header.name).partition(" ")[0]


def _seen(header: Header) -> Written:
    return Written(f"{header.by} sends {header.name}", header.at)
