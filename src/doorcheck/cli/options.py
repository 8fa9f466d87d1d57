"""The arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path

import click

from doorcheck.core import Confidence, ControlId, Severity, UsageError
from doorcheck.policy.comments import unknown_control

path_argument = click.argument("path", type=click.Path(path_type=Path), default=".")

config_option = click.option(
    "--config",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Read the configuration from FILE. [default: doorcheck.toml, pyproject.toml or package.json in PATH]",
)
ignore_option = click.option(
    "--ignore", multiple=True, metavar="GLOB", help="Leave out these paths, as in a .gitignore. Repeatable."
)
cache_option = click.option(
    "--cache/--no-cache", default=True, help="Remember parsed files in your cache folder. [default: yes]"
)
output_option = click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write the report to FILE, whole or not at all, instead of the standard output.",
)
threshold_option = click.option(
    "--threshold",
    type=click.Choice([severity.label for severity in Severity]),
    help="The severity from which a finding fails. [default: as configured, or medium]",
)
confidence_option = click.option(
    "--confidence",
    type=click.Choice([confidence.label for confidence in Confidence]),
    help="How sure a finding must be to be shown and to fail. [default: as configured, or medium]",
)
control_option = click.option(
    "--control", "controls", multiple=True, metavar="ID", help="Ask this control only. Repeatable. [default: all]"
)


def severity(label: str | None) -> Severity | None:
    """The severity of this name."""
    return None if label is None else Severity[label.upper()]


def confidence(label: str | None) -> Confidence | None:
    """The confidence of this name."""
    return None if label is None else Confidence[label.upper()]


def control_ids(names: tuple[str, ...]) -> frozenset[ControlId] | None:
    """The controls of these names, None for all. Raises UsageError for a name that no control has."""
    for name in names:
        if name not in set(ControlId):
            raise UsageError(unknown_control(name))
    return frozenset(map(ControlId, names)) or None
