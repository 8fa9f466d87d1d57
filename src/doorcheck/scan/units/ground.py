"""What every evaluation of a scan stands on: files, resolutions, knowledge. Nothing in it depends on what is asked."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field

from doorcheck.scan.doors.inventory import AppFiles
from doorcheck.scan.doors.middleware_libraries import special_functions
from doorcheck.scan.facts.evaluator import Evaluator
from doorcheck.scan.facts.modules import LoadedModule, Program, index
from doorcheck.scan.facts.tables import declared_models
from doorcheck.scan.knowledge.library import Knowledge
from doorcheck.scan.project.database.models import Model
from doorcheck.scan.project.database.schemas import Schemas, declaring_files
from doorcheck.scan.project.resolution import Resolver
from doorcheck.scan.project.tree import Tree
from doorcheck.scan.reading import Reader


@dataclass(eq=False, slots=True)
class Ground:
    """Makes evaluators that share nothing but what was read, so that no finding hangs on what was found before it."""

    tree: Tree
    reader: Reader
    resolver: Resolver
    knowledge: Knowledge
    documented_variables: frozenset[str] | None
    files: Sequence[AppFiles]
    schema: Schemas = field(init=False)
    declaring: Evaluator | None = None
    """What worked out the tables that source code declares, once anybody asked for the schema."""
    _indexed: dict[str, LoadedModule | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        apps = [each.app.path for each in self.files]
        self.schema = Schemas(self.tree, self.knowledge.words, apps, self._declared)

    def _declared(self) -> list[Model]:
        self.declaring = self.evaluator()
        packages = {package for package, _ in self.knowledge.tables}
        return declared_models(self.declaring, declaring_files(self.tree, packages, self.reader.skim_of))

    def evaluator(self) -> Evaluator:
        """An evaluator that has seen nothing yet."""
        ev = Evaluator(Program(self.resolver, self._loaded), self.knowledge)
        ev.documented_variables = self.documented_variables
        ev.schema = self.schema
        if any(each.middleware is not None for each in self.files):
            ev.special.update(special_functions())
        return ev

    def _loaded(self, path: str) -> LoadedModule | None:
        if path not in self._indexed:
            summary = self.reader.summary(path)
            self._indexed[path] = index(path, summary) if summary is not None else None
        known = self._indexed[path]
        # the names are everybody's; what they stand for each evaluation works out for itself
        return dataclasses.replace(known, constants={}) if known is not None else None
