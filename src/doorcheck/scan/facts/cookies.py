"""Cookies that the server sets or deletes, and whether other sites' requests come with them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from doorcheck.scan.facts.proofs import Fact, ProofKind
from doorcheck.scan.facts.state import State
from doorcheck.scan.facts.values import ANYTHING, UNDEFINED, Const, Effect, Obj, Value, made_from

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Evaluator

NONE, LAX, STRICT = "none", "lax", "strict"
"""What a COOKIE fact is of: the SameSite of a cookie, whose name or library is the fact's source."""
_WHOLE = {False: NONE, True: STRICT}
_MAX_OPTIONS = 300


def set_cookie(ev: Evaluator, name: str, arguments: tuple[Value, ...], state: State, at: int, file: str) -> Value:
    """A cookie that the server sets or deletes."""
    given = arguments[0] if arguments else UNDEFINED
    second = arguments[1] if len(arguments) > 1 else UNDEFINED
    value = given.props.get("value", UNDEFINED) if isinstance(given, Obj) else second
    ends = name == "delete" or (isinstance(value, Const) and value.value == "")
    says = "deletes a cookie" if ends else "sets a cookie"
    kind = "cookie-end" if ends else "cookie"
    ev.happen(Effect(kind, writes=True, says=says, file=file, at=at, operands=arguments), state)
    named = given.props.get("name", UNDEFINED) if isinstance(given, Obj) else given
    if not ends:
        known = isinstance(named, Const) and isinstance(named.value, str)
        _note(ev, f"cookie {named.value}" if known and isinstance(named, Const) else "cookie", arguments, file, at)
    return ANYTHING


def of_library(ev: Evaluator, proof: Fact, options: Iterable[Value], file: str, at: int) -> None:
    """Note the SameSite of the cookie of a library's session: as it is configured here, or as it is by itself."""
    if proof.kind is not ProofKind.SESSION or not proof.source:
        return
    if _note(ev, proof.source, options, file, at):
        return
    by_itself = ev.knowledge.same_site.get(proof.source)
    if by_itself is not None:
        says = f"keeps its session in a cookie with SameSite={by_itself.capitalize()}"
        ev.attempts.add(Fact(ProofKind.COOKIE, proof.file, proof.at, says, source=proof.source, of=by_itself))


def _note(ev: Evaluator, source: str, options: Iterable[Value], file: str, at: int) -> bool:
    chosen = {site for value in options for site in _same_sites(value)}
    if not chosen:
        return False
    site = next(each for each in (NONE, LAX, STRICT) if each in chosen)
    what = f"the cookie of {source}"
    if source.startswith("cookie"):
        what = "a cookie" if source == "cookie" else f"the {source}"
    says = f"{what} is set with SameSite={site.capitalize()}"
    ev.attempts.add(Fact(ProofKind.COOKIE, file, at, says, source=source, of=site))
    return True


@lru_cache(maxsize=512)
def _same_sites(options: Value) -> frozenset[str]:
    """Every SameSite that is written somewhere in a library's options."""
    found: set[str] = set()
    for part in made_from(options, _MAX_OPTIONS):
        if isinstance(part, Obj) and part.cls is None and "sameSite" in part.props:
            for value in made_from(part.props["sameSite"], 8):
                if isinstance(value, Const) and isinstance(value.value, bool | str):
                    found.add(_WHOLE[value.value] if isinstance(value.value, bool) else value.value.lower())
    return frozenset(found & {NONE, LAX, STRICT})
