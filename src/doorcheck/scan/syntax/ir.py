"""The summary of one module: what TypeScript says, without its syntax tree.

Nodes are msgspec structs, so that a summary is stored and loaded as one compact message. ``at`` packs a position
into one integer (see ``positions``); it is 0 where no report will ever point.
"""

from __future__ import annotations

from typing import Union

import msgspec

SUMMARY_VERSION = 3
"""Raised whenever the summary of the same text would differ; stored summaries of another version are discarded."""


class Node(msgspec.Struct, array_like=True, gc=False):
    """Base of every node; ``gc=False`` because summaries are trees and never hold a cycle."""


class Literal(Node, tag=1):
    value: str | float | bool | None


class Name(Node, tag=2):
    id: str
    at: int = 0


class Member(Node, tag=3):
    object: Expression
    property: str
    optional: bool
    at: int


class Index(Node, tag=4):
    object: Expression
    key: Expression
    optional: bool
    at: int


class Call(Node, tag=5):
    callee: Expression
    arguments: list[Expression]
    optional: bool
    at: int
    end: int = 0


class New(Node, tag=6):
    callee: Expression
    arguments: list[Expression]
    at: int


class Template(Node, tag=7):
    """``tag`` is the function of a tagged template, None for a plain one."""

    strings: list[str]
    parts: list[Expression]
    tag: Expression | None
    at: int


class FunctionRef(Node, tag=8):
    index: int


class ClassRef(Node, tag=9):
    index: int


class Entry(Node):
    """One property of an object literal; ``key`` is None for a spread and an expression for a computed key."""

    key: str | Expression | None
    value: Expression


class Object(Node, tag=10):
    entries: list[Entry]
    at: int


class Array(Node, tag=11):
    items: list[Expression]


class Spread(Node, tag=12):
    value: Expression


class Unary(Node, tag=13):
    operator: str
    operand: Expression


class Binary(Node, tag=14):
    operator: str
    left: Expression
    right: Expression
    at: int


class Logical(Node, tag=15):
    operator: str
    left: Expression
    right: Expression
    at: int


class Conditional(Node, tag=16):
    test: Expression
    then: Expression
    otherwise: Expression
    at: int


class Await(Node, tag=17):
    value: Expression


class Yield(Node, tag=18):
    value: Expression | None


class Assign(Node, tag=19):
    target: Pattern
    operator: str
    value: Expression
    at: int


class Cast(Node, tag=20):
    value: Expression
    annotation: str


class Element(Node, tag=21):
    """A JSX element; ``component`` is None for a fragment."""

    component: Expression | None
    attributes: list[Entry]
    children: list[Expression]
    at: int


class Regex(Node, tag=22):
    pattern: str
    flags: str = ""


class This(Node, tag=23):
    pass


class Super(Node, tag=24):
    pass


class Import(Node, tag=25):
    """``import(...)`` or ``require(...)``; ``source`` is None when it is not a plain string."""

    source: str | None
    at: int


class Sequence(Node, tag=26):
    items: list[Expression]


class Opaque(Node, tag=27):
    """Something the summary does not express; ``what`` is the grammar's word for it."""

    what: str
    at: int


class PatternName(Node, tag=40):
    id: str


class PatternProperty(Node):
    key: str | Expression
    pattern: Pattern


class PatternObject(Node, tag=41):
    properties: list[PatternProperty]
    rest: Pattern | None


class PatternArray(Node, tag=42):
    items: list[Pattern | None]
    rest: Pattern | None


class PatternDefault(Node, tag=43):
    pattern: Pattern
    default: Expression


class PatternTarget(Node, tag=44):
    """An assignment to something that is no plain variable, such as ``a.b``."""

    target: Expression


class Evaluate(Node, tag=60):
    expression: Expression
    at: int


class Let(Node, tag=61):
    pattern: Pattern
    value: Expression | None
    at: int


class If(Node, tag=62):
    test: Expression
    then: list[Statement]
    otherwise: list[Statement]
    at: int


class Return(Node, tag=63):
    value: Expression | None
    at: int


class Throw(Node, tag=64):
    value: Expression
    at: int


class Try(Node, tag=65):
    body: list[Statement]
    parameter: Pattern | None
    handler: list[Statement] | None
    finalizer: list[Statement]
    at: int
    handler_at: int = 0


class Loop(Node, tag=66):
    """Any loop. ``pattern`` and ``iterable`` are those of for-of and for-in; an ``always`` body runs at least once."""

    pattern: Pattern | None
    iterable: Expression | None
    before: list[Statement]
    test: Expression | None
    body: list[Statement]
    after: list[Statement]
    always: bool
    at: int


class Case(Node):
    test: Expression | None
    body: list[Statement]


class Switch(Node, tag=67):
    value: Expression
    cases: list[Case]
    at: int


class Block(Node, tag=68):
    body: list[Statement]


class Jump(Node, tag=69):
    """``break`` or ``continue``."""

    word: str


class DeclareFunction(Node, tag=70):
    name: str
    index: int


class DeclareClass(Node, tag=71):
    name: str
    index: int


Expression = Union[  # noqa: UP007 - read when msgspec builds the types
    Literal, Name, Member, Index, Call, New, Template, FunctionRef, ClassRef, Object, Array, Spread, Unary, Binary,
    Logical, Conditional, Await, Yield, Assign, Cast, Element, Regex, This, Super, Import, Sequence, Opaque,
]  # fmt: skip
Pattern = Union[PatternName, PatternObject, PatternArray, PatternDefault, PatternTarget]  # noqa: UP007 - as above
Statement = Union[  # noqa: UP007 - as above
    Evaluate, Let, If, Return, Throw, Try, Loop, Switch, Block, Jump, DeclareFunction, DeclareClass,
]  # fmt: skip


class Parameter(Node):
    pattern: Pattern
    default: Expression | None
    annotation: str
    rest: bool = False


class Function(Node):
    """``name`` is the declared name or the variable it is assigned to, empty if it has none."""

    name: str
    parameters: list[Parameter]
    body: list[Statement]
    at: int
    end: int
    is_async: bool = False
    generator: bool = False
    arrow: bool = False
    directives: list[str] = []


class Method(Node):
    name: str
    index: int
    static: bool
    accessor: bool


class Field(Node):
    name: str
    value: Expression | None
    static: bool


class Class(Node):
    name: str
    superclass: Expression | None
    methods: list[Method]
    fields: list[Field]
    at: int


class ImportedName(Node):
    """``imported`` is ``default``, ``*`` for a namespace, or the exported name."""

    local: str
    source: str
    imported: str
    at: int


class ExportedName(Node):
    """``local`` is a variable of this module, or None where ``value`` is the exported expression."""

    exported: str
    local: str | None
    value: Expression | None
    at: int


class ReExport(Node):
    """``imported`` as in ImportedName; a star re-export has ``exported`` equal to ``*``."""

    exported: str
    source: str
    imported: str
    at: int


class Comment(Node):
    """A ``// doorcheck: …`` comment: the text behind the colon."""

    text: str
    at: int


class Module(Node):
    directives: list[str]
    imports: list[ImportedName]
    exports: list[ExportedName]
    reexports: list[ReExport]
    functions: list[Function]
    classes: list[Class]
    body: list[Statement]
    comments: list[Comment]
    broken_at: int = 0
    """Where the first syntax error is, 0 if there is none."""
