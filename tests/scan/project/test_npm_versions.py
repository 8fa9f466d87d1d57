"""Versions and ranges, beside npm's own semver."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from doorcheck.scan.project.npm_versions import Range, Version, VersionError

Ask = Callable[..., list[dict[str, Any]]]

VERSIONS = [
    *("0.0.0", "0.0.1", "0.0.3", "0.1.0", "0.2.3", "0.2.5", "1.0.0", "1.2.3"),
    *(
        "1.2.3-alpha",
        "1.2.3-alpha.1",
        "1.2.3-alpha.beta",
        "1.2.3-beta.2",
        "1.2.3-beta.11",
        "1.2.3-rc.1",
        "1.2.4",
        "1.3.0",
    ),
    *("2.0.0-0", "2.0.0-rc.1", "2.0.0", "13.4.0", "14.2.25", "14.3.0-canary.77", "15.0.0-rc.0", "15.0.0"),
    *("15.1.0", "15.1.1-canary.3", "15.1.1", "15.5.28", "16.0.0-canary.1", "16.0.0", "16.4.1"),
]

RANGES = [
    *("", "*", "x", "X", "1", "1.x", "1.2.x", "1.2.*", "v1.2.3", "=1.2.3", "= 1.2.3", "1.2.3", "1.2.3-alpha"),
    *("^1.2.3", "^0.2.3", "^0.0.3", "^0.0", "^0", "^0.x", "^1.x", "^1", "^1.2.3-beta.2", "^0.0.3-beta", "^*"),
    *("~1.2.3", "~1.2", "~1", "~0", "~>1.2", "~ 1.2.3", "~1.2.3-beta.2", "~14", "~*"),
    *(">1", ">1.2", ">1.2.3", ">=1", ">= 1.2", "<2", "<2.0", "<2.0.0", "<=1", "<=1.2", "<=1.2.3", ">1.2.3-alpha"),
    *(">*", "<*", ">=*", "<=*", ">0.0.0", "<0.0.1", ">0", "<0", "<0.0.0", "<0.0.0-beta", ">=0.0.0-0"),
    *("1.2.3 - 2.0.0", "1.2 - 2", "1 - 2.0", "* - 2", "1 - *", "1.2.3-alpha - 1.2.3", "2.0.0 - 1.0.0"),
    *(">=13 <15", ">=13.0.0 <14 || >=15", "^14 || ^15", "^13.4.1 || ^14.0.0 || ^15.0.0-rc.0", "1 || 2", "||", "1 ||"),
    *(">1.2.3 <1.2.4", ">=2.0.0 <1.0.0", "1.2.3 1.2.4", ">=15.0.0-canary.0 <15.1.0", "^15.1.0", "16.0.0-canary.1"),
    *(
        "latest",
        "canary",
        "1.2.3.4",
        "01.2.3",
        "1.02.3",
        "^",
        "~",
        ">=",
        "1.2.3-",
        "1.2.3-01",
        "next@15",
        "a||b",
        "1 -2",
    ),
    *("1.2.3+build.5", "^1.2.3+b", "99999999999999999.0.0", ">=9007199254740991.0.0", "1.2.3 - ", "1.x.3", "x.2.3"),
    *(
        "^1.2.3 ^2",
        ">1.2.3-alpha <1.2.3-beta.11",
        "~1.2.3 || >=16.0.0-canary.1",
        "\t1.2.3 ",
        "1.2-alpha",
        "^1.2.x-beta",
    ),
]


def _range(text: str) -> Range | None:
    try:
        return Range.of(text)
    except VersionError:
        return None


def _compare(ask_oracle: Ask, ranges: list[str]) -> int:
    read = 0
    cases = [{"range": text, "versions": VERSIONS} for text in ranges]
    for text, answer in zip(ranges, ask_oracle("versions.mjs", "semver", cases), strict=True):
        ours = _range(text)
        assert (ours is None) == ("error" in answer), (text, answer)
        if ours is None:
            continue
        assert [v for v in VERSIONS if ours.admits(Version.of(v))] == answer["admitted"], (text, ours)
        lowest = ours.lowest()
        if answer["lowest"] is None and lowest is not None:
            # npm looks at the lowest of the alternatives alone, even where that one admits nothing.
            assert ours.admits(lowest), text
        elif answer["lowest"] == "0.0.0":
            # Where a prerelease of it is admitted too, npm looks at the release first, we at each alternative.
            assert lowest in {Version(0, 0, 0), Version(0, 0, 0, (0,))}, (text, ours)
        else:
            assert (str(lowest) if lowest else None) == answer["lowest"], (text, ours)
        read += 1
    return read


def test_ranges_like_npm(ask_oracle: Ask) -> None:
    assert _compare(ask_oracle, RANGES) > 60


def test_ranges_made_at_random_like_npm(ask_oracle: Ask) -> None:
    chance = random.Random(3)  # noqa: S311 - cases, not secrets
    numbers = ["0", "1", "2", "14", "15", "x", "*"]

    def part() -> str:
        operator = chance.choice(["", "", "^", "~", ">", ">=", "<", "<=", "=", "~>"])
        pieces = [chance.choice(numbers) for _ in range(chance.randint(1, 3))]
        pre = chance.choice(["", "", "", "-beta.2", "-0", "-canary.1"]) if len(pieces) == 3 else ""
        return operator + chance.choice(["", "", " "]) + ".".join(pieces) + pre

    ranges = [
        chance.choice([" ", " || ", " - "]).join(part() for _ in range(chance.randint(1, 3))) for _ in range(3000)
    ]
    assert _compare(ask_oracle, ranges) > 1500


def test_the_order_of_versions_is_npms(ask_oracle: Ask) -> None:
    shuffled = random.Random(5).sample(VERSIONS, len(VERSIONS))  # noqa: S311 - cases, not secrets
    answer = ask_oracle("versions.mjs", "semver", [{"range": "*", "versions": shuffled}])[0]
    assert [str(version) for version in sorted(map(Version.of, shuffled))] == answer["sorted"]


@pytest.mark.parametrize("text", ["", "1", "1.2", "latest", "1.2.3.4", "1.2.3 " + " " * 300, "1.2.3-" + "a." * 200])
def test_what_is_no_version(text: str) -> None:
    with pytest.raises(VersionError):
        Version.of(text)


def test_a_range_that_is_too_long_is_none() -> None:
    with pytest.raises(VersionError):
        Range.of("1 || " * 100 + "1")
