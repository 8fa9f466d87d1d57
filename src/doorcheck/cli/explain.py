"""``doorcheck explain``: a control's page."""

from __future__ import annotations

import sys

import click

from doorcheck.cli.failing import debug_option
from doorcheck.cli.output import put, put_drawing
from doorcheck.controls import CATALOGUE, page_of
from doorcheck.core import ControlSpec, UsageError
from doorcheck.policy.comments import unknown_control


@click.command(short_help="Show what a control asks, or list the controls.")
@click.argument("control", required=False)
@click.option("--examples", is_flag=True, help="Show the examples too, each with its verdict: there are many.")
@debug_option
def explain(control: str | None, examples: bool) -> None:
    """Show what CONTROL asks and the ways it goes missing; without one, list the controls."""
    page = _list() if control is None else _page(control, examples=examples)
    if sys.stdout.isatty():
        # Loaded late because it draws, see doorcheck.cli.output.
        from rich.markdown import Markdown  # noqa: PLC0415

        put_drawing(lambda console: console.print(Markdown(page)))
    else:
        put(page.encode(), None)


def _list() -> str:
    rows = [f"- `{control.spec.id}` ({control.spec.question}): {control.spec.title}" for control in CATALOGUE]
    return "\n".join([*rows, "", "`doorcheck explain CONTROL` shows one.", ""])


def _page(name: str, *, examples: bool) -> str:
    for control in CATALOGUE:
        if control.spec.id == name:
            return _with_data(control.spec, page_of(control.spec), examples=examples)
    raise UsageError(unknown_control(name))


def _with_data(spec: ControlSpec, page: str, *, examples: bool) -> str:
    """The page with what is data about the control under its title, and without its examples unless they are asked."""
    title, _, body = page.strip().partition("\n")
    facts = (
        f"`{spec.id}` · asks about the {spec.question} · of each {spec.scope} · {spec.severity.label} · "
        f"CWE-{spec.cwe} · OWASP {spec.owasp} · since {spec.since}"
    )
    explained, found, _ = body.partition("\n## Examples")
    left_out = f"`doorcheck explain {spec.id} --examples` shows the examples too." if found and not examples else ""
    parts = [title, spec.title + ".", facts, (body if examples else explained).strip(), left_out]
    return "\n\n".join(part for part in parts if part) + "\n"
