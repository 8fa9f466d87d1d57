"""``doorcheck explain``: a control's page."""

from __future__ import annotations

import sys

import click

from doorcheck.cli.failing import debug_option
from doorcheck.cli.output import put, put_drawing
from doorcheck.controls import CATALOGUE
from doorcheck.core import ControlSpec, UsageError, Way
from doorcheck.policy.comments import unknown_control


@click.command(short_help="Show what a control asks, or list the controls.")
@click.argument("control", required=False)
@debug_option
def explain(control: str | None) -> None:
    """Show what CONTROL asks, the ways it goes missing, and examples; without one, list the controls."""
    page = _list() if control is None else _page(control)
    if sys.stdout.isatty():
        # Loaded late because it draws, see doorcheck.cli.output.
        from rich.markdown import Markdown  # noqa: PLC0415

        put_drawing(lambda console: console.print(Markdown(page)))
    else:
        put(page.encode(), None)


def _list() -> str:
    rows = [f"- `{control.spec.id}` ({control.spec.question}): {control.spec.title}" for control in CATALOGUE]
    return "\n".join([*rows, "", "`doorcheck explain CONTROL` shows one.", ""])


def _page(name: str) -> str:
    for control in CATALOGUE:
        if control.spec.id == name:
            return _with_data(control.spec, control.page)
    raise UsageError(unknown_control(name))


def _with_data(spec: ControlSpec, page: str) -> str:
    """The page with what is data about the control under its title."""
    title, _, body = page.strip().partition("\n")
    facts = (
        f"`{spec.id}` · asks about the {spec.question} · of each {spec.scope} · {spec.severity.label} · "
        f"CWE-{spec.cwe} · OWASP {spec.owasp} · since {spec.since}"
    )
    ways = "\n".join(f"- {_way(spec, way)}" for way in spec.ways)
    parts = [title, facts, spec.why, "## Ways it goes missing", ways, "## Fix", spec.fix, body.strip()]
    return "\n\n".join(part for part in parts if part) + "\n"


def _way(spec: ControlSpec, way: Way) -> str:
    severity = spec.severity if way.severity is None else way.severity
    return f"`{way.id}` ({severity.label}): {way.title}. {way.fix}"
