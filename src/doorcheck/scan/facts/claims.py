"""What a check believes because the request says so: a role, a flag, the user id that a record carries."""

from __future__ import annotations

from doorcheck.scan.facts.ownership import is_role_word, name_of
from doorcheck.scan.facts.proofs import NOTHING, Fact, Facts, ProofKind
from doorcheck.scan.facts.values import Branch, Const, Derived, Input, Row, Test, Value

_FLAGS = frozenset(
    {"isadmin", "issuperadmin", "superadmin", "issuperuser", "superuser", "isstaff", "ismoderator", "isowner", "admin"}
)
"""Role words that are true or false by themselves; of the others being there says nothing."""
_BEFORE = ("x-", "http-")


def by_equality(test: Test, left: Value, right: Value, words: frozenset[str], file: str, at: int) -> Test:
    """The test that two values are equal, with the claim that it believes: ``words`` are the columns of owners."""
    for one, other in ((left, right), (right, left)):
        sent = _sent(one)
        if sent is None:
            continue
        if isinstance(other, Const) and isinstance(other.value, str | bool) and other.value and _is_role(sent):
            said = str(other.value)
            return _with(test, sent, f"the {_spoken(sent)} that the request carries is asked for", file, at, said)
        if isinstance(other, Row) and other.path and not other.own and _plain(other.path[-1]) in words:
            says = f"the record's {other.path[-1]} is compared with the {_spoken(sent)} that the request carries"
            return _with(test, sent, says, file, at)
    return test


def of_flag(value: Input, polarity: bool) -> Facts:
    """What is believed where a flag in the request is set, and where it is not."""
    if not value.path or _plain(value.path[-1]) not in _FLAGS:
        return NOTHING
    says = f"the {_spoken(value)} that the request carries is asked for"
    return frozenset({Fact(ProofKind.CLAIMED, "", 0, says, polarity=polarity, of=name_of(value))})


def _with(test: Test, sent: Input, says: str, file: str, at: int, said: str = "") -> Test:
    """Two claims of one value are told apart by what it is to be, so that a path that takes either believes neither."""
    of = f"{name_of(sent)}={said}" if said else name_of(sent)
    yes, no = (
        frozenset({Fact(ProofKind.CLAIMED, file, at, says, polarity=polarity, of=of)}) for polarity in (True, False)
    )
    return Test(
        tuple(Branch(one.facts | yes, one.keep) for one in test.yes_branches),
        tuple(Branch(one.facts | no, one.keep) for one in test.no_branches),
        test.parts,
    )


def _sent(value: Value) -> Input | None:
    """The one part of the request that a value is, as a text or as it came."""
    if isinstance(value, Derived) and value.how in {"text", "string"} and len(value.parts) == 1:
        value = value.parts[0]
    return value if isinstance(value, Input) and value.path else None


def _is_role(value: Input) -> bool:
    return is_role_word(_plain(value.path[-1]))


def _plain(name: str) -> str:
    plain = name.lower()
    for before in _BEFORE:
        plain = plain.removeprefix(before)
    return plain.replace("-", "").replace("_", "")


def _spoken(value: Input) -> str:
    return f"{value.channel} {value.path[-1]}" if value.channel != "argument" else value.path[-1]
