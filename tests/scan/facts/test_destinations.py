"""Which part of an address is the caller's, with the address read as the URL standard reads it."""

from __future__ import annotations

import pytest

from doorcheck.scan.facts.destinations import Part, Source, chosen_in
from doorcheck.scan.facts.proofs import Fact, ProofKind
from doorcheck.scan.facts.values import UNDEFINED, Arr, Const, Derived, Env, Input, Obj, Unknown, Value

SENT = Input("query", ("x",))
BASE = Env("API_URL")


def text(*parts: str | Value) -> Value:
    return Derived("text", tuple(Const(part) if isinstance(part, str) else part for part in parts))


def url(address: Value, *base: Value) -> Value:
    return text(Derived("url", (address, *base)))


def worst(address: Value) -> Part | None:
    found = chosen_in(address)
    return found[0].part if found else None


@pytest.mark.parametrize(
    ("address", "part"),
    [
        (SENT, Part.ALL),
        (text(SENT, "/path"), Part.ALL),
        (text("https://", SENT, ".example.com/"), Part.HOST),
        (text("https://example.com", SENT), Part.HOST),
        (text("https://example.com:", SENT, "/"), Part.HOST),
        (text("https:", "//example.com", SENT), Part.HOST),
        (text("http:\\\\example.com\\", SENT), Part.PATH),
        (text("https://example.com/", SENT), Part.PATH),
        (text("https://example.com?q=", SENT), Part.QUERY),
        (text("https://example.com/", BASE, "?q=", SENT), Part.QUERY),
        (text(SENT, "://example.com/"), Part.SCHEME),
        (text("http", SENT, "://example.com/"), Part.SCHEME),
        (text(SENT, "://", SENT), Part.HOST),
        (text(BASE, "/", SENT), Part.PATH),
        (text(BASE, "?q=", SENT), Part.QUERY),
        (text(BASE, "://", SENT), Part.HOST),
        (url(SENT, BASE), Part.LEAVES),
        (url(text("/", SENT), BASE), Part.LEAVES),
        (url(text("/v1/", SENT), BASE), Part.PATH),
        (url(text("https://example.com/"), SENT), None),
        (url(Const("/path"), SENT), Part.ALL),
        (text("https://example.com/", text(Derived("encoded", (SENT,)))), None),
        (text("https://", text(Derived("encoded", (SENT,))), ".example.com"), Part.HOST),
        (Derived("call", (Arr((Const("https://example.com"), SENT)), Const("/"))), Part.PATH),
        (Obj({"search": SENT}, (url(Const("/"), BASE),)), None),
        (Obj({"hostname": SENT}, (url(Const("/"), BASE),)), Part.HOST),
        (Obj({"hostname": Const("example.com")}, (url(SENT),)), Part.PATH),
        (Const("https://example.com/"), None),
        (text("https://example.com/", Derived("number", (SENT,))), None),
        (text("https://example.com", Input("query")), Part.QUERY),
    ],
)
def test_the_part_of_an_address_that_the_caller_chooses(address: Value, part: Part | None) -> None:
    assert worst(address) is part


def test_what_follows_a_setting_is_a_host_only_if_the_setting_ends_without_a_slash() -> None:
    (chosen,) = chosen_in(text(BASE, SENT))
    assert (chosen.part, chosen.soft) == (Part.HOST, True)


def test_the_host_that_a_request_names_is_the_callers_only_where_nothing_in_front_sets_it() -> None:
    (chosen,) = chosen_in(text("https://", Input("header", ("host",)), "/api"))
    assert (chosen.part, chosen.soft) == (Part.HOST, True)


def test_a_client_goes_where_an_absolute_address_says_whatever_its_base_is() -> None:
    assert chosen_in(SENT, BASE)[0].part is Part.LEAVES
    assert chosen_in(text("/users/", SENT), BASE)[0].part is Part.PATH


def test_what_an_unfollowed_call_made_is_told_apart_from_what_was_sent() -> None:
    doubt = Fact(ProofKind.UNRESOLVED, "a.ts", 1, "not known")
    (chosen,) = chosen_in(Unknown(doubt, (SENT,)))
    assert (chosen.source, chosen.doubt) == (Source.UNFOLLOWED, doubt)


def test_an_absent_address_is_nobodys() -> None:
    assert chosen_in(UNDEFINED) == []
