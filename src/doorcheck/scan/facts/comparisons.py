"""What a comparison proves: a secret matched, a signature checked, a session that is who the row says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from doorcheck.scan.facts import (
    bounds,
    bytewise,
    claims,
    counters,
    deliveries,
    failures,
    guesses,
    narrowing,
    origins,
    own_pages,
    ownership,
    roles,
    sending,
    settings,
    signatures,
    texts,
)
from doorcheck.scan.facts.choices import over_choice, ways_of
from doorcheck.scan.facts.kinds import has_key, instance_of
from doorcheck.scan.facts.proofs import Fact, ProofKind
from doorcheck.scan.facts.provenance import marks
from doorcheck.scan.facts.state import State
from doorcheck.scan.facts.truth import (
    EITHER,
    NEVER,
    Branches,
    is_public_mark,
    nullness,
    truth,
    unset,
)
from doorcheck.scan.facts.values import (
    FALSE,
    TRUE,
    UNDEFINED,
    Arr,
    Branch,
    Choice,
    Cls,
    Const,
    Derived,
    Env,
    External,
    Fn,
    Input,
    Obj,
    Reply,
    Row,
    Session,
    Test,
    Value,
    made_from,
)  # fmt: skip
from doorcheck.scan.facts.variables import kept_secret

if TYPE_CHECKING:
    from doorcheck.scan.facts.evaluator import Evaluator, Scope

FORGEABLE = frozenset({"header", "headers", "cookie", "cookies", "address"})
"""Channels whose mere presence or plain text a caller can make up."""

_ABOUT_THE_REQUEST = frozenset({"origin", "host", "referer", "user-agent", "accept", "content-type", "content-length"})


def is_forgeable(value: Input) -> bool:
    """Whether a refusal that depends on this takes a caller's word for who they are."""
    return value.channel in FORGEABLE and not _is_about_the_request(value)


def _is_about_the_request(value: Input) -> bool:
    name = value.path[0].lower() if value.path else ""
    return name in _ABOUT_THE_REQUEST or name.startswith(("x-forwarded", "sec-", "if-"))


MAX_COMPARED = 96
"""How many pairs of alternatives are compared with each other; beyond that, values are compared as they are."""
_OPEN_WHEN_ABSENT = frozenset({"body", "argument"})
_EQUALITY = frozenset({"==", "===", "!=", "!=="})
_OF_BROWSERS = frozenset({("window",), ("document",)})
"""What there is in a browser and never where a door runs."""


def binary(ev: Evaluator, operator: str, left: Value, right: Value, state: State, scope: Scope, at: int) -> Value:
    """The value of a binary operation."""
    if operator in _EQUALITY:
        test = equal(ev, left, right, scope, at, state)
        test = counters.equal(ev, left, right, test, state, scope.module.path, at)
        signatures.plainly(ev, left, right, scope.module.path, at)
        return test if operator in {"==", "==="} else Test(test.no_branches, test.yes_branches, test.parts)
    if operator == "instanceof":
        test = failures.of_class(ev, instance_of(left, right, state), left, right)
        return narrowing.of_class(test, left, right, scope.module.path, at)
    if operator == "in":
        has = has_key(left, right, state)
        return narrowing.one_of(has, right, left, scope.module.path, at) if isinstance(has, Test) else has
    if operator == "+":
        return texts.joined((left, right))
    if operator in {"<", ">", "<=", ">="}:
        if isinstance(left, Const) and isinstance(right, Const) and (known := _ordered(operator, left, right)):
            return known
        file = scope.module.path
        test = roles.counted(operator, left, right) or narrowing.limited(operator, left, right, file, at)
        return counters.compared(ev, operator, left, right, test, state, file, at)
    return Derived("xor" if operator == "^" else "arithmetic", (left, right))


def _ordered(operator: str, left: Const, right: Const) -> Const | None:
    first, second = left.value, right.value
    if not (isinstance(first, float) and isinstance(second, float)):
        return None
    is_so = {"<": first < second, ">": first > second, "<=": first <= second, ">=": first >= second}
    return TRUE if is_so[operator] else FALSE


def equal(ev: Evaluator, left: Value, right: Value, scope: Scope, at: int, state: State | None = None) -> Test:
    """The test that two values are the same."""
    left, right = bytewise.added_up(left, right) or (left, right)
    few = ways_of(left, MAX_COMPARED) * ways_of(right, MAX_COMPARED) <= MAX_COMPARED
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Choice) and few:

            def each(value: Value, other: Value = other) -> Test:
                ev.tick()
                if value is UNDEFINED and (_is_column(other) or _is_known_caller(other, state)):
                    return Test(NEVER, EITHER)  # what is missing on one way is no column's value: those are null
                return equal(ev, value, other, scope, at, state)

            return over_choice(one, each, state, (left, right))
    known = _known_outcome(ev, left, right, scope, at, state)
    if known is not None:
        return known
    yes = _proved_by_equality(ev, left, right, scope, at, state)
    mine, others = ownership.by_equality(left, right, scope.module.path, at)
    if same := own_pages.by_equality(left, right, scope.module.path, at):
        yes = narrowing.also(yes, same)
    if mine or others:
        ev.attempts |= mine
        mine |= sending.by_equality(left, right)
        yes = tuple(Branch(branch.facts | mine, branch.keep) for branch in yes)
    no = (Branch(others),) if mine or others else EITHER
    test = failures.of_equality(ev, Test(yes, no, (left, right)), left, right)
    test = _believing(ev, test, left, right, scope, at)
    return narrowing.equal_to_known(test, left, right, scope.module.path, at)


def _believing(ev: Evaluator, test: Test, left: Value, right: Value, scope: Scope, at: int) -> Test:
    return claims.by_equality(test, left, right, ev.knowledge.words["owner_columns"], scope.module.path, at)


def _known_outcome(ev: Evaluator, left: Value, right: Value, scope: Scope, at: int, state: State | None) -> Test | None:
    """The comparison with a literal or with what the deployment fixes, where that says something."""
    if isinstance(left, Const) and isinstance(right, Const):
        return Test(EITHER, NEVER) if _same_value(left, right) else Test(NEVER, EITHER)
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Const):
            if isinstance(other, Input) and other.channel == "method" and isinstance(one.value, str):
                return narrowing.asked_with(one.value, scope.module.path)
            deliveries.event_asked(ev, other, (one,), scope.module.path, at)
            known = roles.asked(ev, other, one, scope, at) or _with_constant(other, one, state)
            if known is not None:
                known = _believing(ev, known, left, right, scope, at)
                return narrowing.equal_to_known(known, left, right, scope.module.path, at)
    return roles.single(ev, left, right, scope, at)


def _is_column(value: Value) -> bool:
    """Whether this is what stands in a column of a record, whichever record it is."""
    if isinstance(value, Choice):
        return all(_is_column(one.value) for one in value.alternatives)
    return isinstance(value, Row) and bool(value.path)


def _is_known_caller(value: Value, state: State | None) -> bool:
    """Whether this is the id of a caller of whom this path knows who they are."""
    if not isinstance(value, Session) or not value.path or state is None:
        return False
    return value.path[-1].lower() in roles.WHO and (value.sure or value.proof in state.facts)


def _same_value(left: Const, right: Const) -> bool:
    nothing = UNDEFINED.value
    if left.value is nothing or right.value is nothing:
        return left.value is right.value or left.value is None or right.value is None
    return bool(left.value == right.value)


def _with_constant(value: Value, constant: Const, state: State | None) -> Test | None:
    """A comparison with a literal, where that says something."""
    if constant.value is None or constant.value is UNDEFINED.value:
        something, nothing = nullness(value, state)
        return Test(nothing, something, (value,))
    if isinstance(value, Derived) and value.how == "typeof":
        return _type_test(value.parts[0], str(constant.value), state)
    if isinstance(constant.value, bool):
        yes, no = truth(value, state)
        return Test(yes, no, (value,)) if constant.value else Test(no, yes, (value,))
    if isinstance(value, Session):
        return Test((Branch(frozenset({value.proof})),), EITHER, (value,))
    if (setting := settings.compared(value, (constant,))) is not None:
        return setting
    if isinstance(value, Row) and value.path and is_public_mark(value.path[-1], constant):
        says = f"the record's own {value.path[-1]} is {constant.value}"
        mark = Fact(ProofKind.MARKED_PUBLIC, value.effect.file, value.effect.at, says)
        return Test((Branch(value.found | {mark}),), EITHER, (value,))
    if isinstance(value, Obj | Arr | Fn | Reply):
        return Test(NEVER, EITHER, (value,))
    if isinstance(constant.value, str) and (is_keyed_hash(value) or (not constant.value and secret_name(value))):
        return Test(NEVER, EITHER, (value,))
    return None


def _type_test(value: Value, name: str, state: State | None) -> Test:
    if isinstance(value, External) and value.package == "js" and value.path in _OF_BROWSERS:
        return Test(EITHER, NEVER) if name == "undefined" else Test(NEVER, EITHER)
    if name == "undefined":
        something, nothing = nullness(value, state)
        return Test(nothing, something, (value,))
    if isinstance(value, Choice):
        return over_choice(value, lambda each: _type_test(each, name, state), state, (value,))
    if isinstance(value, Const):
        actual = {str: "string", float: "number", bool: "boolean"}.get(type(value.value), "object")
        return Test(EITHER, NEVER) if actual == name and value.value is not UNDEFINED.value else Test(NEVER, EITHER)
    if isinstance(value, Env):
        something, nothing = nullness(value, state)
        return Test(something, nothing, (value,)) if name == "string" else Test(NEVER, EITHER)
    if isinstance(value, Fn | Cls):
        return Test(EITHER, NEVER) if name == "function" else Test(NEVER, EITHER)
    if isinstance(value, Obj | Arr | Reply):
        return Test(EITHER, NEVER) if name == "object" else Test(NEVER, EITHER)
    if isinstance(value, Session):
        return Test((Branch(frozenset({value.proof})),), EITHER, (value,))
    return Test(EITHER, EITHER, (value,))


def _proved_by_equality(
    ev: Evaluator, left: Value, right: Value, scope: Scope, at: int, state: State | None
) -> Branches:
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Session):
            return (Branch(frozenset({one.proof})),)
        if (proof := _secret_match(ev, one, other, scope, at)) is not None:
            ev.attempts.add(proof)
            guesses.tried(ev, proof, (one, other), state)
            return _unless_unset(ev, one, other, proof, state)
    return EITHER


def _secret_match(ev: Evaluator, secret: Value, given: Value, scope: Scope, at: int) -> Fact | None:
    """The proof when ``secret`` is something only the right caller could have sent."""
    file = scope.module.path
    if is_keyed_hash(secret) and (from_caller(given) or not is_keyed_hash(given)):
        key = secret_name(secret)
        signatures.compared(ev, secret, given, file, at)
        made = f" (made with {key})" if key else ""
        return Fact(ProofKind.SIGNATURE, file, at, f"a keyed hash of the request{made} is compared with the one sent")
    if not from_caller(given) or _says_only_where_from(given):
        return None
    name = kept_secret(ev, secret)
    if name is not None and signatures.hashed_with(secret) and not is_hashed(given):
        signatures.compared(ev, secret, given, file, at)
        return Fact(ProofKind.SIGNATURE, file, at, f"a hash of the request and of {name} is compared with the one sent")
    if name is not None and not from_caller(secret):
        return Fact(ProofKind.SECRET, file, at, f"the caller must know {name}")
    if (stored := _stored_credential(secret, given)) is not None:
        return Fact(ProofKind.TOKEN, file, at, f"the {stored} that the server keeps is compared with the one sent")
    if not any(mark[0] == "row" for mark in marks(secret)):
        return None
    row = next((part for part in made_from(secret, 20) if isinstance(part, Row) and part.path), None)
    if row is not None and is_credential_name(ev, row.path[-1]):
        return Fact(ProofKind.CREDENTIAL, file, at, f"the stored {row.path[-1]} is compared with what the caller sent")
    return None


def _says_only_where_from(given: Value) -> bool:
    """Whether this is an origin or a host: a browser tells it truly, and anybody else as they like."""
    if bounds.is_host(given):
        return True
    inputs = [part for part in made_from(given, 40) if isinstance(part, Input)]
    return bool(inputs) and all(_is_about_the_request(part) for part in inputs)


def _stored_credential(secret: Value, given: Value) -> str | None:
    """The name of a credential member of what the server keeps, when a header or cookie is compared with it."""
    if not isinstance(secret, Derived) or not secret.how.startswith(".") or from_caller(secret):
        return None
    carried = any(mark[0] == "input" and mark[1] in {"header", "cookie"} for mark in marks(given))
    return secret.how[1:] if carried else None


def _unless_unset(ev: Evaluator, secret: Value, given: Value, proof: Fact, state: State | None) -> Branches:
    """An absent value equals an unset variable, and "Bearer undefined" what is made of one.

    Such a comparison opens the door to everybody where the variable is left out; a variable that the project's own
    example of an environment names is taken to be set.
    """
    proved = (Branch(frozenset({proof})),)
    name = secret_name(secret)
    if name is None or proof.kind is not ProofKind.SECRET or _is_surely_set(secret):
        return proved
    if state is not None and is_set(name) in state.facts:
        return proved
    documented = ev.documented_variables
    if documented is not None and name in documented:
        return proved
    bare = (
        isinstance(secret, Env)
        and isinstance(given, Input)
        and given.channel in _OPEN_WHEN_ABSENT
        and bool(given.path)
        and (given.check is None or not given.check.counts)
    )
    inside_text = isinstance(secret, Derived) and secret.how == "text" and documented is not None
    return (*proved, Branch(frozenset({unset(name)}))) if bare or inside_text else proved


def _is_surely_set(secret: Value) -> bool:
    return any(mark[0] == "env" and mark[2] for mark in marks(secret))


def is_set(name: str) -> Fact:
    """The note that an environment variable has been seen to be set."""
    return Fact(ProofKind.UNSET_SECRET, f"env:{name}", 0, f"{name} is set", polarity=False)


def secret_name(value: Value) -> str | None:
    """The environment variable a value is made from."""
    return min((str(mark[1]) for mark in marks(value) if mark[0] == "env"), default=None)


def from_caller(value: Value) -> bool:
    """Whether anything the caller chose is part of this value."""
    return any(mark[0] == "input" for mark in marks(value))


def is_keyed_hash(value: Value) -> bool:
    """Whether the value was made with a key, by HMAC or a signing function."""
    return ("how", "hmac") in marks(value)


def is_hashed(value: Value) -> bool:
    """Whether the value went through a hash, as stored credentials do."""
    known = marks(value)
    return ("how", "hash") in known or ("how", "hmac") in known


def is_credential_name(ev: Evaluator, name: str) -> bool:
    """Whether a column of this name holds something only its owner knows."""
    plain = name.lower().replace("_", "").replace("-", "")
    return plain in ev.knowledge.words["credential_columns"] or plain.endswith(
        ("tokenhash", "hashedtoken", "secrethash")
    )


def _named_path(ev: Evaluator, paths: list[str], scope: Scope, at: int) -> Test:
    """Whether the path asked for is one of a list: only the door's own path can be asked for here."""
    ev.route_questions += 1
    if not ev.route:
        return Test(EITHER, EITHER)
    own = ev.route.removeprefix("/api")
    if not any(path.removeprefix("/api").rstrip("/") == own for path in paths):
        return Test(NEVER, EITHER)
    exempt = Fact(ProofKind.EXEMPT, scope.module.path, at, "this very path is let through by name")
    return Test((Branch(frozenset({exempt})),), EITHER)


def membership(ev: Evaluator, collection: Value, item: Value, scope: Scope, at: int) -> Test:
    """``collection.includes(item)`` and its kin: a member of a fixed set is what the set says it is."""
    known = texts.contains(collection, item)
    if known is not None:
        return Test(EITHER, NEVER) if known else Test(NEVER, EITHER)
    fixed = [Const(text) for text in texts.constants_of(collection)]
    deliveries.event_asked(ev, item, fixed, scope.module.path, at)
    if fixed and (setting := settings.compared(item, fixed)) is not None:
        return setting
    asked = roles.among(ev, collection, item, scope, at)
    if asked is not None:
        return asked
    for value in (item, collection):
        if isinstance(value, Session):
            return Test((Branch(frozenset({value.proof})),), EITHER, (collection, item))
    secret = kept_secret(ev, collection)
    if secret is not None and from_caller(item) and not _says_only_where_from(item):
        proof = Fact(ProofKind.SECRET, scope.module.path, at, f"the caller must know one of {secret}")
        return Test((Branch(frozenset({proof})),), EITHER, (collection, item))
    if isinstance(item, Input) and item.channel == "url" and (paths := texts.constants_of(collection)):
        return _named_path(ev, paths, scope, at)
    if isinstance(item, Choice):
        return over_choice(item, lambda each: membership(ev, collection, each, scope, at), None, (collection, item))
    asked_for = Test(origins.named_by_settings(collection, item, scope.module.path, at), EITHER, (collection, item))
    test = failures.of_membership(ev, asked_for, collection, item)
    return narrowing.one_of(test, collection, item, scope.module.path, at)
