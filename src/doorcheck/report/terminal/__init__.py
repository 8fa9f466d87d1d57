"""A report on a terminal, for a tired person: the answer first, then door by door, then what to mend."""

from doorcheck.report.terminal.page import render

__all__ = ["render"]
