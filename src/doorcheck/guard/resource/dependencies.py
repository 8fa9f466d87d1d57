"""FastAPI's parameters: ``invoice: Owned[Invoice]`` is the caller's invoice, ``db: Scoped`` the request's session."""

# FastAPI reads the annotations of this module, so they are no strings.
from collections.abc import AsyncIterator, Callable
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from fastapi import Depends
from starlette.requests import HTTPConnection

from doorcheck.guard.resource.named import owned, scoped_session
from doorcheck.guard.resource.session import AsyncScopedSession

Model = TypeVar("Model")


async def _session(request: HTTPConnection) -> AsyncIterator[AsyncScopedSession]:
    async with scoped_session(request) as session:
        yield session


Scoped = Annotated[AsyncScopedSession, Depends(_session)]
"""The scoped session of the request, open until the response is made. The handler commits."""


@cache
def _row(model: type[Any]) -> Callable[..., Any]:
    async def row(request: HTTPConnection, _: Scoped) -> Any:
        return await owned(request, model)

    return row


if TYPE_CHECKING:
    Owned = Annotated[Model, "the caller's own row"]
else:

    class Owned:
        """``Owned[Invoice]``: the invoice that the door's ``owns(Invoice, "parameter")`` names.

        404 for absent and foreign rows alike. To a type checker it is an ``Invoice``.
        """

        def __class_getitem__(cls, model: type[Any]) -> Any:
            return Annotated[model, Depends(_row(model))]
