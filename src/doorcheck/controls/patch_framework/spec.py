"""What ``patch-framework`` asks for."""

from __future__ import annotations

from doorcheck.core import ControlId, ControlSpec, Question, Scope, Severity, Way

_UPGRADE = "Upgrade next to the version named, and commit the lock file."

SPEC = ControlSpec(
    id=ControlId.PATCH_FRAMEWORK,
    title="The Next.js version has no known hole",
    question=Question.CALLER,
    scope=Scope.APP,
    severity=Severity.HIGH,
    why=(
        "A hole in the framework opens doors that the app's own code keeps shut: the middleware that checks the "
        "session is skipped, an action runs for another site, or a stranger's code runs on the server."
    ),
    fix="Upgrade next to a version without a known hole, commit the lock file, and let a bot propose the next one.",
    ways=(
        Way("remote-code", "A stranger's code runs on the server", _UPGRADE, Severity.CRITICAL),
        Way("middleware-bypass", "Middleware can be got round", _UPGRADE, Severity.HIGH),
        Way("server-side-request", "The server sends requests where the caller says", _UPGRADE, Severity.HIGH),
        Way("cross-site-request", "Another site can call server actions", _UPGRADE, Severity.MEDIUM),
        Way("denial-of-service", "One request can stop the server", _UPGRADE, Severity.MEDIUM),
        Way("disclosure", "The framework gives away what it should keep", _UPGRADE, Severity.LOW),
    ),
    cwe=1395,
    owasp="API8:2023",
    since="0.1.0",
)
