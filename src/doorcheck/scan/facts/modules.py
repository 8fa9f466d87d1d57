"""The modules of the repository as a program: what a name stands for, across imports and re-exports."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from doorcheck.scan.project.resolution import InRepository, Package, Resolver, Unresolved
from doorcheck.scan.syntax import ir
from doorcheck.scan.syntax.modules import names_bound
from doorcheck.scan.syntax.walking import nodes

if TYPE_CHECKING:
    from doorcheck.scan.facts.values import Value

MAX_REEXPORTS = 40
"""How many re-exports are followed from one import; barrels of barrels are seldom deeper than five."""

MAX_NESTED = 6
"""How deep in a module's own ``if`` and ``try`` an assignment to its variables is looked for."""


@dataclass(eq=False, slots=True)
class LoadedModule:
    """A summary with its names indexed. ``constants`` caches what the module's own variables stand for."""

    path: str
    summary: ir.Module
    imports: dict[str, ir.ImportedName] = field(default_factory=dict)
    exports: dict[str, ir.ExportedName] = field(default_factory=dict)
    reexports: dict[str, ir.ReExport] = field(default_factory=dict)
    stars: list[ir.ReExport] = field(default_factory=list)
    variables: dict[str, ir.Let] = field(default_factory=dict)
    functions: dict[str, int] = field(default_factory=dict)
    classes: dict[str, int] = field(default_factory=dict)
    assigned: dict[str, list[ir.Expression]] = field(default_factory=dict)
    """What the module's own statements, once it is loaded, have put into its variables, by name."""
    changed: frozenset[tuple[str, ...]] | None = None
    """The variables and members that something in the module assigns to; None until it is asked for."""
    constants: dict[str, object] = field(default_factory=dict)

    def is_client(self) -> bool:
        """Whether the file runs in the browser."""
        return "use client" in self.summary.directives


@dataclass(frozen=True, slots=True)
class Definition:
    """A name's place: a module and the local name or export it has there."""

    module: LoadedModule
    local: str | None
    export: ir.ExportedName | None


Found = Definition | LoadedModule | tuple[Package, str] | Unresolved | None


def index(path: str, summary: ir.Module) -> LoadedModule:
    """The module with its names indexed."""
    module = LoadedModule(path, summary)
    for imported in summary.imports:
        module.imports[imported.local] = imported
    for exported in summary.exports:
        module.exports[exported.exported] = exported
    for reexport in summary.reexports:
        if reexport.exported == "*":
            module.stars.append(reexport)
        else:
            module.reexports[reexport.exported] = reexport
    _index_body(module, summary.body)
    return module


def indexed(load: Callable[[str], ir.Module | None]) -> Callable[[str], LoadedModule | None]:
    """Loads modules by what loads their summaries."""

    def loaded(path: str) -> LoadedModule | None:
        summary = load(path)
        return index(path, summary) if summary is not None else None

    return loaded


def _index_body(module: LoadedModule, body: list[ir.Statement]) -> None:
    for statement in body:
        if isinstance(statement, ir.Let):
            for name in names_bound(statement.pattern):
                module.variables.setdefault(name, statement)
        elif isinstance(statement, ir.DeclareFunction):
            module.functions[statement.name] = statement.index
        elif isinstance(statement, ir.DeclareClass):
            module.classes[statement.name] = statement.index
    _index_assignments(module, body, 0)


def _index_assignments(module: LoadedModule, body: list[ir.Statement], depth: int) -> None:
    for statement in body:
        if isinstance(statement, ir.Evaluate):
            made = statement.expression
            if isinstance(made, ir.Assign) and isinstance(made.target, ir.PatternName):
                module.assigned.setdefault(made.target.id, []).append(made.value)
        elif depth < MAX_NESTED:
            for inner in _inner(statement):
                _index_assignments(module, inner, depth + 1)


def _inner(statement: ir.Statement) -> list[list[ir.Statement]]:
    if isinstance(statement, ir.If):
        return [statement.then, statement.otherwise]
    if isinstance(statement, ir.Try):
        return [statement.body, statement.handler or [], statement.finalizer]
    return [statement.body] if isinstance(statement, ir.Block) else []


def changed_in(module: LoadedModule) -> frozenset[tuple[str, ...]]:
    """The variables that are assigned to after they were declared, and the members, as ``("input", "id")``."""
    if module.changed is None:
        found: set[tuple[str, ...]] = set()
        for node in nodes([module.summary.body, *(function.body for function in module.summary.functions)]):
            if isinstance(node, ir.Assign):
                found.update(_targets(node.target))
        module.changed = frozenset(found)
    return module.changed


def _targets(pattern: ir.Pattern | None) -> Iterator[tuple[str, ...]]:
    if isinstance(pattern, ir.PatternName):
        yield (pattern.id,)
    elif isinstance(pattern, ir.PatternTarget):
        target = pattern.target
        while isinstance(target, ir.Index):  # which member it names is not known: it may be any
            target = target.object
        yield from filter(None, [path_of(target)])
    elif isinstance(pattern, ir.PatternDefault):
        yield from _targets(pattern.pattern)
    elif isinstance(pattern, ir.PatternArray):
        for item in (*pattern.items, pattern.rest):
            yield from _targets(item)
    elif isinstance(pattern, ir.PatternObject):
        for inner in (*(prop.pattern for prop in pattern.properties), pattern.rest):
            yield from _targets(inner)


def path_of(node: ir.Expression | ir.Super) -> tuple[str, ...] | None:
    """A variable, or a member of one, as ``("input", "target", "id")``; None for anything else."""
    found: list[str] = []
    while isinstance(node, ir.Member | ir.Cast):
        if isinstance(node, ir.Member):
            found.append(node.property)
        node = node.object if isinstance(node, ir.Member) else node.value
    return (node.id, *reversed(found)) if isinstance(node, ir.Name) else None


class Program:
    """Loads modules on demand and follows names through them. ``touched`` collects the files that were asked for."""

    def __init__(self, resolver: Resolver, load: Callable[[str], LoadedModule | None]) -> None:
        self._resolver = resolver
        self._load = load
        self._modules: dict[str, LoadedModule | None] = {}
        self.touched: set[str] = set()
        self.kept: dict[str, Value] = {}
        """Clients that the code puts on the global object, by property."""

    def module(self, path: str) -> LoadedModule | None:
        """The module at this path; None if it could not be read."""
        self.touched.add(path)
        if path not in self._modules:
            self._modules[path] = self._load(path)
        return self._modules[path]

    @property
    def asked_for(self) -> Iterable[str]:
        """Every file that was asked for so far, whether or not it could be read."""
        return self._modules

    def resolve(self, importer: str, specifier: str) -> InRepository | Package | Unresolved:
        """Where an import leads."""
        return self._resolver.resolve(importer, specifier)

    def imported(self, module: LoadedModule, imported: ir.ImportedName) -> Found:
        """What an import binds: a definition, a whole module, a package's export, or nothing that was found."""
        return self._from(module.path, imported.source, imported.imported, 0)

    def exported(self, module: LoadedModule, name: str, depth: int = 0) -> Found:
        """What a module exports under this name, following re-exports."""
        if depth > MAX_REEXPORTS:
            return None
        export = module.exports.get(name)
        if export is not None:
            if export.local is not None and export.local in module.imports and export.local not in module.variables:
                imported = module.imports[export.local]
                return self._from(module.path, imported.source, imported.imported, depth + 1)
            return Definition(module, export.local, export)
        reexport = module.reexports.get(name)
        if reexport is not None:
            return self._from(module.path, reexport.source, reexport.imported, depth + 1)
        if name == "default":
            return None
        return self._through_stars(module, name, depth)

    def _through_stars(self, module: LoadedModule, name: str, depth: int) -> Found:
        outside: Found = None
        for star in module.stars:
            target = self.resolve(module.path, star.source)
            if isinstance(target, InRepository):
                following = self.module(target.path)
                found = self.exported(following, name, depth + 1) if following is not None else None
                if isinstance(found, Definition | LoadedModule):
                    return found
                outside = outside or found
            elif outside is None:
                outside = (target, name) if isinstance(target, Package) else target
        return outside

    def _from(self, importer: str, specifier: str, name: str, depth: int) -> Found:
        target = self.resolve(importer, specifier)
        if isinstance(target, Unresolved):
            return target
        if isinstance(target, Package):
            return target, name
        module = self.module(target.path)
        if module is None or name == "*":
            return module
        return self.exported(module, name, depth)

    def export_names(self, module: LoadedModule, depth: int = 0) -> list[str]:
        """The names a module exports, through star re-exports too, in source order."""
        names = [*module.exports, *module.reexports]
        for star in module.stars if depth < MAX_REEXPORTS else []:
            target = self.resolve(module.path, star.source)
            following = self.module(target.path) if isinstance(target, InRepository) else None
            if following is not None and following is not module:
                names.extend(name for name in self.export_names(following, depth + 1) if name != "default")
        return list(dict.fromkeys(names))
