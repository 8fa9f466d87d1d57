"""The second key of doors whose function is not ours: what they lead to is shut to whoever was let in elsewhere."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from doorcheck.guard.declaration import Declaration
from doorcheck.guard.passage import current, require_key

_KEYS = "__doorcheck_keys__"


def lock(route: Any, declaration: Declaration) -> None:
    """Have what this route leads to ask for the key of this declaration, or of another that it was locked with."""
    holder, name = route, "app"
    if hasattr(getattr(route, "app", None), "get_response_for_scope"):
        # A front end of FastAPI is asked for its answer, and not called.
        holder, name = route.app, "get_response_for_scope"
    leads_to = getattr(holder, name, None)
    keys = getattr(leads_to, _KEYS, None)
    if keys is not None:
        # One folder may be served under several prefixes.
        if declaration not in keys:
            keys.append(declaration)
    elif callable(leads_to):
        setattr(holder, name, _shut(leads_to, [declaration]))


def _shut(leads_to: Callable[..., Awaitable[Any]], keys: list[Declaration]) -> Callable[..., Awaitable[Any]]:
    async def shut(*arguments: Any) -> Any:
        if current().declaration not in keys:
            require_key(keys[0])
        return await leads_to(*arguments)

    setattr(shut, _KEYS, keys)
    shut.__wrapped__ = leads_to  # type: ignore[attr-defined]
    return shut
