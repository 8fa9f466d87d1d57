"""``doorcheck init``: a configuration to start from."""

from __future__ import annotations

from pathlib import Path

import click

from doorcheck.cli import options
from doorcheck.cli.failing import debug_option
from doorcheck.cli.output import say
from doorcheck.cli.repository import repository
from doorcheck.core import UsageError
from doorcheck.policy.configuration import load_configuration
from doorcheck.report.writing import write_atomically

NAME = "doorcheck.toml"

TEMPLATE = """\
# Configuration of doorcheck. Everything here is optional; what is commented out shows the form.

# Findings below this severity are counted, but do not fail: low, medium, high or critical.
threshold = "medium"

# How sure a finding must be: low, medium or high.
confidence = "medium"

# Paths to leave out, as in a .gitignore.
# ignore = ["legacy/**", "examples/"]

# Leave out *.test.*, *.spec.*, __tests__, __mocks__ and __fixtures__ too.
# exclude-tests = true

# Doors that are meant to be open to everybody, by id (`doorcheck doors` lists them), route, file or glob.
# [[public]]
# door = "GET /api/health"
# reason = "a liveness probe that returns no data"

# Findings you know of and leave as they are. `doorcheck why FILE:LINE` shows one.
# [[accept]]
# control = "authenticate"
# door = "POST /api/contact"
# reason = "open to everybody until the spam filter is in place"

# What a function of a package, or a wrapper of your own that cannot be read, does.
# [[knowledge.session_source]]
# package = "@acme/auth"
# path = "currentUser()"
# says = "reads our session; null for a stranger"
"""


@click.command(short_help="Write a commented doorcheck.toml.")
@options.path_argument
@debug_option
def init(path: Path) -> None:
    """Write a commented doorcheck.toml into PATH (default: the folder you are in), unless there is a configuration."""
    root = repository(path)
    file = root / NAME
    if file.exists() or file.is_symlink():
        raise UsageError(f"{path / NAME} is there already; nothing was changed")
    if source := load_configuration(root).source:
        raise UsageError(f"{path / source} holds a configuration already; nothing was changed")
    write_atomically(file, TEMPLATE.encode())
    say(f"{path / NAME} was written; everything in it is optional.")
