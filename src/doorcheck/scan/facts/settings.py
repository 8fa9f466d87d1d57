"""Variables of the environment as the settings of a deployment: what a test of one says of the path behind it."""

from __future__ import annotations

from collections.abc import Sequence

from doorcheck.scan.facts.proofs import Fact, configured
from doorcheck.scan.facts.values import Branch, Const, Derived, Env, Test, Value

_MAX_VALUES = 8
_ADDRESSES = ("_URL", "_URI", "_HOST", "_ISSUER")
_NAMES = ("_ID", "_NAME", "_DATASET", "_BUCKET", "_REGION", "_FROM", "_EMAIL")
_SECRETS = ("KEY", "SECRET", "TOKEN", "PASS", "CREDENTIAL", "HASH", "SALT")


def is_public(name: str) -> bool:
    """Whether browsers are sent this variable, so that it is one and the same for everybody the app is built for."""
    return name.startswith("NEXT_PUBLIC_")


def is_secret_name(name: str) -> bool:
    """Whether an environment variable of this name holds something that must not be known."""
    return _is_private(name) and (_has_secret_word(name) or "AUTH" in name.upper())


def is_switch(name: str) -> bool:
    """Whether a variable of this name may be there only to be set or not: it holds no secret, address or name."""
    holds = _has_secret_word(name) or name.upper().endswith(_NAMES)
    return _is_private(name) and name != "*" and not holds


def _is_private(name: str) -> bool:
    return not is_public(name) and not name.upper().endswith(_ADDRESSES)


def _has_secret_word(name: str) -> bool:
    plain = name.upper().replace("BYPASS", "")
    return any(word in plain for word in _SECRETS)


def switched(name: str, *, on: bool) -> frozenset[Fact]:
    """The note that a variable is set at all, or that it is not."""
    return frozenset({configured(f"env:{name}?", "set", f"{name} is set", polarity=on)}) if is_switch(name) else _NONE


_NONE: frozenset[Fact] = frozenset()


def compared(value: Value, choices: Sequence[Const]) -> Test | None:
    """The test that a variable, or its text in another spelling, is one of these; None where that says nothing."""
    name = _name_of(value)
    texts = sorted({one.value for one in choices if isinstance(one.value, str) and one.value})
    if name is None or not texts or len(texts) != len({one.value for one in choices}) or len(texts) > _MAX_VALUES:
        return None
    # two spellings of one variable may be two texts, and a text may be in two lists: only plain equality excludes
    plain = isinstance(value, Env) and len(texts) == 1
    setting = f"env:{name}" if plain else f"env:{name} {' '.join(texts)}"
    says = f"{name} is {'one of ' if len(texts) > 1 else ''}{', '.join(map(repr, texts))}"
    sides = [configured(setting, texts[0], says, polarity=is_so) for is_so in (True, False)]
    return Test((Branch(frozenset(sides[:1])),), (Branch(frozenset(sides[1:])),), (value,))


def _name_of(value: Value) -> str | None:
    """The variable that this is the text of."""
    while isinstance(value, Derived) and value.how == "text" and len(value.parts) == 1:
        value = value.parts[0]
    if not isinstance(value, Env) or value.name == "*" or is_public(value.name):
        return None
    return value.name
