"""Where a command's words go: the standard output, a file, or a reader who has left."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from doorcheck.core import UsageError
from doorcheck.report.escaping import visible
from doorcheck.report.writing import write_atomically

if TYPE_CHECKING:
    from rich.console import Console

_PAGE_WIDTH = 100


def put(data: bytes, file: Path | None) -> None:
    """The data in the file, or on the standard output."""
    if file is not None:
        write_atomically(file, data)
        return
    with _reader():
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


def put_drawing(draw: Callable[[Console], None], file: Path | None = None) -> None:
    """What ``draw`` draws, as plain text in the file, or on the standard output as that can show it."""
    # Drawing is the one thing that needs rich, which takes as long to load as a small repository to scan.
    from rich.console import Console  # noqa: PLC0415

    if file is not None:
        page = io.StringIO()
        draw(Console(file=page, width=_PAGE_WIDTH, color_system=None, highlight=False))
        write_atomically(file, page.getvalue().encode("utf-8", "backslashreplace"))
        return

    class Screen(Console):
        def on_broken_pipe(self) -> None:
            # rich would end the program here, with an exit code that means something else.
            raise BrokenPipeError

    shown = sys.stdout.isatty() or "COLUMNS" in os.environ
    with _reader():
        draw(Screen(file=sys.stdout, width=None if shown else _PAGE_WIDTH, highlight=False))
        sys.stdout.flush()


def say(sentence: str) -> None:
    """A sentence on the standard output, with nothing in it that acts."""
    put((visible(sentence) + "\n").encode("utf-8", "backslashreplace"), None)


def remark(sentence: str) -> None:
    """A sentence on the standard error, beside the report."""
    click.echo(visible(sentence), err=True)


@contextlib.contextmanager
def _reader() -> Iterator[None]:
    """Whoever reads the output may have read enough (``| head``): that is no failure, and the exit code stays."""
    try:
        yield
    except BrokenPipeError:
        # What is still buffered would fail again, with a message, when the interpreter ends.
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        raise UsageError(f"cannot write the report: {error.strerror or error}") from error
