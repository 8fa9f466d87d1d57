"""The rows of knowledge: what a library's function does, in the form that users extend in their own configuration.

A row names a package and a path from one of its exports: ``auth().userId`` is the member ``userId`` of what calling
``auth`` returns. ``*`` stands for any one member. ``default.`` may be left out. A package covers its sub-paths.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from doorcheck.scan.knowledge.words import Words


class _Row(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    package: str | list[str]
    path: str | list[str]


class SessionSource(_Row, frozen=True, kw_only=True):
    """A value that is there only for a caller who has proved something.

    ``absent`` is how it says "nobody": ``null`` (the value itself is null or undefined), ``false``, ``throws``
    (it does not come back: exception or redirect). ``proof`` is what its presence proves. ``in_tenant`` marks a role or
    permission that its holder has among the members of an organisation, and nowhere else.
    """

    absent: Literal["null", "false", "throws"] = "null"
    proof: Literal["session", "token", "secret", "signature", "credential", "capability"] = "session"
    says: str
    promise: bool = True
    returns: Literal["identity", "input"] = "identity"
    in_tenant: bool = False
    key: int | None = None
    """Which argument holds the key of a signature, or options with it; -1 for what the object was made with."""
    empty_key: bool = False
    """Whether a signature is checked even where that key is the empty text, which anybody knows."""


class Sink(_Row, frozen=True, kw_only=True):
    """A sensitive operation."""

    kind: Literal[
        "database", "outbound", "file", "mail", "model", "payment", "process", "storage", "job", "cache", "limiter",
        "telemetry", "account", "session-start", "session-end", "state",
    ]  # fmt: skip
    writes: bool = True
    undefined: Literal["dropped", "refused", "no-match"] = "no-match"
    """What an undefined value in its predicate does: ``dropped`` widens the query to everybody's records."""
    chooses: Literal["where", "first", "all"] = "where"
    """Which argument chooses the records: the ``where`` of an options object, the first one, or all (raw SQL)."""
    address: bool = False
    """Whether its first argument is the address that it calls, or options with the address among them."""
    subject: str = ""
    """What it is about, where its arguments do not tell."""
    policies: bool = False
    """Whether the database limits what it reaches by rules for callers, unless the client has a key of the server's."""
    failure: str = ""
    """The member of its answer under which it hands back that it failed, where it does not throw."""
    asks: list[str] = []
    """Names of the functions among its options that it runs first, and whose failure stops it."""


class Limiter(_Row, frozen=True, kw_only=True):
    """A call that counts this call against a limit, or that asks whether a person makes it.

    What it answers tells by its members: ``within`` are true for a call that is within the limit, ``beyond`` for one
    that is not, ``words`` are texts by which it says so (``conclusion=DENY``), ``left`` are numbers of what is left.
    A member that is called ends in ``()``. Without any the answer itself is true within the limit, or ``throws`` tells
    that it does not come back for a call beyond it.
    """

    within: list[str] = []
    beyond: list[str] = []
    words: list[str] = []
    left: list[str] = []
    throws: bool = False
    counts: Literal["calls", "people"] = "calls"
    memory: bool = False
    """Whether one server counts for itself alone."""
    key: int | None = 0
    """Where it is told whom the counter is kept by; None where it finds that out itself."""
    promise: bool = True
    says: str


class Address(_Row, frozen=True, kw_only=True):
    """A call that tells from which address a request came, by the ``header`` that it reads first."""

    header: str


class Denial(_Row, frozen=True, kw_only=True):
    """A call that never comes back: it answers the caller with a refusal, of which ``status`` is told where it is
    always the same, or sends them elsewhere."""

    status: int | None = None


class Identity(_Row, frozen=True, kw_only=True):
    """A call that returns its argument, such as a memoiser or an error tracker's wrapper; ``path`` may name several."""

    argument: int = 0


class CallerCookie(_Row, frozen=True, kw_only=True):
    """A call that gives back a cookie as the caller sent it, with nothing verified: anybody can make one up."""

    says: str


class Callback(_Row, frozen=True, kw_only=True):
    """A call that runs a function it is given; ``gives_itself`` passes the object it was called on (a transaction).

    With ``option`` the function is that property of the argument; where another library made the argument, the call
    is that library's. ``apart`` where what fails in it, or in a promise it is given, never reaches the caller.
    """

    argument: int = 0
    apart: bool = False
    gives_itself: bool = False
    option: str = ""


class Same(_Row, frozen=True, kw_only=True):
    """A call that returns the object it was called on, configured a little differently."""


class HandlerWrapper(_Row, frozen=True, kw_only=True):
    """A wrapper round a route handler. With ``guards`` it calls the handler only for a proven caller;

    with ``attaches`` it sets that property of the request to the session or null.
    """

    argument: int = 0
    guards: bool = False
    attaches: str | None = None
    proof: Literal["session", "token", "secret", "signature"] = "session"
    says: str


class OwnHandlers(_Row, frozen=True, kw_only=True):
    """Route handlers that a library brings itself and that are public by nature (its login endpoints)."""

    says: str


class Builder(_Row, frozen=True, kw_only=True):
    """A chain that ends in a procedure or action: middlewares run in order before the handler."""

    use: list[str] = []
    finish: list[str]
    procedure: list[str] = []
    """Links that turn a handler's answer into the context of what follows (zsa)."""
    context: str = "ctx"
    input: list[str] = msgspec.field(default_factory=lambda: ["input"])
    """What the caller sent, as the handler gets it; with ``()`` behind it what has to be called for it."""
    raw: list[str] = []
    """Those of ``input`` that come as they were sent, beside the schema's output."""
    given_context: bool = False
    """The first middleware's context is made by the app, by what it passes as ``createContext``."""
    fails: str = ""
    """The option of what the chain begins with that answers what fails in it."""
    positional: bool = False
    """The handler is called with (input, context) instead of one object."""


class Router(_Row, frozen=True, kw_only=True):
    """A router whose routes are doors of their own, mounted behind a catch-all."""

    methods: list[str] = msgspec.field(default_factory=lambda: ["get", "post", "put", "patch", "delete", "all"])
    use: list[str] = msgspec.field(default_factory=lambda: ["use"])
    mount: list[str] = msgspec.field(default_factory=lambda: ["route"])
    base: list[str] = msgspec.field(default_factory=lambda: ["basePath"])
    fails: list[str] = msgspec.field(default_factory=lambda: ["onError"])
    """Links that are given the function that answers what fails in a route."""
    combine: list[str] = msgspec.field(default_factory=list)
    """Functions, by package and path, that make one middleware of several: a caller has to pass all of them."""
    style: Literal["context", "request-response"] = "context"


class Validator(_Row, frozen=True, kw_only=True):
    """A call that checks a value against a schema; ``**.parse()`` is that method of any schema of the package.

    ``result`` is how it says what came of it. The value comes back checked: as it is (``value``, else it throws), under
    ``output`` of an ``object``, or as ``[error, value]`` (``pair``). Or only a yes comes back (``guard``), or nothing,
    else it throws (``assert``).
    """

    result: Literal["value", "object", "pair", "guard", "assert"] = "value"
    argument: int = 0
    """Where the value stands."""
    schema: int | None = None
    """Where the schema stands, itself or as an option; None for the object that is called, -1 for the call before."""
    success: str = ""
    """What tells success in an ``object``: a flag, or ``status=success``; nothing where the lack of an error does."""
    output: str = "data"
    error: str = "error"
    promise: bool = False
    unknown: Literal["strips", "rejects", "keeps", ""] = ""
    """What this call does with unknown fields, where it decides that itself."""


class Markup(_Row, frozen=True, kw_only=True):
    """A call that makes HTML, or a text for it: in one that is ``safe`` nothing of what it was given is markup that
    runs, and what is ``rendered`` keeps the markup that stood in it, or in the Markdown it was made of."""

    result: Literal["safe", "rendered"] = "safe"


class Cors(_Row, frozen=True, kw_only=True):
    """A call that lets other sites' pages read an answer, by the options at ``options``: at once (``now``), as a
    ``middleware``, or as a ``wrapper`` of a handler. Without an ``origin`` it allows ``any``, or echoes the one sent.
    """

    style: Literal["middleware", "now", "wrapper"] = "middleware"
    options: int = 0
    default: Literal["any", "echo"] = "any"
    credentials: bool = False
    credentials_option: str = "credentials"


class SecurityHeaders(_Row, frozen=True, kw_only=True):
    """A call that makes protective ``headers``, each with the option that switches it off; ``asked`` are those made
    only where their option is given. It gives a ``list`` of keys and values, or a ``middleware`` that sends them."""

    style: Literal["list", "middleware"] = "list"
    headers: dict[str, str] = {}
    asked: dict[str, str] = {}


class SchemaWords(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """How a library builds schemas: what its functions and methods mean, by name; those not named change nothing."""

    package: list[str]
    unknown: Literal["strips", "rejects", "keeps"] = "strips"
    roles: dict[
        Literal[
            "object", "strict-object", "loose-object", "record", "list", "anything", "custom", "union", "wrap",
            "strips", "rejects", "keeps", "extend", "pick", "omit", "opens", "shape", "json", "literal",
            "plain", "pattern",
        ],
        list[str],
    ]  # fmt: skip


class AddressCheck(_Row, frozen=True, kw_only=True):
    """A call that tells whether an address is a private one."""


class FormReader(_Row, frozen=True, kw_only=True):
    """A call that reads a form with files, and hands on its fields and its files, to a callback too.

    ``limits`` are the options that limit the size of a file; ``limited`` where it has a limit without any.
    """

    limits: list[str] = []
    limited: bool = False


class FileType(_Row, frozen=True, kw_only=True):
    """A call that tells what a file is by its bytes, or fails where it is no such file."""


class Table(_Row, frozen=True, kw_only=True):
    """A call that declares a table: its name comes first, then its columns, or a ``document`` schema with fields."""

    style: Literal["columns", "document"] = "columns"


class SessionCookie(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The SameSite with which a library sets the cookie of its session where nothing else is configured.

    ``library`` is what its packages have in common, as a session's source names it.
    """

    library: str
    same_site: Literal["lax", "strict", "none"]


class Log(_Row, frozen=True, kw_only=True):
    """A call that writes what it is given to a log. ``**.info()`` is that method of whatever the package gives."""


class ErrorClass(_Row, frozen=True, kw_only=True):
    """A class of errors. ``text`` is who wrote what an error of it says: the app that throws it, for its caller
    (``authored``), a schema about the input (``validation``), the language, or the library for itself (``foreign``).
    """

    text: Literal["authored", "validation", "language", "foreign"]
    codes: dict[str, list[str]] = msgspec.field(default_factory=dict)
    """Patterns of the codes that such errors have, each with words in the names of the operations that fail with it,
    none where any may; the first that fits counts."""


class Pure(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Packages whose functions only compute: awaiting them is no sensitive operation."""

    packages: list[str]


class ClientOnly(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Functions that ask the browser for its session: called on the server they know nobody. ``providers`` are the
    components that hand a session to them, and are made to be given it, ``components`` those that take data there.
    ``asks`` where its providers look at the request themselves, when the server renders them."""

    package: list[str]
    names: list[str] = []
    providers: list[str] = []
    components: list[str] = []
    asks: bool = False


class KnowledgeFile(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One TOML file, or the ``knowledge`` table of a configuration."""

    session_source: list[SessionSource] = []
    sink: list[Sink] = []
    limiter: list[Limiter] = []
    address: list[Address] = []
    denial: list[Denial] = []
    identity: list[Identity] = []
    caller_cookie: list[CallerCookie] = []
    callback: list[Callback] = []
    same: list[Same] = []
    handler_wrapper: list[HandlerWrapper] = []
    own_handlers: list[OwnHandlers] = []
    builder: list[Builder] = []
    router: list[Router] = []
    address_check: list[AddressCheck] = []
    file_type: list[FileType] = []
    form_reader: list[FormReader] = []
    log: list[Log] = []
    error_class: list[ErrorClass] = []
    table: list[Table] = []
    pure: list[Pure] = []
    session_cookie: list[SessionCookie] = []
    validator: list[Validator] = []
    cors: list[Cors] = []
    security_headers: list[SecurityHeaders] = []
    markup: list[Markup] = []
    schema: list[SchemaWords] = []
    client_only: list[ClientOnly] = []
    words: list[Words] = []
    types: dict[str, dict[str, str]] = {}
    """Type names that stand for a library's value: ``PrismaClient = {package = …, path = …}``."""


Row = (
    SessionSource | Sink | Limiter | Address | Denial | Identity | CallerCookie | Callback | Same | HandlerWrapper
    | OwnHandlers | Builder | Router | Validator | Cors | SecurityHeaders | Log | Markup
    | AddressCheck | FileType | FormReader
)  # fmt: skip
