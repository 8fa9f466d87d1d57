"""Controls as SARIF rules, and severities as SARIF and code scanning services count them."""

from __future__ import annotations

from doorcheck.core import ControlSpec, Severity
from doorcheck.report import sarif_model as model

LEVELS: dict[Severity, model.Level] = {
    Severity.INFO: "note",
    Severity.LOW: "note",
    Severity.MEDIUM: "warning",
    Severity.HIGH: "error",
    Severity.CRITICAL: "error",
}

# The middle of the ranges in which code scanning services sort: above 9 critical, from 7 high, from 4 medium.
SECURITY_SEVERITY: dict[Severity, str] = {
    Severity.INFO: "0.0",
    Severity.LOW: "2.0",
    Severity.MEDIUM: "5.5",
    Severity.HIGH: "8.0",
    Severity.CRITICAL: "9.5",
}


def rule_of(control: ControlSpec) -> model.Rule:
    """The control as a reporting descriptor, with its ways and their remedies as help."""
    why = " ".join(control.why.split())
    return model.Rule(
        id=control.id,
        name="".join(word.capitalize() for word in control.id.split("-")),
        short_description=model.Message(control.title),
        full_description=model.Message(why),
        help=model.Markdown(_plain_help(control, why), _markdown_help(control, why)),
        help_uri=f"https://cwe.mitre.org/data/definitions/{control.cwe}.html",
        default_configuration=model.Configuration(LEVELS[control.severity]),
        properties={
            "tags": ["security", f"external/cwe/cwe-{control.cwe:03d}", f"owasp/{control.owasp}", control.question],
            "precision": "high",
            "security-severity": SECURITY_SEVERITY[control.severity],
        },
    )


def _plain_help(control: ControlSpec, why: str) -> str:
    ways = [f"{way.title}: {way.fix}" for way in control.ways]
    return "\n\n".join([control.title, why, control.fix, *ways])


def _markdown_help(control: ControlSpec, why: str) -> str:
    ways = [f"- **{way.title}**: {way.fix}" for way in control.ways]
    parts = [f"# {control.title}", why, "## What to do", control.fix]
    if ways:
        parts += ["## How it goes missing", "\n".join(ways)]
    parts.append(f"Run `doorcheck explain {control.id}` for examples.")
    return "\n\n".join(parts)
