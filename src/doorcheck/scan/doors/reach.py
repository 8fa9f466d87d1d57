"""Whether code that runs in a browser refers to a server action, so that its id is handed out to strangers.

Asked of the import graph, without parsing: a file that runs in the browser imports the action, or a file of the server
passes it on as a value (``action={save}``, ``save.bind(null, id)``). One that is only ever called on the server is
exported but unreferenced.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable

from doorcheck.core import Door, DoorKind, Reach
from doorcheck.scan.project.imports import Imports, Use

TESTS = re.compile(r"(?:^|/)(?:__tests__|__mocks__|tests?|e2e|cypress|playwright)/|\.(?:test|spec|stories)\.\w+$")
_DECLARED = rb"(?:\bfunction\s{0,9}\*?|\bconst|\blet|\bvar|\bclass|\btypeof)\s{1,9}"
_NOT_A_NAME = rb"""[\w$'"`]"""


class Reaching:
    """Answers for one tree; what runs in the browser is worked out once."""

    def __init__(self, imports: Imports) -> None:
        self._imports = imports
        self._in_browser: dict[str, bool] = {}

    def of(self, door: Door, *, inline: bool) -> Door:
        """The door with its reach; ``inline`` actions are marked one by one, inside a file of the server."""
        if door.kind is not DoorKind.SERVER_ACTION:
            return door
        return dataclasses.replace(door, reach=self.reach(door.file, door.name, inline=inline))

    def reach(self, file: str, name: str, *, inline: bool) -> Reach:
        """The reach of the action that a file gives this name."""
        reached = self._inline(file, name) if inline else False
        reached = reached or any(self._hands_out(use, name) for use in self._uses(file, name))
        return Reach.REACHABLE if reached else Reach.UNREFERENCED

    def _uses(self, file: str, name: str) -> Iterable[Use]:
        return (use for use in self._imports.uses_of(file, name) if not TESTS.search(use.path))

    def _inline(self, file: str, name: str) -> bool:
        """An action written where it is used: without a name it is passed on at once."""
        return not name.isidentifier() or is_passed(self._imports.source(file), name)

    def _hands_out(self, use: Use, name: str) -> bool:
        if self.runs_in_browser(use.path):
            return True
        source = self._imports.source(use.path)
        return is_member_passed(source, use.name, name) if use.whole else is_passed(source, use.name)

    def runs_in_browser(self, path: str) -> bool:
        """Whether a file says ``use client`` or is imported by one that does, other than through server actions."""
        known = self._in_browser.get(path)
        if known is None:
            above = self._imports.closure([path], stops=self._stays_on_server)
            known = any(self._side(each) == "client" for each in above) and not self._stays_on_server(path)
            self._in_browser[path] = known
        return known

    def _stays_on_server(self, path: str) -> bool:
        return self._side(path) == "server"

    def _side(self, path: str) -> str:
        found = self._imports.skim_of(path)
        return found.side if found is not None else ""


def is_passed(source: bytes, name: str) -> bool:
    """Whether ``name`` stands in this code as a value: not called at once, not declared, not a key or a member."""
    word = re.escape(name.encode())
    shape = rb"(?<![\w$.'\"`/#-])" + word + rb"(?!" + _NOT_A_NAME + rb"|\s{0,9}(?:[(:<]|\?\.\())"
    for match in re.finditer(shape, source):
        before = source[max(match.start() - 24, 0) : match.start()]
        if re.search(_DECLARED + rb"$", before) is None:
            return True
    return False


def is_member_passed(source: bytes, module: str, name: str) -> bool:
    """Whether ``module.name`` stands as a value; a module that was never given a name (``*``) holds it by itself."""
    if module == "*":
        return is_passed(source, name)
    written = re.escape(f"{module}.{name}".encode())
    return re.search(rb"(?<![\w$.])" + written + rb"(?![\w$]|\s{0,9}(?:\(|\?\.\())", source) is not None
