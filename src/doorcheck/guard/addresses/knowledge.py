"""What is known about platforms and their proxies, from ``knowledge.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Platform:
    """How one platform tells the client's address.

    ``header`` has it: alone where ``hops`` is 0, or in a list that is read from the right.
    ``peers`` is where the platform calls from, ``variable`` an environment variable that it sets, ``probes`` whether
    its own health checks come without the header. ``source`` is the vendor's documentation.
    """

    name: str
    header: str
    peers: tuple[str, ...]
    source: str
    hops: int = 0
    variable: str = ""
    probes: bool = False


@dataclass(frozen=True, slots=True)
class Knowledge:
    """All platforms, and the networks that are known by name (CIDRs)."""

    platforms: Mapping[str, Platform]
    networks: Mapping[str, tuple[str, ...]]


def _read() -> Knowledge:
    written = tomllib.loads((files(__package__) / "knowledge.toml").read_text(encoding="utf-8"))
    platforms = {}
    for name, one in written["platform"].items():
        one.pop("because")
        platforms[name] = Platform(
            name=name,
            header=one.pop("header"),
            peers=tuple(one.pop("peers")),
            source=one.pop("source"),
            **one,
        )
    return Knowledge(platforms, {name: tuple(one["ranges"]) for name, one in written["network"].items()})


KNOWLEDGE = _read()
