"""The census as JSON, in the form in which a scan writes its doors."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import doorcheck
from doorcheck.guard.answers import Reasoned
from doorcheck.guard.census.doors import Leaf
from doorcheck.guard.declaration import Declaration
from doorcheck.guard.limits import Limit

SCHEMA = 1


def census_document(leaves: Iterable[Leaf]) -> dict[str, Any]:
    """``doors`` as ``doorcheck scan --format json`` writes them, each with its ``answers`` in words."""
    return {
        "schema": SCHEMA,
        "tool": {"name": "doorcheck", "version": doorcheck.__version__},
        "doors": [_door(leaf) for leaf in leaves],
    }


def _door(leaf: Leaf) -> dict[str, Any]:
    file, line = leaf.at
    return {
        "id": leaf.name,
        "kind": leaf.kind.value,
        "file": file,
        "name": leaf.declaration.name if leaf.declaration else getattr(leaf.endpoint, "__qualname__", ""),
        "methods": sorted(leaf.methods),
        "route": leaf.path,
        "line": line,
        "answers": {} if leaf.declaration is None else _answers(leaf.declaration),
    }


def _answers(declaration: Declaration) -> dict[str, Any]:
    answers = {
        "caller": declaration.caller,
        "payload": declaration.payload,
        "resource": declaration.resource,
        "limit": declaration.limit,
        "account_limit": declaration.account_limit,
        "returns": declaration.returns,
    }
    return {name: _words(answer) for name, answer in answers.items() if answer is not None} | {
        "may_set": sorted(declaration.may_set)
    }


def _words(answer: object) -> str:
    if isinstance(answer, Reasoned):
        return f"{answer.says}: {answer.because}"
    if isinstance(answer, Limit):
        return answer.says
    because = getattr(answer, "because", None)
    says = getattr(answer, "says", None) or getattr(answer, "__name__", None) or repr(answer)
    return f"{says}: {because}" if because and because not in str(says) else str(says)
