"""What a door throws away of what the app keeps."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from doorcheck.scan.doors.kept import Kept
from doorcheck.scan.facts.evaluator import Happening
from doorcheck.scan.facts.values import Const, Effect

_PATHS = frozenset({"revalidatePath", "expirePath", "unstable_expirePath", "revalidate", "unstable_revalidate"})
_TAGS = frozenset({"revalidateTag", "updateTag", "expireTag", "unstable_expireTag"})
_LAST_NAME = re.compile(r"\w+$")


@dataclass(frozen=True, slots=True)
class Renewal:
    """One call that throws something away. ``named`` is the tag or path, None where it is no constant."""

    effect: Effect
    through: tuple[tuple[str, int], ...]
    of_path: bool
    named: str | None
    below: bool

    @property
    def renews_anything(self) -> bool:
        """Whether it may throw away whatever was kept: nobody can say of what it is, or it is of everything."""
        return self.named is None or (self.of_path and self.below and self.named == "/")

    def renews(self, kept: Kept, others: Sequence[Kept]) -> bool:
        """Whether this is thrown away. A page that shows it is made anew with all that was read for it."""
        if self.of_path:
            return not kept.route or self._is_of(kept.route)
        if kept.route:
            return any(each.tags is None or self.named in each.tags for each in others if not each.route)
        return kept.tags is None or self.named in kept.tags

    def _is_of(self, route: str) -> bool:
        path = _without_groups(self.named or "")
        return route == path or (self.below and route.startswith(path.rstrip("/") + "/")) or _matches(path, route)


def renewals_of(happenings: Iterable[Happening]) -> list[Renewal]:
    """What is thrown away, whatever of it on which path."""
    return [found for each in happenings for found in _renewals(each)]


def _renewals(happening: Happening) -> Iterator[Renewal]:
    effect = happening.effect
    last = _LAST_NAME.search(effect.says)
    name = last.group() if effect.kind == "cache" and last is not None else ""
    if name not in _PATHS | _TAGS:
        return
    texts = [one.value if isinstance(one, Const) and isinstance(one.value, str) else None for one in effect.operands]
    named = texts[0] if texts else None
    below = len(effect.operands) > 1 and texts[1] != "page"
    yield Renewal(effect, happening.through, name in _PATHS, named, below)


def _without_groups(path: str) -> str:
    """A path as it is asked for, where it was written as a folder: ``/(site)/posts/page``."""
    parts = [part for part in path.split("/") if part and not (part.startswith("(") and part.endswith(")"))]
    return "/" + "/".join(parts)


def _matches(path: str, route: str) -> bool:
    """Whether a path is one that this route answers."""
    here, there = path.strip("/").split("/"), route.strip("/").split("/")
    if len(here) != len(there):
        return False
    return all(one == other or other.startswith("[") for one, other in zip(here, there, strict=True))
