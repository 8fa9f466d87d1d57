"""Whose records a database holds: which models are accounts and tenants, who belongs to whom, and through what.

Structure decides first: what a foreign key points at, and which model joins two others. Names only fill the gaps.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from doorcheck.scan.project.database.models import Chain, Column, Link, Model, Role
from doorcheck.scan.project.database.naming import plain, singular, spellings

MAX_CHAIN = 4
"""Links from a record to its owner: up to three parents and the owner's column of the last."""
MAX_CHAINS = 8

Words = Mapping[str, frozenset[str]]

_PASSWORDS = frozenset({"password", "passwordhash", "hashedpassword"})
_ADDRESSES = frozenset({"email", "emailaddress", "username", "handle"})
# What is left of a name such as "users_to_teams" without those it joins, and without an "s".
_JOINING = frozenset({"", "to", "on", "in", "and", "of"})
_NO_IDENTIFIER = ("bool", "date", "time", "json", "float", "decimal", "numeric", "double", "real")
_NO_SECRET = ("bool", "date", "time", "int", "float", "decimal", "numeric", "serial")


class Kinship:
    """The models of one database by name, with the roles that structure and ``words`` give them."""

    def __init__(self, models: Iterable[Model], words: Words) -> None:
        self._words = words
        self._models: dict[str, Model] = {}
        for model in models:
            self._models.setdefault(model.name, model)
        self._exact: dict[str, str] = {}
        self._loose: dict[str, str] = {}
        for model in self._models.values():
            for name in (model.stored, model.name, *model.aliases):
                first, *others = spellings(name)
                self._exact.setdefault(first, model.name)
                for other in others:
                    self._loose.setdefault(other, model.name)
        self._models.update({name: self._with_implied(model) for name, model in self._models.items()})
        self._accounts = self._find_accounts()
        self._memberships: dict[str, str] = {}
        self._tenants = self._find_tenants()
        self._models.update(
            {name: replace(model, columns=self._columns(model)) for name, model in self._models.items()}
        )
        self._models.update({name: self._completed(model) for name, model in self._models.items()})

    def _completed(self, model: Model) -> Model:
        return replace(
            model,
            is_account=model.name in self._accounts,
            is_tenant=model.name in self._tenants,
            is_membership=model.name in self._memberships,
            owned_through=self._chains(model),
        )

    @property
    def models(self) -> tuple[Model, ...]:
        """All models, complete, the nearest first."""
        return tuple(self._models.values())

    def find(self, name: str) -> Model | None:
        """The model that this name stands for; None when there is none."""
        known = self._exact.get(plain(name)) if name else None
        if known is None:
            ways = spellings(name)
            known = next((found for way in ways if (found := self._exact.get(way) or self._loose.get(way))), None)
        return self._models[known] if known is not None else None

    def _with_implied(self, model: Model) -> Model:
        """The model whose columns point where their names say, if no foreign key does."""
        columns = tuple(self._pointing(model, each) for each in model.columns)
        return replace(model, columns=columns) if columns != model.columns else model

    def _pointing(self, model: Model, column: Column) -> Column:
        name = plain(column.name)
        if column.references or not name.endswith("id") or _is_one_of(column, _NO_IDENTIFIER) or column.many:
            return column
        target = self.find(name[:-2])
        if target is None or target.name == model.name:
            return column
        return replace(column, references=target.name, implied=True)

    # Accounts

    def _find_accounts(self) -> frozenset[str]:
        named = {name for name, model in self._models.items() if self._is_called(model, "account_models")}
        found = named | set(self._of_sessions())
        if not found:
            found = {name for name, model in self._models.items() if self._looks_like_an_account(model)}
        # One record for each account, under its key or a unique column: a profile is the account by another name.
        extending = {
            name
            for name, model in self._models.items()
            if self._is_called(model, "profile_models")
            and any(each.unique and self._is_account_name(each.references, found) for each in model.columns)
        }
        return frozenset(found | extending)

    def _of_sessions(self) -> Iterator[str]:
        """What the sessions of an auth library point at: a session that expires, of one model alone."""
        for model in self._models.values():
            if not self._is_called(model, "session_models") or not any(
                "expire" in plain(c.name) for c in model.columns
            ):
                continue
            targets = {target.name for each in model.columns if (target := self.find(each.references))}
            if len(targets) == 1:
                yield targets.pop()

    def _looks_like_an_account(self, model: Model) -> bool:
        """Whether people sign in as one: it holds a password or an auth service's id, or an address by its name."""
        names = {plain(each.name) for each in model.columns}
        if self._is_called(model, "profile_models") and names & (_PASSWORDS | self._words["owner_columns"]):
            return True
        return self._is_called(model, "own_models") and bool(names & _ADDRESSES)

    def _is_account_name(self, name: str, accounts: Iterable[str]) -> bool:
        """Whether what a foreign key names is an account, in these files or, as ``auth.users``, outside of them."""
        if not name:
            return False
        model = self.find(name)
        if model is not None and (name.rpartition(".")[0] in ("", "public") or "." in model.name):
            return model.name in accounts
        return singular(name.rpartition(".")[2]) in self._words["account_models"]

    def _is_called(self, model: Model, words: str) -> bool:
        """Whether a name of the model is among these words, as a whole."""
        return any(singular(name.rpartition(".")[2]) in self._words[words] for name in (model.name, model.stored))

    # Tenants

    def _find_tenants(self) -> frozenset[str]:
        for model in self._models.values():
            joined = self._joined(model)
            if joined is not None:
                self._memberships[model.name] = joined
        found = set(self._memberships.values())
        for model in self._models.values():
            if model.name in self._accounts:
                found.update(self._of_accounts(model))
            elif self._is_called(model, "tenant_models") and not self._belongs_to_one(model):
                found.add(model.name)
        return frozenset(found - self._accounts)

    def _joined(self, model: Model) -> str | None:
        """The model that this one makes accounts members of; None when it is no membership."""
        if model.name in self._accounts:
            return None
        if self._sounds_like(model, "invitation_parts"):
            return None
        people = self._people(model)
        if len(people) != 1:
            return None
        person = self.find(people[0].references)
        for column, target in self._joinable(model, person):
            pair = {plain(people[0].name), plain(column.name)}
            alone = any({plain(name) for name in unique} == pair for unique in model.uniques)
            called = self._is_called(target, "tenant_models")
            ranked = called or any(plain(each.name) in self._words["rank_columns"] for each in model.columns)
            if self._is_named_for(model, target, person) or (alone and ranked):
                return target.name
        return None

    def _people(self, model: Model) -> list[Column]:
        """The columns that say who is the member: they point at accounts or, in a membership by name, at their own."""
        found = [each for each in model.columns if self._points_at_account(each) and not self._is_actor(each)]
        if found or not self._sounds_like(model, "membership_parts"):
            return found
        return [
            each
            for each in model.columns
            if (target := self.find(each.references)) is not None
            and not self._is_called(target, "tenant_models")
            and any(self._points_at_account(inner) for inner in target.columns)
        ]

    def _joinable(self, model: Model, person: Model | None) -> list[tuple[Column, Model]]:
        """What a membership may be of: neither people nor other memberships; what is called like a tenant first."""
        found = [
            (each, target)
            for each in model.columns
            if (target := self.find(each.references)) is not None
            and target.name not in self._accounts
            and target is not model
            and target is not person
            and not self._sounds_like(target, "membership_parts")
        ]
        return sorted(found, key=lambda pair: not self._is_called(pair[1], "tenant_models"))

    def _is_named_for(self, model: Model, target: Model, person: Model | None) -> bool:
        """Whether its name says that it is a membership, or is made of the names of those it joins."""
        name = plain(model.name)
        if self._sounds_like(model, "membership_parts"):
            return True
        parts = [singular(each.name) for each in (person, target) if each is not None]
        if len(parts) < 2 or not all(part in name for part in parts):
            return False
        for part in sorted(parts, key=len, reverse=True):
            name = name.replace(part, "", 1)
        return name.replace("s", "") in _JOINING

    def _belongs_to_one(self, model: Model) -> bool:
        """Whether it is one account's own and nobody can be a member: then its owner's column says whose it is."""
        if model.name in self._memberships.values():
            return False
        return any(self._points_at_account(each) and not self._only_acts(each) for each in model.columns)

    def _of_accounts(self, account: Model) -> Iterator[str]:
        """The tenants that accounts point at themselves, or are linked with in a table that the library keeps."""
        for name, alone in (
            *((each.references, False) for each in account.columns),
            *((each.model, True) for each in account.relations if each.many),
        ):
            target = self.find(name)
            if target is None or not self._is_called(target, "tenant_models"):
                continue
            if not (alone and self._belongs_to_one(target)):
                yield target.name

    def _sounds_like(self, model: Model, words: str) -> bool:
        name = plain(model.name)
        return any(part in name for part in self._words[words])

    # Columns

    def _columns(self, model: Model) -> tuple[Column, ...]:
        found = _without_foreign_tenants(
            [replace(each, roles=frozenset(self._roles(model, each))) for each in model.columns]
        )
        owned = any(Role.OWNER in each.roles for each in found)
        if owned:
            return tuple(found)
        # Who made it is whose it is, where nothing else says.
        return tuple(
            replace(each, roles=each.roles - {Role.ACTOR} | {Role.OWNER})
            if Role.ACTOR in each.roles and not self._only_acts(each)
            else each
            for each in found
        )

    def _roles(self, model: Model, column: Column) -> Iterator[Role]:
        name = plain(column.name)
        target = self.find(column.references) if column.references else None
        if self._points_at_account(column):
            yield Role.ACTOR if self._is_actor(column) else Role.OWNER
        elif (target is not None and target.name in self._tenants) or (
            not column.references
            and name in self._words["tenant_columns"]
            and not _is_one_of(column, _NO_IDENTIFIER)
            and model.name not in self._tenants
        ):
            yield Role.TENANT
        if column.references:
            return
        if not _is_one_of(column, _NO_SECRET) and self._is_secret(name):
            yield Role.SENSITIVE
        if not column.key and name in self._words["privileged_columns"] | self._words["governed_columns"]:
            yield Role.PRIVILEGED if self._gives_power(model, name) else Role.GOVERNED

    def _gives_power(self, model: Model, name: str) -> bool:
        """Whether to set this column is to gain something; a message's ``role`` says only who wrote it."""
        if name not in self._words["privileged_columns"]:
            return False
        if name not in self._words["rank_columns"]:
            return True
        ranked = model.name in self._accounts or model.name in self._memberships or model.name in self._tenants
        return ranked or self._sounds_like(model, "power_parts")

    def _points_at_account(self, column: Column) -> bool:
        if column.references:
            return self._is_account_name(column.references, self._accounts)
        known = plain(column.name) in self._words["owner_columns"] or self._is_actor(column)
        return known and not _is_one_of(column, _NO_IDENTIFIER) and not column.many

    def _is_actor(self, column: Column) -> bool:
        """Whether it points at somebody the record does not belong to; nobody owns what has a list of people."""
        return self._only_acts(column) or plain(column.name) in self._words["creator_columns"]

    def _only_acts(self, column: Column) -> bool:
        if column.many:
            return True
        name = plain(column.name)
        if column.references and not column.implied and name.removesuffix("id").removesuffix("user").endswith("by"):
            return name not in self._words["creator_columns"]
        return any(name.removesuffix(end) in self._words["actor_columns"] for end in ("", "id", "userid", "email"))

    def _is_secret(self, name: str) -> bool:
        return name in self._words["sensitive_columns"] or name.endswith(tuple(self._words["sensitive_endings"]))

    # Chains

    def _chains(self, model: Model) -> tuple[Chain, ...]:
        """The ways over parents to an owner or a tenant, breadth first; a model passed once is not passed again."""
        if model.name in self._accounts:
            return ()
        found: list[Chain] = []
        seen = {model.name}
        ways: list[tuple[tuple[Link, ...], Model]] = [((), model)]
        for way, current in ways:
            if len(found) >= MAX_CHAINS:
                break
            found += _ends(way, current) if way else ()
            if len(way) >= MAX_CHAIN - 1 or (way and _ends(way, current)):
                continue
            for parent, link in self._parents(current):
                if parent.name not in seen:
                    seen.add(parent.name)
                    ways.append(((*way, link), parent))
        return tuple(found)

    def _parents(self, model: Model) -> Iterator[tuple[Model, Link]]:
        for column in model.columns:
            parent = self.find(column.references) if column.references and not column.many else None
            if parent is None or parent.name in self._accounts:
                continue
            # A tenant that belongs to another, as a project to its organisation, is a step on the way to that one.
            if parent.name not in self._tenants or Role.TENANT in {role for c in parent.columns for role in c.roles}:
                yield parent, Link(model.name, column.name, parent.name)


def _ends(way: tuple[Link, ...], model: Model) -> list[Chain]:
    return [
        Chain((*way, Link(model.name, column.name, column.references)), role)
        for role in (Role.OWNER, Role.TENANT)
        for column in model.columns
        if role in column.roles
    ]


def _is_one_of(column: Column, types: Sequence[str]) -> bool:
    return any(part in column.type for part in types)


def _without_foreign_tenants(columns: list[Column]) -> list[Column]:
    """Where one column points at the tenant, another that only sounds like one holds somebody else's number."""
    if not any(Role.TENANT in each.roles and each.references for each in columns):
        return columns
    return [
        each if each.references or Role.TENANT not in each.roles else replace(each, roles=each.roles - {Role.TENANT})
        for each in columns
    ]
