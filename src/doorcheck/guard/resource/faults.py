"""What is raised where a session is asked for something that its scope does not reach."""

from __future__ import annotations

from doorcheck.guard.errors import GuardError


class OutOfScope(GuardError):
    """A statement or a change that is not, or cannot be, held to the session's scope.

    It is a fault of the program and answers with 500: a row of somebody else that is merely asked for is absent.
    """
