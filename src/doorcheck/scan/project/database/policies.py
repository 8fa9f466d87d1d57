"""Row-level security as SQL statements build it up: switched on and off, policies made, changed and dropped."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from doorcheck.scan.project.database.security import COMMANDS, Functions, Policy, RowSecurity, functions_of, rows_opened
from doorcheck.scan.project.database.words import Words

MAX_POLICIES = 5_000
MAX_FUNCTIONS = 5_000
_SECURITY = ("row", "level", "security")


@dataclass(slots=True)
class _Table:
    enabled: bool = False
    policies: dict[str, Policy] = field(default_factory=dict)


class PolicyBook:
    """The row-level security of all tables, as the statements so far leave it."""

    def __init__(self) -> None:
        self._tables: dict[str, _Table] = {}
        self._bodies: dict[str, str] = {}
        self._count = 0
        self.complete = True

    def tables(self) -> list[str]:
        """The tables of which row-level security says something."""
        return list(self._tables)

    def security(self, table: str) -> RowSecurity | None:
        """What is known of a table's rows; None where no statement spoke of it and no table in these files has it."""
        found = self._tables.get(table)
        if found is None:
            return RowSecurity(enabled=False, complete=self.complete) if self._tables else None
        functions = functions_of(self._bodies)
        policies = tuple(_judged(policy, functions) for policy in found.policies.values())
        return RowSecurity(found.enabled, policies, self.complete)

    def switch(self, table: str, action: Words) -> None:
        """Apply ``ENABLE ROW LEVEL SECURITY`` and its like."""
        verb = action.take()
        if verb in ("enable", "disable") and table:
            self._tables.setdefault(table, _Table()).enabled = verb == "enable"

    def rename(self, old: str, new: str) -> None:
        """A table has another name from now on."""
        if old in self._tables:
            self._tables[new] = self._tables.pop(old)

    def forget(self, table: str) -> None:
        """A table is dropped."""
        self._tables.pop(table, None)

    def change(self, verb: str, words: Words, file: str, line: int) -> None:
        """Apply a statement that makes, changes or drops a policy."""
        words.accept("if", "exists")
        name = words.name()
        if not words.accept("on"):
            return
        key = words.table()
        if not key:
            return
        table = self._tables.setdefault(key, _Table()) if verb == "create" else self._tables.get(key)
        if table is None:
            return
        if verb == "drop":
            table.policies.pop(name, None)
        elif words.peek() == "rename":
            if name in table.policies and words.skip_to("to"):
                policy = table.policies.pop(name)
                table.policies[words.peek()] = replace(policy, name=words.peek())
        elif verb == "alter" and name in table.policies:
            table.policies[name] = _read(words, table.policies[name])
        elif verb == "create" and self._count < MAX_POLICIES:
            self._count += 1
            table.policies[name] = _read(words, Policy(name, "all", file=file, line=line))

    def function(self, words: Words) -> None:
        """Remember what a function does: a policy may ask it who is calling."""
        name = words.table()
        body = words.body()
        if name and len(self._bodies) < MAX_FUNCTIONS:
            self._bodies[name.lower()] = body

    def not_all_seen(self) -> None:
        """Say that statements are made from text, so that there may be policies which nobody read."""
        self.complete = False


def _read(words: Words, policy: Policy) -> Policy:
    """The policy with what the rest of its statement says."""
    while word := words.take():
        if word == "as":
            policy = replace(policy, permissive=words.take() != "restrictive")
        elif word == "for":
            command = words.take()
            policy = replace(policy, command=command if command in COMMANDS else "all")
        elif word == "to":
            policy = replace(policy, roles=tuple(_roles(words)))
        elif word == "using":
            policy = replace(policy, using=words.bracketed())
        elif word == "with" and words.accept("check"):
            policy = replace(policy, check=words.bracketed())
    return policy


def _roles(words: Words) -> list[str]:
    """The roles of a policy; none for everybody."""
    found = [words.name().lower()]
    while words.accept(","):
        found.append(words.name().lower())
    return [] if "public" in found else found


def _judged(policy: Policy, functions: Functions) -> Policy:
    return replace(
        policy,
        rows=rows_opened(policy.using or policy.check, policy.roles, functions),
        written=rows_opened(policy.check or policy.using, policy.roles, functions),
    )
