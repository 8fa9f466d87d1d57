"""What a person reads, and which exit code a program gets, when a command cannot do its work."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import PurePath
from typing import Any

import click

from doorcheck.core import DoorcheckError
from doorcheck.report.escaping import visible

INTERRUPTED = 130
OUR_FAULT = 4
_DEBUG = "doorcheck.debug"


class Failure(click.ClickException):
    """One sentence on the standard error, and an exit code."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(visible(message, limit=2000))
        self.exit_code = exit_code  # type: ignore[misc]  # click itself does so, and declares it a class variable

    def show(self, file: Any = None) -> None:
        click.echo(f"doorcheck: {self.message}", file=file, err=file is None)


class Commands(click.Group):
    """The sub-commands, with every way in which they fail turned into a Failure."""

    def invoke(self, ctx: click.Context) -> Any:
        """What the sub-command returns. Raises Failure where it raises anything that click does not know."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except DoorcheckError as error:
            raise Failure(str(error), error.exit_code) from error
        except KeyboardInterrupt:
            raise interrupted() from None
        except Exception as error:
            if ctx.meta.get(_DEBUG):
                click.echo(visible_traceback(error), err=True, nl=False)
            raise Failure(_our_fault(error), OUR_FAULT) from error


def debug_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds --debug to a command."""

    def remember(ctx: click.Context, _: click.Parameter, value: bool) -> None:
        ctx.meta[_DEBUG] = value

    option = click.option(
        "--debug", is_flag=True, expose_value=False, callback=remember, help="On a fault of our own, show where it was."
    )
    return option(command)


def interrupted() -> Failure:
    """What Ctrl-C leads to."""
    return Failure("interrupted; there is no report", INTERRUPTED)


def visible_traceback(error: BaseException) -> str:
    """The traceback with nothing in it that acts on a terminal."""
    lines = "".join(traceback.format_exception(error)).splitlines()
    return "".join(f"{visible(line)}\n" for line in lines)


def _our_fault(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    at = f" at {PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    said = " ".join(f"{type(error).__name__}: {error}".split())[:300]
    return (
        f"a fault of our own{at} ({said}); please report it in doorcheck's repository, with what --debug shows and, "
        "if you can, the code it was about"
    )
