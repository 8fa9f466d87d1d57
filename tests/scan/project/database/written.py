"""Schemas from files that a test writes."""

from __future__ import annotations

from pathlib import Path

from doorcheck.scan.knowledge.library import load
from doorcheck.scan.project.database.models import Model, Role
from doorcheck.scan.project.database.schemas import Schemas
from doorcheck.scan.project.tree import list_tree


def schemas(root: Path, files: dict[str, str], apps: tuple[str, ...] = ()) -> Schemas:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return Schemas(list_tree(root), load().words, apps)


def model(found: Schemas, name: str, near: str = "") -> Model:
    known = found.model(name, near)
    assert known is not None, f"no model {name}"
    return known


def roles(found: Model) -> dict[str, set[Role]]:
    return {each.name: set(each.roles) for each in found.columns if each.roles}


def ways(found: Model) -> list[str]:
    return [" > ".join(link.column for link in chain.links) + f" ({chain.end.value})" for chain in found.owned_through]
