"""The reference of doorcheck.guard: what its public modules offer, with signatures and docstrings.

The source is read and not imported, so that the page does not depend on which extras are installed.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HEAD = """\
<!-- Made by tools/generate_docs.py from the docstrings; edit those instead. -->
# Reference of `doorcheck.guard`

Everything that is public, module by module. What is not here may change without notice.
"""
MODULES = {
    "doorcheck.guard": "the guard itself, callers, answers and refusals",
    "doorcheck.guard.accounts": "signing in, for applications without a session library; extra `guard`",
    "doorcheck.guard.addresses": "the client's address behind proxies",
    "doorcheck.guard.ceilings": "what may be used in a day or a month",
    "doorcheck.guard.headers": "security headers",
    "doorcheck.guard.idempotency": "requests that are carried out once",
    "doorcheck.guard.outbound": "requests to addresses that a caller chose",
    "doorcheck.guard.records": "the private log and the audit log",
    "doorcheck.guard.resource": "owned rows with SQLAlchemy; extra `guard-sql`",
    "doorcheck.guard.resource.dependencies": "the parameters for FastAPI; extra `guard-sql`",
    "doorcheck.guard.sessions.issuers": "sessions of the front end",
    "doorcheck.guard.stores": "where limits, sessions and deliveries are kept; extra `guard-redis` for Redis",
    "doorcheck.guard.uploads": "files from strangers",
    "doorcheck.guard.uploads.s3": "the same in a bucket; extra `guard-s3`",
    "doorcheck.guard.webhooks": "signed deliveries",
}
"""The public modules, and what stands in them."""

HIDDEN = {
    # What the layer asks of its guard, and what a guard asks of its issuers.
    "Guard": {"open", "close", "find", "reply", "body_cap", "turned_away", "observed", "let_through", "broke"},
    "doorcheck.guard.sessions.issuers": {"find", "verify"},
}
"""Methods that are not for applications, by class or by module."""

WIDTH = 100
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Source:
    """A module, read."""

    name: str
    path: Path
    tree: ast.Module

    def offered(self) -> list[str]:
        """The names of ``__all__``, or the public classes and functions where there is none."""
        for node in self.tree.body:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
                return list(ast.literal_eval(node.value))
        found = [node.name for node in self.tree.body if isinstance(node, ast.ClassDef | Function)]
        found += [name for node in self.tree.body if (name := _assigned(node)) and self._described(node)]
        return [name for name in found if not name.startswith("_")]

    def defined(self, name: str) -> ast.stmt | None:
        """What this module itself writes under the name: the last of several."""
        found = None
        for node in ast.walk(self.tree):
            named = getattr(node, "name", None) if isinstance(node, ast.ClassDef | Function) else _assigned(node)
            if named == name and isinstance(node, ast.stmt):
                found = node
                if node in self.tree.body:
                    return node
        return found

    def comes_from(self, name: str) -> tuple[str, str] | None:
        """The module that a name is imported from, and its name there."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    if (alias.asname or alias.name) == name:
                        return node.module, alias.name
        return None

    def told(self, node: ast.stmt) -> str:
        """The string right below an assignment, which describes it."""
        body = self.tree.body
        if node in body:
            after = body[body.index(node) + 1 : body.index(node) + 2]
            for one in after:
                if (
                    isinstance(one, ast.Expr)
                    and isinstance(one.value, ast.Constant)
                    and isinstance(one.value.value, str)
                ):
                    return inspect.cleandoc(one.value.value)
        return ""

    def _described(self, node: ast.stmt) -> bool:
        return bool(self.told(node))


def reference(root: Path) -> str:
    """The page. Exits for a name that is offered and nowhere defined, and for one without a docstring."""
    parts = [HEAD, *(f"- [`{name}`](#{_anchor(name)}): {says}" for name, says in MODULES.items())]
    for name in MODULES:
        source = _read(root, name)
        parts += ["", f"## `{name}`", "", inspect.cleandoc(ast.get_docstring(source.tree) or "")]
        constants = [one for one in source.offered() if one.isupper() and not _told(root, source, one)]
        if constants:
            parts += ["", f"Constants: {', '.join(f'`{one}`' for one in sorted(constants))}."]
        # A module that is offered by another has a section of its own.
        modules = {one for one in source.offered() if f"{name}.{one}" in MODULES}
        for one in sorted({*source.offered()} - {*constants} - modules, key=lambda name: (name.lower(), name)):
            parts += ["", *_entry(root, source, one)]
    return "\n".join(parts) + "\n"


def _anchor(name: str) -> str:
    return name.replace(".", "")


def _read(root: Path, module: str) -> Source:
    place = root / "src" / Path(*module.split("."))
    path = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
    return Source(module, path, ast.parse(path.read_text(encoding="utf-8")))


def _assigned(node: ast.AST) -> str | None:
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return node.target.id
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    return None


def _found(root: Path, source: Source, name: str) -> tuple[Source, ast.stmt]:
    node = source.defined(name)
    if node is not None:
        return source, node
    origin = source.comes_from(name)
    if origin is None:
        raise SystemExit(f"{source.name} offers {name}, which is nowhere")
    return _found(root, _read(root, origin[0]), origin[1])


def _told(root: Path, source: Source, name: str) -> str:
    where, node = _found(root, source, name)
    return where.told(node)


def _entry(root: Path, source: Source, name: str) -> Iterator[str]:
    where, node = _found(root, source, name)
    yield f"### `{name}`"
    yield ""
    if isinstance(node, ast.ClassDef):
        yield from _class(node, HIDDEN.get(source.name, set()) | HIDDEN.get(name, set()))
    elif isinstance(node, Function):
        yield from _described(_signature(name, node.args, node.returns, node), ast.get_docstring(node), name)
    else:
        yield from _described(_value(node), where.told(node), name)


def _described(code: str, says: str | None, name: str) -> Iterator[str]:
    if not says:
        raise SystemExit(f"{name} is public and has no docstring")
    yield from ("```python", code, "```", "", inspect.cleandoc(says))


def _value(node: ast.stmt) -> str:
    text = ast.unparse(node)
    return text if len(text) <= WIDTH else text[: WIDTH - 1] + "…"


def _class(node: ast.ClassDef, hidden: set[str]) -> Iterator[str]:
    made = next((one for one in node.body if isinstance(one, ast.FunctionDef) and one.name == "__init__"), None)
    if _is_enum(node):
        code = "\n".join([f"class {node.name}:", *(f"    {ast.unparse(one.targets[0])}" for one in _members(node))])
    elif made is not None:
        code = _signature(f"class {node.name}", made.args, None, made, method=True)
    elif any("dataclass" in ast.unparse(one) for one in node.decorator_list):
        code = _call(f"class {node.name}", list(_fields(node)), "")
    else:
        code = f"class {node.name}"
    yield from _described(code, ast.get_docstring(node) or "", node.name)
    for one in node.body:
        if isinstance(one, Function) and not one.name.startswith("_") and one.name not in hidden:
            says = ast.get_docstring(one)
            if says and not says.startswith("See ``"):
                yield from ("", f"#### `{node.name}.{one.name}`", "")
                yield from _described(_member(one), says, one.name)


def _is_enum(node: ast.ClassDef) -> bool:
    return any("Enum" in ast.unparse(one) for one in node.bases)


def _members(node: ast.ClassDef) -> Iterator[ast.Assign]:
    yield from (one for one in node.body if isinstance(one, ast.Assign))


def _fields(node: ast.ClassDef) -> Iterator[str]:
    if any("kw_only=True" in ast.unparse(one) for one in node.decorator_list):
        yield "*"
    for one in node.body:
        if not isinstance(one, ast.AnnAssign) or "ClassVar" in ast.unparse(one.annotation):
            continue
        value = "" if one.value is None else ast.unparse(one.value)
        if "init=False" in value:
            continue
        default = f" = {value}" if value and not value.startswith("field(") else " = ..." if "default" in value else ""
        annotation = ast.unparse(one.annotation)
        if annotation.startswith("InitVar["):
            annotation = annotation.removeprefix("InitVar[").removesuffix("]")
        yield f"{ast.unparse(one.target)}: {annotation}{default}"


def _member(node: Function) -> str:
    if any(ast.unparse(one) == "property" for one in node.decorator_list):
        return f"{node.name}: {ast.unparse(node.returns) if node.returns else 'Any'}"
    return _signature(node.name, node.args, node.returns, node, method=True)


def _signature(
    name: str, args: ast.arguments, returns: ast.expr | None, node: Function, *, method: bool = False
) -> str:
    kind = "" if name.startswith("class ") else "async def " if isinstance(node, ast.AsyncFunctionDef) else "def "
    decorators = {ast.unparse(one) for one in node.decorator_list}
    if decorators & {"asynccontextmanager", "contextmanager"}:
        kind = "async with " if "asynccontextmanager" in decorators else "with "
    end = "" if returns is None or name.startswith("class ") else f" -> {ast.unparse(returns)}"
    # The first parameter of a method is not given.
    skipped = int(method and "staticmethod" not in decorators)
    return _call(kind + name, list(_parameters(args))[skipped:], end)


def _parameters(args: ast.arguments) -> Iterator[str]:
    first = [*args.posonlyargs, *args.args]
    without = len(first) - len(args.defaults)
    for place, one in enumerate(first):
        yield _parameter(one, args.defaults[place - without] if place >= without else None)
        if place + 1 == len(args.posonlyargs):
            yield "/"
    if args.vararg is not None:
        yield f"*{_parameter(args.vararg, None)}"
    elif args.kwonlyargs:
        yield "*"
    for one, default in zip(args.kwonlyargs, args.kw_defaults, strict=True):
        yield _parameter(one, default)
    if args.kwarg is not None:
        yield f"**{_parameter(args.kwarg, None)}"


def _parameter(one: ast.arg, default: ast.expr | None) -> str:
    annotation = f": {ast.unparse(one.annotation)}" if one.annotation is not None else ""
    return one.arg + annotation + ("" if default is None else f" = {ast.unparse(default)}")


def _call(name: str, parameters: list[str], end: str) -> str:
    line = f"{name}({', '.join(parameters)}){end}"
    if len(line) <= WIDTH:
        return line
    return "\n".join([f"{name}(", *(f"    {one}," for one in parameters), f"){end}"])
