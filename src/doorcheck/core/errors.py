"""Errors for the person at the keyboard: what, where, what to do."""

from __future__ import annotations


class DoorcheckError(Exception):
    """Base of every error that is shown as one sentence. ``exit_code`` is the documented exit code."""

    exit_code = 2


class UsageError(DoorcheckError):
    """The command was called with something it cannot work on."""


class ConfigurationError(DoorcheckError):
    """A configuration, baseline or knowledge file is not as it should be."""
