"""What a transaction of a store on this machine sees: values by key, each with an owner and an end."""

from __future__ import annotations

from typing import Protocol


class Cells(Protocol):
    """Values by key. Nobody else sees or changes them while a transaction runs."""

    def get(self, key: str) -> bytes | None:
        """The value, or None when there is none or its time is over."""

    def ends(self, key: str) -> float:
        """When the value of this key ends, in seconds since the epoch; 0 when there is none."""

    def put(self, key: str, value: bytes, ends: float, owner: str = "") -> None:
        """Keep a value until ``ends``, in seconds since the epoch. A key that is there keeps its age."""

    def delete(self, key: str) -> bool:
        """Forget a value, and say whether it was there."""

    def owned(self, owner: str) -> list[str]:
        """The keys of this owner whose time is not over, the oldest first."""

    def owner(self, key: str) -> str:
        """Whose value it is; empty when it is nobody's."""
