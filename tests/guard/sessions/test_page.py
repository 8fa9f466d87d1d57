"""The page about sessions names every issuer, and the variables that each of them reads."""

from __future__ import annotations

import contextlib
import inspect
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from tests.guard.sessions.recorded import SECRET

from doorcheck.guard.errors import GuardError
from doorcheck.guard.sessions import issuers

PAGE = (Path(__file__).parents[3] / "docs" / "guard-sessions.md").read_text(encoding="utf-8")
ROWS = {row[0]: row[1] for row in re.findall(r"^\| `(\w+)` \|[^|]*\| ([^|]*) \|", PAGE, re.MULTILINE)}
ISSUERS = {name: kind for name in issuers.__all__ if hasattr(kind := getattr(issuers, name), "from_env")}
GIVEN = {"lookup": object(), "cookie": "app", "authorized_parties": ["https://app.example.test"]}


class Recording(Mapping[str, str]):
    """Variables that are all unset but those given, and remember which were asked for."""

    def __init__(self, values: dict[str, str]) -> None:
        self.asked: set[str] = set()
        self._values = values

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def test_every_issuer_is_on_the_page() -> None:
    assert set(ROWS) == set(ISSUERS)


@pytest.mark.parametrize("name", sorted(ISSUERS))
def test_the_page_names_the_variables_that_are_read(name: str) -> None:
    make = ISSUERS[name].from_env
    given = {one: GIVEN[one] for one in inspect.signature(make).parameters if one in GIVEN}
    asked: set[str] = set()
    values: dict[str, str] = {}
    # What is asked for is given in the next round, until nothing new is asked for.
    for _ in range(12):
        recording = Recording(values)
        with contextlib.suppress(GuardError):
            make(environ=recording, **given)
        asked |= recording.asked
        unset = sorted(asked - values.keys())
        values |= {one: _value(one) for one in unset[:1]}
    assert asked == set(re.findall(r"`([A-Z0-9_]+)`", ROWS[name]))


def _value(name: str) -> str:
    if name.endswith("URL"):
        return "https://app.example.test"
    if "PUBLISHABLE" in name:
        return "pk_test_Y2xlcmsuZXhhbXBsZS50ZXN0JA=="
    return f"1:{SECRET}" if name == "BETTER_AUTH_SECRETS" else SECRET.replace("-", "")
