"""Where an import leads: to a file of the repository, to a package, or nowhere that can be found."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from doorcheck.scan.project.exports import Targets, TargetTable, exports_table, imports_table
from doorcheck.scan.project.lookup import Lookup
from doorcheck.scan.project.manifests import Manifest, Manifests, joined
from doorcheck.scan.project.tree import Tree
from doorcheck.scan.project.tsconfig import PathMapping, PathMappings

_MODULES_OF_NODE = (
    "assert async_hooks buffer child_process cluster console constants crypto dgram diagnostics_channel dns "
    "domain events fs http http2 https inspector module net os path perf_hooks process punycode querystring "
    "readline repl stream string_decoder sys timers tls trace_events tty url util v8 vm wasi worker_threads "
    "zlib"
)
_BUILTINS = frozenset(_MODULES_OF_NODE.split())
# What bundlers load and no handler runs.
_SUFFIXES_WITHOUT_CODE = (
    "css scss sass less styl pcss json json5 jsonc svg png jpg jpeg gif webp avif ico bmp woff woff2 ttf otf "
    "eot mp3 mp4 webm wav pdf txt md mdx html yaml yml toml xml csv wasm graphql gql glsl prisma sql"
)
_INERT = frozenset(_SUFFIXES_WITHOUT_CODE.split())


@dataclass(frozen=True, slots=True)
class InRepository:
    """A source file of the tree."""

    path: str


@dataclass(frozen=True, slots=True)
class Package:
    """A package from a registry, or a module of Node.js (``node:crypto`` is ``crypto``)."""

    name: str
    subpath: str


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A relative, aliased or workspace import that finds no source file.

    ``inert`` when what it names holds no code that runs: a stylesheet, an image, data, declarations.
    """

    specifier: str
    inert: bool = False


Resolution = InRepository | Package | Unresolved


@dataclass(frozen=True, slots=True)
class _Surroundings:
    """All that a bare specifier's meaning depends on: the path mappings and manifests above the importer."""

    mappings: tuple[PathMapping, ...]
    manifests: tuple[Manifest, ...]


class Resolver:
    """Resolves the imports of one tree; every answer is kept, and only configuration files are read for it."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._manifests = Manifests(tree)
        self._mappings = PathMappings(tree, self._manifests)
        self._lookup = Lookup(tree, self._manifests)
        self.known: dict[tuple[str, str], Resolution] = {}
        """Every answer so far, by the importing folder and the specifier."""
        self._known_bare: dict[tuple[int, int, str], Resolution] = {}
        self._exports: dict[str, TargetTable] = {}
        self._imports: dict[str, TargetTable] = {}

    def resolve(self, importer: str, specifier: str) -> Resolution:
        """Where ``specifier`` leads from the file ``importer``, a path of the tree. Never raises."""
        key = (importer.rpartition("/")[0], specifier)
        known = self.known.get(key)
        if known is None:
            known = self.known[key] = self._resolve(*key)
        return known

    def _resolve(self, folder: str, written: str) -> Resolution:
        specifier = written.partition("?")[0]
        if not specifier or "!" in specifier or "://" in specifier:
            return Unresolved(written, inert="!" in specifier)
        if specifier.startswith(("./", "../")) or specifier in (".", ".."):
            path = joined(folder, specifier)
            return self._file(path, specifier) or self._nothing(written, path)
        if specifier.startswith("/"):
            path = joined(self._package_folder(folder), specifier.lstrip("/"))
            return self._file(path, specifier) or self._nothing(written, path)
        mappings, manifests = self._mappings.governing(folder), self._manifests.above(folder)
        # Both are made once for each folder that holds a configuration, so many folders share an answer.
        key = (id(mappings), id(manifests), written)
        known = self._known_bare.get(key)
        if known is None:
            known = self._known_bare[key] = self._bare(_Surroundings(mappings, manifests), specifier)
        return known

    def _file(self, path: str | None, specifier: str) -> InRepository | None:
        if path is None:
            return None
        found = self._lookup.at(
            path, folder_only=specifier.endswith("/") or specifier.rpartition("/")[2] in (".", "..")
        )
        return InRepository(found) if found else None

    def _nothing(self, specifier: str, path: str | None) -> Unresolved:
        suffix = specifier.partition("?")[0].rpartition(".")[2].lower()
        return Unresolved(specifier, suffix in _INERT or (path is not None and self._lookup.declared_only(path)))

    def _package_folder(self, folder: str) -> str:
        manifests = self._manifests.above(folder)
        return manifests[0].folder if manifests else ""

    def _bare(self, around: _Surroundings, specifier: str) -> Resolution:
        if specifier.startswith("node:"):
            return _package(specifier.removeprefix("node:"))
        governing = [mapping for mapping in around.mappings if mapping.folder == around.mappings[0].folder]
        return (
            self._mapped(governing, specifier, with_base=True)
            or self._imported(around, specifier)
            or self._named(around, specifier)
            or self._mapped(around.mappings[len(governing) :], specifier, with_base=False)
            or self._otherwise(around, specifier)
        )

    def _named(self, around: _Surroundings, specifier: str) -> Resolution | None:
        """A module of Node.js, a package of the tree, or one that a package.json above asks for."""
        package = _package(specifier)
        if package.name in _BUILTINS:
            return package
        if (home := self._manifests.workspace(package.name, around.manifests)) is not None:
            return self._in_package(home, package.subpath, specifier)
        return package if self._manifests.written(package.name, around.manifests) is not None else None

    def _otherwise(self, around: _Surroundings, specifier: str) -> Resolution:
        """A specifier that nothing maps and nobody depends on."""
        matches = [match for mapping in around.mappings if (match := mapping.match(specifier))]
        cannot_be_a_package = specifier.startswith(("@/", "~/", "#", "$"))
        if cannot_be_a_package:
            # A bundler's alias, or a tsconfig that could not be read: by custom the package or its src.
            rest = specifier.partition("/")[2]
            for root in (manifest.folder for manifest in around.manifests[:1]):
                for folder in (f"{root}/src".lstrip("/"), root):
                    if rest and (found := self._lookup.at(f"{folder}/{rest}".lstrip("/"))):
                        return InRepository(found)
        if cannot_be_a_package or any(key != "*" for key, _ in matches):
            paths = [path for _, targets in matches for path in targets]
            return self._nothing(specifier, paths[0] if paths else None)
        return _package(specifier)

    def _mapped(
        self, mappings: Sequence[PathMapping], specifier: str, *, with_base: bool
    ) -> InRepository | Package | None:
        for mapping in mappings:
            match = mapping.match(specifier)
            for path in match[1] if match else ():
                if "node_modules" in path.split("/"):
                    return _package(specifier)
                if found := self._file(path, specifier):
                    return found
            based = joined(mapping.base, specifier) if with_base and mapping.base is not None else None
            if based and (found := self._file(based, specifier)):
                return found
        return None

    def _imported(self, around: _Surroundings, specifier: str) -> Resolution | None:
        for manifest in around.manifests if specifier.startswith("#") else ():
            targets = self._imports_of(manifest).targets(specifier)
            if not targets:
                continue
            if found := self._built_or_source(manifest.folder, targets):
                return InRepository(found)
            outside = next((target for target in targets.usual if not target.startswith((".", "#", "/"))), None)
            return self._bare(around, outside) if outside else self._nothing(specifier, None)
        return None

    def _in_package(self, home: str, subpath: str, specifier: str) -> InRepository | Unresolved:
        manifest = self._manifests.at(home)
        table = self._exports_of(manifest) if manifest else None
        targets = table.targets(f"./{subpath}" if subpath else ".") if table else Targets()
        found = self._built_or_source(home, targets)
        if found is None and not subpath:
            found = self._lookup.entry(home)
        elif found is None:
            inside = joined(home, subpath)
            found = (inside and self._lookup.at(inside)) or self._lookup.first_source_of(home, [subpath])
        path = joined(home, subpath) if subpath else home
        return InRepository(found) if found else self._nothing(specifier, path)

    def _exports_of(self, manifest: Manifest) -> TargetTable:
        if manifest.folder not in self._exports:
            self._exports[manifest.folder] = exports_table(manifest.content.get("exports"))
        return self._exports[manifest.folder]

    def _imports_of(self, manifest: Manifest) -> TargetTable:
        if manifest.folder not in self._imports:
            self._imports[manifest.folder] = imports_table(manifest.content.get("imports"))
        return self._imports[manifest.folder]

    def _built_or_source(self, folder: str, targets: Targets) -> str | None:
        return (
            self._lookup.first(folder, targets.usual)
            or self._lookup.first_source_of(folder, targets.usual)
            or self._lookup.first(folder, targets.other)
            or self._lookup.first_source_of(folder, targets.other)
        )


def _package(specifier: str) -> Package:
    parts = specifier.split("/")
    length = 2 if specifier.startswith("@") else 1
    return Package(sys.intern("/".join(parts[:length])), "/".join(parts[length:]))
