"""Claims into a principal: what is not readable is refused, and what was read cannot be changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from doorcheck.guard.errors import GuardError
from doorcheck.guard.principal import Carrier, Principal
from doorcheck.guard.sessions.claim_map import ClaimMap
from doorcheck.guard.sessions.credentials import SessionRefused

MAP = ClaimMap(tenant=(("org", "id"),))


def made(claims: Mapping[str, Any], mapped: ClaimMap = MAP) -> Principal:
    """The principal of these claims."""
    return mapped.principal({"sub": "u1"} | dict(claims), issuer="i", carrier=Carrier.COOKIE, expires_at=1.0)


def test_roles_and_permissions_may_be_text_or_lists_in_several_places() -> None:
    found = made({"role": "a", "roles": ["b", "c"], "permissions": ["p", 7], "org": {"id": 3}, "sid": "s"})
    assert (found.roles, found.permissions) == (frozenset("abc"), frozenset({"p", "7"}))
    assert (found.tenant, found.session_id) == ("3", "s")
    assert made({"role": None, "roles": ""}).roles == frozenset()
    assert made({"org": "x"}).tenant is None


def test_text_is_one_role_unless_a_separator_cuts_it() -> None:
    assert made({"role": "admin,editor"}).roles == {"admin,editor"}
    assert made({"role": "admin, editor,"}, ClaimMap(separator=",")).roles == {"admin", "editor"}


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": None},
        {"sub": "a" * 257},
        {"sub": "a\n"},
        {"sub": "\ud800"},
        {"sub": 1.5},
        {"sub": 2**63},
        {"role": True},
        {"role": {"admin": True}},
        {"roles": ["a", None]},
        {"roles": ["a", ["b"]]},
        {"roles": ["a"] * 513},
        {"permissions": 1.5},
        {"org": {"id": []}},
        {"sid": {}},
        {"x": [[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]},
    ],
    ids=lambda claims: repr(claims)[:40],
)
def test_claims_that_cannot_be_read_refuse_the_session(claims: dict[str, Any]) -> None:
    with pytest.raises(SessionRefused):
        made(claims)


def test_claims_cannot_be_changed_by_one_request_for_the_next() -> None:
    found = made({"list": [1, {"a": [2]}], "map": {"b": {"c": 3}}})
    assert found.claims["list"] == (1, {"a": (2,)})
    with pytest.raises(TypeError):
        found.claims["map"]["b"]["c"] = 4
    with pytest.raises(TypeError):
        found.claims["new"] = 1  # type: ignore[index]


def test_a_map_that_could_name_nobody_is_refused_when_the_service_starts() -> None:
    with pytest.raises(GuardError):
        ClaimMap(user=())
    with pytest.raises(GuardError, match="tuple"):
        ClaimMap(roles="role")  # type: ignore[arg-type]
