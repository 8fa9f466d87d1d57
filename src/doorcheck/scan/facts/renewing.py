"""The response of a pages-API handler throws away what is kept of a page: ``res.revalidate("/posts")``.

Source: https://nextjs.org/docs/pages/guides/incremental-static-regeneration#on-demand-revalidation-with-resrevalidate
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from doorcheck.scan.facts import replies
from doorcheck.scan.facts.state import State
from doorcheck.scan.facts.values import UNDEFINED, Effect, Promise, ReplyWriter, Value

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Evaluator

_RENEWING = frozenset({"revalidate", "unstable_revalidate"})


def write(
    ev: Evaluator, target: ReplyWriter, name: str, arguments: tuple[Value, ...], state: State, at: int, file: str
) -> Value:
    """What a method of a pages-API response gives: it makes a page anew, or it is about the answer."""
    if name not in _RENEWING:
        return replies.write(target, name, arguments, state)
    says = f"cache response.{name}"
    ev.happen(Effect("cache", writes=True, says=says, file=file, at=at, operands=arguments, given=arguments), state)
    return Promise(UNDEFINED)
