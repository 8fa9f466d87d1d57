"""The ``doorcheck`` command."""

from __future__ import annotations

import sys

import click

from doorcheck import __version__
from doorcheck.cli.accept import accept
from doorcheck.cli.doors import doors
from doorcheck.cli.explain import explain
from doorcheck.cli.failing import Commands, interrupted
from doorcheck.cli.init import init
from doorcheck.cli.scan import scan
from doorcheck.cli.why import why


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="doorcheck", message="%(prog)s %(version)s")
def main() -> None:
    """Find every server entry point of a Next.js app, and see which are unlocked, and why."""


for command in (scan, doors, why, explain, accept, init):
    main.add_command(command)


def run() -> None:
    """The entry point of the program. It ends with the exit codes of docs/exit-codes.md."""
    try:
        main(prog_name="doorcheck")
    except KeyboardInterrupt:
        # Before or after the command itself, where click does not look.
        failure = interrupted()
        failure.show()
        sys.exit(failure.exit_code)
