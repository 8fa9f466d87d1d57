"""The settings of the front end, read from the environment under the names it uses itself."""

from __future__ import annotations

import os
from collections.abc import Mapping

from doorcheck.guard.errors import GuardError

Environ = Mapping[str, str]


def surroundings(environ: Environ | None) -> Environ:
    """The given variables, or those of this process."""
    return os.environ if environ is None else environ


def setting(environ: Environ, *names: str) -> str | None:
    """The first of these variables that is set to something."""
    return next((environ[name] for name in names if environ.get(name, "").strip()), None)


def required(environ: Environ, *names: str) -> str:
    """The first of these variables that is set to something. Raises ``GuardError`` where none is."""
    found = setting(environ, *names)
    if found is None:
        raise GuardError(f"{' or '.join(names)} is not set: this service needs the value that the front end has")
    return found


def is_https(url: str | None) -> bool:
    """Whether the front end says that it is reached by https."""
    return url is not None and url.strip().lower().startswith("https://")
