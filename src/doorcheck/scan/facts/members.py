"""Members of values, as they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from doorcheck.scan.facts import (
    chains,
    cookies,
    deliveries,
    failures,
    first_use,
    own_pages,
    ownership,
    relations,
    replies,
    requests,
    routers,
)
from doorcheck.scan.facts.comparisons import is_credential_name
from doorcheck.scan.facts.proofs import Fact, Facts, shared
from doorcheck.scan.facts.settings import is_secret_name
from doorcheck.scan.facts.state import State
from doorcheck.scan.facts.truth import unset
from doorcheck.scan.facts.values import (
    ABSENT,
    ANYTHING,
    EMPTY_LIST,
    FILLED_LENGTH,
    FILLED_LIST,
    HOST,
    UNDEFINED,
    Alternative,
    Arr,
    Branch,
    Choice,
    Cls,
    Const,
    Derived,
    Effect,
    Env,
    External,
    Fn,
    Input,
    Namespace,
    Native,
    Obj,
    Promise,
    Reply,
    Row,
    Session,
    Test,
    Unknown,
    Value,
    made_from,
)  # fmt: skip
from doorcheck.scan.knowledge.rows import Builder, HandlerWrapper, OwnHandlers, SessionSource, Sink

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Evaluator, Scope

AS_DEPLOYED = {"NODE_ENV": "production", "VERCEL": "1", "VERCEL_ENV": "production", "NEXT_RUNTIME": "nodejs"}
"""A door is judged as it stands in production, where these have these values."""

GLOBAL_OBJECTS = frozenset({"globalThis", "global", "window", "self"})
MAX_EXTERNAL_PATH = 24


def member(
    ev: Evaluator, value: Value, name: str, state: State, scope: Scope, at: int, *, optional: bool = False
) -> Value:
    """``value.name``. Reading a member of nothing throws, which ends the paths on which there is nothing."""
    if isinstance(value, Choice):
        return _of_choice(ev, value, name, state, scope, at, optional=optional)
    if isinstance(value, Session):
        if not optional and not value.sure and not value.path and value.proof not in state.facts:
            ev.may_throw(state)
            state.facts |= {value.proof}
        return Session(value.proof, (*value.path, name)[:5], sure=False)
    if isinstance(value, Row):
        if not optional and value.maybe and not value.path and at:
            state.facts |= value.found
        if not optional and at and value.path:
            state.facts |= relations.included(value)
        return value.at((*value.path, name)[:5])
    if isinstance(value, Input):
        read = requests.member_of(value, name)
        deliveries.read_of(ev, read, scope.module.path, at)
        own_pages.method_read(ev, read, scope.module.path, at)
        return read
    if isinstance(value, External):
        return _of_external(ev, value, name, state, scope, at)
    if value is ABSENT and not optional and at:
        from doorcheck.scan.facts.evaluator import PathEnds  # noqa: PLC0415 - the evaluator reads members

        raise PathEnds
    return _of_known(ev, value, name, state, scope, at)


def _of_known(ev: Evaluator, value: Value, name: str, state: State, scope: Scope, at: int) -> Value:
    if isinstance(value, Obj):
        return _of_object(ev, value, name, state, scope, at)
    if isinstance(value, Namespace):
        from doorcheck.scan.facts.names import export_value  # noqa: PLC0415 - names hold members and the reverse

        return export_value(ev, value.module, name)
    if isinstance(value, routers.ContextVariables):
        return value.at(name, state)
    if isinstance(value, Promise):
        return member(ev, value.value, name, state, scope, at)
    if isinstance(value, chains.OwnHandler):
        return _of_external(ev, value.value, name, state, scope, at)
    if isinstance(value, Cls):
        return static_member(ev, value, name)
    if isinstance(value, Native):
        return value.props.get(name, ANYTHING)
    if isinstance(value, Reply):
        return _of_reply(value, name)
    return _of_plain(ev, value, name)


def _of_plain(ev: Evaluator, value: Value, name: str) -> Value:
    if isinstance(value, Derived):
        return _of_derived(ev, value, name)
    if isinstance(value, Arr | Test):
        known = name == "length" and isinstance(value, Arr) and value.items and not value.rest
        return Const(float(len(value.items))) if known and isinstance(value, Arr) else Derived("member", (value,))
    if isinstance(value, Const):
        return UNDEFINED if value.value is None or value.value is UNDEFINED.value else Derived("member", (value,))
    if isinstance(value, Unknown):
        if value.parts and is_credential_name(ev, name):
            return Derived(f".{name}", (value,))
        sent = requests.member_of_one(value.parts, name) if value.fact is None else None
        return value if sent is None else sent
    return ANYTHING


_OF_TEXTS = {
    "length": "length", "byteLength": "length", "hostname": HOST, "host": HOST, "origin": HOST, "pathname": "pathname",
    "search": "search", "href": "",
}  # fmt: skip
"""What can be asked of a text, and of one that was read as an address."""


def _of_derived(ev: Evaluator, value: Derived, name: str) -> Value:
    if value.how == "error" and (of_error := failures.member(value, name)) is not None:
        return of_error
    if name == "length" and value.how in {EMPTY_LIST, FILLED_LIST}:
        return Const(0.0) if value.how == EMPTY_LIST else Derived(FILLED_LENGTH, (value,))
    if value.how in {"text", "string", "bytes"} and (part := _OF_TEXTS.get(name)) is not None:
        return Derived(part, (value,)) if part else value
    if is_credential_name(ev, name):
        return Derived(f".{name}", (value,))
    environment = any(isinstance(part, External) and part.path[:2] == ("process", "env") for part in value.parts)
    return Env(name, sure=True) if environment else Derived("member", (value,))


def _of_reply(value: Reply, name: str) -> Value:
    if name == "status" and value.status is not None:
        return Const(float(value.status))
    if name == "ok" and value.status is not None:
        return Const(200 <= value.status < 300)
    if name == "cookies":
        return Input("cookies")
    return replies.bag(value.headers) if name == "headers" else Derived("member", (value,))


def _of_choice(
    ev: Evaluator, value: Choice, name: str, state: State, scope: Scope, at: int, *, optional: bool
) -> Value:
    kept = state.keep.get(value.id, frozenset(range(len(value.alternatives))))
    nothing = {n for n in kept if _is_nothing(value.alternatives[n].value)}
    if nothing and not optional and at and kept - nothing:
        ev.may_throw(state)
        left = frozenset(kept - nothing)
        common: Facts = shared(value.alternatives[n].facts for n in left)
        state.learn(Branch(common, {value.id: left}))
        kept = left
    selected = []
    for number, alternative in enumerate(value.alternatives):
        if number not in kept or _is_nothing(alternative.value):
            selected.append(Alternative(UNDEFINED, alternative.facts))
        else:
            fork_facts = state.facts
            part = member(ev, alternative.value, name, state, scope, at, optional=optional)
            gained = state.facts - fork_facts
            state.facts = fork_facts
            selected.append(Alternative(part, alternative.facts | gained))
    return Choice(value.id, tuple(selected))


def _is_nothing(value: Value) -> bool:
    return isinstance(value, Const) and (value.value is None or value.value is UNDEFINED.value)


def _of_object(ev: Evaluator, value: Obj, name: str, state: State, scope: Scope, at: int) -> Value:
    found = value.props.get(name)
    if found is not None:
        return found
    if value.cls is not None:
        method = method_of(ev, value, value.cls, name)
        if method is not None:
            return method
    if value.cls is None and not value.rest:
        return UNDEFINED
    return of_rest(ev, value.rest, name, state, scope, at)


def of_rest(ev: Evaluator, rest: tuple[Value, ...], name: str, state: State, scope: Scope, at: int = 0) -> Value:
    """A property of what was spread into an object: of the last that has it."""
    if not rest:
        return ANYTHING
    found = member(ev, rest[-1], name, state, scope, at, optional=True)
    if _is_nothing(found):
        return of_rest(ev, rest[:-1], name, state, scope, at)
    if not isinstance(found, Choice) or not any(_is_nothing(one.value) for one in found.alternatives) or not rest[:-1]:
        return found
    before = of_rest(ev, rest[:-1], name, state, scope, at)
    filled = (Alternative(before, one.facts) if _is_nothing(one.value) else one for one in found.alternatives)
    return Choice(found.id, tuple(filled))


def method_of(ev: Evaluator, instance: Value, cls: Value | None, name: str) -> Value | None:
    """A method of an instance, looked up along its classes; an accessor's answer for an accessor."""
    for _ in range(12):
        if not isinstance(cls, Cls):
            break
        for method in cls.definition.methods:
            if method.name == name and not method.static:
                function = cls.module.summary.functions[method.index]
                found = Fn(cls.module, function, cls.frame, cls.parents, instance)
                if method.accessor:
                    return Unknown(None, (found,))
                return found
        cls = cls.superclass
    if isinstance(cls, External):
        return External(cls.package, (*cls.path, "()", name), cls.links)
    del ev
    return None


def static_member(ev: Evaluator, cls: Cls, name: str) -> Value:
    """A static member of a class."""
    for method in cls.definition.methods:
        if method.name == name and method.static:
            function = cls.module.summary.functions[method.index]
            return Fn(cls.module, function, cls.frame, cls.parents, cls)
    if name in cls.statics:
        return cls.statics[name]
    for field in cls.definition.fields:
        if field.name == name and field.static and field.value is not None:
            from doorcheck.scan.facts.names import evaluate_at_top  # noqa: PLC0415 - names hold members and the reverse

            return evaluate_at_top(ev, cls.module, field.value)
    if first_use.begins_empty(cls, name):
        return UNDEFINED
    if isinstance(cls.superclass, Cls):
        return static_member(ev, cls.superclass, name)
    if isinstance(cls.superclass, External):
        return External(cls.superclass.package, (*cls.superclass.path, name), cls.superclass.links)
    return ANYTHING


def _of_external(ev: Evaluator, value: External, name: str, state: State, scope: Scope, at: int) -> Value:
    path = (*value.path, name)
    if value.package == "js":
        special = _of_global(path, state, scope, at, ev)
        if special is not None:
            return special
    if path[-2:-1] == ("()",) and _is_environment(value):
        if name in AS_DEPLOYED:
            return Const(AS_DEPLOYED[name])
        return Env(name, sure=not _may_be_left_out(value, name))
    if len(path) > MAX_EXTERNAL_PATH and ev.knowledge.schema(value.package) is None:
        return Derived("member", (value,))
    row = ev.knowledge.match(value.package, path)
    called = ev.knowledge.match(value.package, (*path, "()")) if isinstance(row, SessionSource) else None
    if isinstance(row, SessionSource) and row.absent == "null" and not isinstance(called, Sink):
        link = value.links[-1] if value.links else None
        proof = source_proof(row, link.file if link else scope.module.path, link.at if link else at)
        ev.attempts.add(proof)
        cookies.of_library(ev, proof, (value,), proof.file, proof.at)
        says_what_they_may = ownership.is_role_word(name)
        return Session(proof, (ownership.TENANT_ROLE if row.in_tenant else name,) if says_what_they_may else ())
    if isinstance(row, Builder | OwnHandlers):
        from doorcheck.scan.facts.libraries import member_row  # noqa: PLC0415 - libraries read members

        return member_row(row, External(value.package, path, value.links), scope.module.path, at)
    return External(value.package, path, value.links)


def _is_environment(value: External) -> bool:
    """Whether this is what a schema makes of the environment: ``createEnv({ … })``, ``schema.parse(process.env)``."""
    if value.package.startswith("@t3-oss/env"):
        return True
    given = value.links[-1].arguments[:1] if value.links and value.package != "js" else ()
    return any(isinstance(one, External) and (one.package, one.path) == ("js", ("process", "env")) for one in given)


def _may_be_left_out(validated: External, name: str) -> bool:
    """Whether the environment's schema says that this variable is optional, or makes a yes or no of it."""
    given = [argument for link in validated.links for argument in link.arguments if isinstance(argument, Obj)]
    groups = [*given, *(group for each in given for group in each.props.values() if isinstance(group, Obj))]
    schemas = [group.props[name] for group in groups if name in group.props]
    steps = {
        step for each in schemas for part in made_from(each, 60) if isinstance(part, External) for step in part.path
    }
    if steps & {"boolean", "stringbool", "transform", "preprocess"} and not is_secret_name(name):
        return True
    return bool(steps & {"optional", "nullish"}) and not steps & {"default", "catch"}


_RELATED = {"@auth": "next-auth", "@clerk": "clerk", "@supabase": "supabase", "@next-auth": "next-auth"}


def library_of(row: SessionSource | HandlerWrapper) -> str:
    """The library whose session this is, by the name its packages have in common; empty for other proofs."""
    if row.proof != "session":
        return ""
    package = row.package if isinstance(row.package, str) else row.package[0]
    head = package.split("/", 1)[0]
    return _RELATED.get(head, head)


def source_proof(row: SessionSource, file: str, at: int, secret: str | None = None) -> Fact:
    """The proof a session source gives, at the place where it is asked; ``secret`` is the variable it is given."""
    from doorcheck.scan.facts.proofs import ProofKind  # noqa: PLC0415 - only needed here

    says = f"{row.says}, with {secret}" if secret else row.says
    return Fact(ProofKind(row.proof), file, at, says, source=library_of(row))


def _of_global(path: tuple[str, ...], state: State, scope: Scope, at: int, ev: Evaluator) -> Value | None:
    if path[:2] == ("process", "env") and len(path) == 3:
        if path[2] in AS_DEPLOYED:
            return Const(AS_DEPLOYED[path[2]])
        sure = Fact(unset(path[2]).kind, f"env:{path[2]}", 0, polarity=False) in state.facts
        return Env(path[2], sure=sure)
    if path[0] in GLOBAL_OBJECTS:
        if len(path) == 2 and scope.frames:
            return _server_state(ev, path[1], state, scope, at)
        return External("js", path[1:]) if len(path) > 1 else None
    return None


def _server_state(ev: Evaluator, name: str, state: State, scope: Scope, at: int) -> Value:
    """State that outlives the request and is shared by all callers."""
    if name in {"crypto", "fetch", "URL", "Response", "Request", "process", "console", "Buffer"}:
        return External("js", (name,))
    if name in ev.program.kept:
        return ev.program.kept[name]
    effect = Effect("state", writes=False, says=f"reads the server's shared {name}", file=scope.module.path, at=at)
    ev.happen(effect, state)
    return Row(effect, path=())


def item(ev: Evaluator, value: Value, position: int, state: State) -> Value:
    """``value[position]``."""
    del ev
    if isinstance(value, Promise):
        value = value.value
    if isinstance(value, Arr):
        if position < len(value.items):
            return value.items[position]
        return element_of(value.rest[0]) if value.rest else UNDEFINED
    if isinstance(value, Choice):
        parts = []
        for one in value.alternatives:
            inner = one.value
            known = isinstance(inner, Arr) and position < len(inner.items)
            parts.append(
                Alternative(inner.items[position] if isinstance(inner, Arr) and known else element_of(inner), one.facts)
            )
        return Choice(value.id, tuple(parts))
    del state
    element = element_of(value)
    return Derived("element", (value, Const(float(position)))) if isinstance(element, Derived) else element


def element_of(value: Value) -> Value:
    """Any one element of a collection."""
    if isinstance(value, Promise):
        return element_of(value.value)
    if isinstance(value, Arr):
        parts = (*value.items, *(element_of(rest) for rest in value.rest))
        if len(parts) == 1:
            return parts[0]
        return Unknown(None, parts)
    if isinstance(value, Row):
        return value.at(value.path)
    if isinstance(value, Input):
        return requests.element_of(value)
    if isinstance(value, Session | Unknown):
        return value
    return Derived("element", (value,))
