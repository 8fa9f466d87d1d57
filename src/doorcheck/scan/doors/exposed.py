"""Variables of the deployment that a build writes into what browsers are sent, and server code that asks the browser.

Sources: https://nextjs.org/docs/app/guides/environment-variables#bundling-environment-variables-for-the-browser,
https://nextjs.org/docs/pages/api-reference/config/next-config-js/env
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from doorcheck.core import Location, Written
from doorcheck.scan.doors.kept import place
from doorcheck.scan.doors.sent import Sent
from doorcheck.scan.doors.variables import Words, holds_secret, is_sample
from doorcheck.scan.facts.evaluator import Evaluator
from doorcheck.scan.facts.modules import LoadedModule
from doorcheck.scan.facts.settings import is_public
from doorcheck.scan.project.skim import Skim
from doorcheck.scan.syntax import ir
from doorcheck.scan.syntax.walking import nodes

_INLINED, _SERVED = "env", "publicRuntimeConfig"
_MAX_SEEN = 3

SourceOf = Callable[[str], bytes]
InBrowser = Callable[[str], bool]


def public_secrets(
    pairs: Iterable[tuple[str, str]], words: Words, source_of: SourceOf, in_browser: InBrowser
) -> Iterator[Sent]:
    """Variables whose names say both that they hold a secret and that browsers are given them.

    ``pairs`` are files with the names in them. Only where code of the browser asks for one is it sent.
    """
    named: dict[str, list[str]] = {}
    for path, name in pairs:
        named.setdefault(name, []).append(path)
    for name, paths in sorted(named.items()):
        places = [(path, line) for path in paths if (line := asked_at(source_of(path), name))]
        if not places or not holds_secret(name, words):
            continue
        sent = [one for one in places if in_browser(one[0])]
        says = f"{name} is written into what browsers are sent" if sent else f"{name} is named for browsers to have"
        seen = tuple(Written(f"asks for {name}", Location(*one)) for one in (sent or places)[:_MAX_SEEN])
        yield Sent("public", (name,), says, seen, 0 if not sent or is_sample(name) else 2)


def asked_at(source: bytes, name: str) -> int:
    """The line in which code asks for a variable of the environment; 0 where it does not."""
    found = re.search(rb"\benv(?:\.|\[[\"'])" + re.escape(name.encode()) + rb"\b", source)
    return source.count(b"\n", 0, found.start()) + 1 if found is not None else 0


def inlined_secrets(
    module: LoadedModule, words: Words, users_of: Callable[[str], Sequence[Location]]
) -> Iterator[Sent]:
    """Secrets of the server that a configuration of Next.js gives to browsers. ``users_of`` gives the places in code
    of the browser that ask for a variable."""
    for key, entries in _objects_named(module, {_INLINED, _SERVED}):
        for entry in entries:
            variable = _variable(entry.value)
            if variable is None or is_public(variable[0]) or not holds_secret(variable[0], words):
                continue
            name = str(entry.key)
            users = users_of(name) if key == _INLINED else ()
            says = f"{key} of the configuration gives browsers {variable[0]}"
            seen = [Written(says, place(module.path, variable[1]))]
            seen += [Written(f"asks for {name}", at) for at in users[:_MAX_SEEN]]
            yield Sent("inlined", (variable[0],), says, tuple(seen), 2 if users or key == _SERVED else 0)


def _objects_named(module: LoadedModule, names: set[str]) -> Iterator[tuple[str, list[ir.Entry]]]:
    for node in _written(module):
        if isinstance(node, ir.Entry) and node.key in names and isinstance(node.value, ir.Object):
            yield str(node.key), [entry for entry in node.value.entries if isinstance(entry.key, str)]


def _written(module: LoadedModule) -> Iterator[ir.Node]:
    """All that stands in a module, in its functions, and behind its exports."""
    summary = module.summary
    exported = [export.value for export in summary.exports if export.value is not None]
    return nodes([summary.body, [function.body for function in summary.functions], *exported])


def _variable(node: ir.Expression) -> tuple[str, int] | None:
    """The variable that an expression is, whatever stands in for it where it is not set."""
    while isinstance(node, ir.Cast | ir.Logical):
        node = node.value if isinstance(node, ir.Cast) else node.left
    if isinstance(node, ir.Member) and isinstance(node.object, ir.Member) and node.object.property == "env":
        return node.property, node.at
    return None


def browser_hooks(ev: Evaluator, paths: Iterable[str], skim_of: Callable[[str], Skim | None]) -> Iterator[Sent]:
    """Calls in server code of what asks the browser for its session."""
    for path in paths:
        found = skim_of(path)
        if found is None or found.side == "client":
            continue
        wanted = {
            here: asked
            for link in found.links
            if (known := ev.knowledge.client_only.get(link.specifier)) is not None
            for asked, here in link.names
            if asked in known.names
        }
        module = ev.program.module(path) if wanted else None
        if module is not None:
            yield from _called(module, wanted)


def _called(module: LoadedModule, wanted: dict[str, str]) -> Iterator[Sent]:
    for node in _written(module):
        if isinstance(node, ir.Call) and isinstance(node.callee, ir.Name) and node.callee.id in wanted:
            name = wanted[node.callee.id]
            says = f"{name}() asks the browser for its session, and is called on the server"
            yield Sent("hook", (name,), says, (Written(says, place(module.path, node.at)),), 1)
