"""Takes each enforcement of the guard away, one at a time, and shows that the tests notice.

Works on a copy of the sources. Exits with 1 where a mutant survives, with 2 where one no longer fits the source.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GUARD = Path("src/doorcheck/guard")


@dataclass(frozen=True, slots=True)
class Mutant:
    """One enforcement taken away: in ``file``, ``old`` becomes ``new``; ``tests`` are those that must notice."""

    question: str
    says: str
    file: str
    old: str
    new: str
    tests: str = "census"


MUTANTS = (
    Mutant("census", "an open question does not stop the start", "census/register.py",
           "if offences and not observe:", "if False:"),
    Mutant("census", "a request without a door goes on to the application", "layer.py",
           'raise Refused(Refusal.ABSENT, "no door in the census")', "declaration = UNDECLARED; leaf = None"),
    Mutant("census", "routes that come later are not noticed", "census/doors.py",
           "if len(live) != len(then) or not all(map(operator.is_, live, then)):", "if False:"),
    Mutant("census", "an endpoint does not ask for its key", "passage.py",
           "if passage.declaration is not declaration:", "if False:"),
    Mutant("census", "an endpoint runs without a guard", "passage.py",
           'raise Refused(Refusal.UNAVAILABLE, f"{declaration.name} ran without guard.protect(app)")', "return"),
    Mutant("caller", "no session is needed", "admission.py",
           'raise Refused(Refusal.UNAUTHENTICATED, "no session was presented")', "return None"),
    Mutant("caller", "any signed-in account has every role", "admission.py",
           "if asked.roles and not asked.roles & principal.roles:", "if False:"),
    Mutant("caller", "an expired session is accepted", "sessions/resolver.py",
           "if principal.expires_at <= now:", "if False:", "sessions"),
    Mutant("caller", "two credentials may name two accounts", "sessions/resolver.py",
           "if len({principal.id for principal, _ in accepted}) > 1:", "if False:", "sessions"),
    Mutant("caller", "a signature of a webhook is not asked for", "webhooks/signature.py",
           "equal |= hmac.compare_digest(one, other)", "equal = True", "webhooks"),
    Mutant("caller", "a delivery is worked on each time it comes", "webhooks/receiving.py",
           "return key if stage is Stage.NEW else None", "return key", "webhooks"),
    Mutant("payload", "unknown fields pass", "payload/models.py",
           'if _config(model).get("extra") != "forbid" and not issubclass(model, tuple | RootModel):',
           "if False:"),
    Mutant("payload", "privileged names pass", "payload/models.py",
           "if is_privileged(name) and name not in may_set:", "if False:"),
    Mutant("payload", "a body has no end", "body.py", "if self._read > self._cap:", "if False:"),
    Mutant("payload", "a declared length is not compared", "body.py", "if int(declared) > cap:", "if False:"),
    Mutant("payload", "JSON may be of any depth", "body.py",
           "if max(accumulate(steps), default=0) > MAX_DEPTH:", "if False:"),
    Mutant("payload", "a file is what it begins like", "uploads/kinds.py",
           "wrong = kind.check(data)", "wrong = None", "uploads"),
    Mutant("payload", "a file has no end", "uploads/receiving.py", "if self.size > self.most:", "if False:", "uploads"),
    Mutant("resource", "an answer to whose record it is does not matter", "answers.py",
           "if not (answer if isinstance(answer, bool) else await answer):", "if False:"),
    Mutant("resource", "it is not asked whose record it is", "declaration.py",
           "await declaration.resource.settle(passage, arguments or passage.path_params)", "pass"),
    Mutant("resource", "writes are not held to the caller's rows", "resource/gate.py",
           "if not session.unheld and not session.scope.writes_all:", "if False:", "resource"),
    Mutant("resource", "a table that nothing vouches for may be read", "resource/gate.py",
           "if ledger.faults:", "if False:", "resource"),
    Mutant("caller", "a session that is over goes on", "accounts/own_sessions.py",
           "if left <= 0 or now >= record.seen + self._idle:", "if False:", "accounts"),
    Mutant("census", "what is declared by its path has no second key", "census/locking.py",
           "if current().declaration not in keys:", "if False:"),
    Mutant("abuse", "a limit that is used up lets through", "admission.py", "if not taken.allowed:", "if False:"),
    Mutant("abuse", "any site may ask for changes", "origins.py",
           'raise Refused(Refusal.CROSS_SITE, f"Sec-Fetch-Site is {site[:20]!r}")', "return"),
    Mutant("abuse", "any origin may ask for changes", "origins.py",
           'raise Refused(Refusal.CROSS_SITE, f"Origin is {origin[:120]!r}")', "return"),
    Mutant("abuse", "requests may go inside", "outbound/connection.py", "if reason is not None:", "if False:",
           "outbound"),
    Mutant("abuse", "a redirect may lead anywhere", "outbound/client.py",
           "if parts.scheme not in self._schemes:", "if False:", "outbound"),
    Mutant("failure", "faults say what they are", "replies.py", "if status >= 500:", "if False:"),
    Mutant("failure", "a refused input is quoted", "handlers.py",
           "    complaints = complaints_of(errors)\n", "    complaints = [Complaint(str(errors), str(errors))]\n"),
    Mutant("failure", "answers go without headers", "headers.py", "headers.extend(self.everywhere)", "pass", "web"),
    Mutant("failure", "the log has secrets in it", "records/log.py",
           '"message": scrub(message),', '"message": message,', "records"),
    Mutant("failure", "a change of the audit log does not show", "records/audit.py",
           'or entry.get("before") != before or digest != _digest(entry)', "", "records"),
)  # fmt: skip


def survives(mutant: Mutant) -> bool:
    """Whether the tests pass without this enforcement. Exits where the mutant does not fit the source any more."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        shutil.copytree(ROOT / "src", copy / "src", ignore=shutil.ignore_patterns("__pycache__"))
        path = copy / GUARD / mutant.file
        source = path.read_text(encoding="utf-8")
        if source.count(mutant.old) != 1:
            print(f"{mutant.file} does not have once: {mutant.old}", file=sys.stderr)
            raise SystemExit(2)
        path.write_text(source.replace(mutant.old, mutant.new), encoding="utf-8")
        ended = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", f"tests/guard/{mutant.tests}"],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(copy / "src"), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            check=False,
            timeout=600,
        )
    return ended.returncode == 0


def main() -> None:
    """Run the mutants and say which survive."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--question", help="only the mutants of this question")
    options = parser.parse_args()
    alive = 0
    for mutant in MUTANTS:
        if options.question in {None, mutant.question}:
            lives = survives(mutant)
            alive += lives
            print(f"{'SURVIVES' if lives else 'noticed ':9} {mutant.question:9} {mutant.says}", flush=True)
    print(f"{alive} of {len(MUTANTS)} mutants survive")
    raise SystemExit(1 if alive else 0)


if __name__ == "__main__":
    main()
