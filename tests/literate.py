"""Runs the examples of a control's page, and whole fixtures, against the expectations in their comments.

An example is an H3 section below a heading that starts with "Examples"; every fence named by a path in backticks on the
line above it is a file of a tiny repository. Fences between that heading and its first example belong to all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from doorcheck.core import (
    App,
    ControlId,
    Door,
    Held,
    Location,
    Missing,
    NotNeeded,
    Scope,
    Unknown,
    Verdict,
    Written,
)  # fmt: skip
from doorcheck.scan.engine import ScanResult, scan
from doorcheck.scan.facts.evaluator import Evaluator
from doorcheck.scan.facts.modules import LoadedModule, Program, indexed
from doorcheck.scan.facts.named import FactName, facts_of
from doorcheck.scan.judging import Control
from doorcheck.scan.knowledge.library import load
from doorcheck.scan.project.resolution import Resolver
from doorcheck.scan.project.tree import list_tree
from doorcheck.scan.reading import Reader
from doorcheck.scan.syntax import positions

VERDICTS: Mapping[str, type[Verdict]] = {"held": Held, "missing": Missing, "unknown": Unknown, "not-needed": NotNeeded}
ALWAYS = {
    "package.json": json.dumps({"name": "x", "dependencies": {"next": "16.4.5"}}),
    "tsconfig.json": json.dumps({"compilerOptions": {"paths": {"@/*": ["./*"]}}}),
}
SOURCES = (".ts", ".tsx", ".js", ".jsx", ".mts", ".mjs")
_SKIPPED = {"node_modules", ".next"}

_EXAMPLES = re.compile(r"^## Examples.*?$(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_FENCE = re.compile(r"^(?P<ticks>`{3,})\w*$\n(?P<body>.*?)^(?P=ticks)$", re.MULTILINE | re.DOTALL)
_NAMED_FENCE = re.compile(
    r"^`(?P<path>[^`\n]+)`\n\n?(?P<fence>`{3,})\w*\n(?P<body>.*?)^(?P=fence)$", re.MULTILINE | re.DOTALL
)
_MARK = re.compile(r"(?P<before>.*?)//\s*(?P<word>want|because|fact|wish)\b(?P<rest>.*)$")
_CONTROL = r"authenticate|revalidate|[a-z]+(?:-[a-z]+)+"
_VERDICT = r"held|missing|unknown|not-needed"
_TERM = re.compile(
    rf"^(?:(?P<name>(?!(?:{_CONTROL}|{_VERDICT})\s)[A-Za-z_$][\w$.]*)\s+)?(?:(?P<control>(?!{_VERDICT}){_CONTROL})\s+)?"
    rf"(?P<verdict>{_VERDICT})(?:\s+(?P<way>[a-z][a-z-]*))?(?:\s+\"(?P<text>[^\"]*)\")?$"
)


class MalformedPage(Exception):
    """A page or a fixture whose expectations cannot be read."""


@dataclass(frozen=True, slots=True)
class Example:
    """One example: its page's control, its heading and its files."""

    control: str
    heading: str
    files: Mapping[str, str]

    def __str__(self) -> str:
        return f"{self.control}: {self.heading}"


@dataclass(frozen=True, slots=True)
class Want:
    """``wish`` is the right answer where the expected one is not. ``name`` tells doors of one line apart."""

    file: str
    line: int
    control: str
    verdict: str
    way: str | None = None
    text: str | None = None
    name: str | None = None
    wish: Want | None = None

    def __str__(self) -> str:
        return f"{self.file}:{self.line} want {self.control} {self.verdict}"


@dataclass(frozen=True, slots=True)
class Marks:
    """Every expectation of a repository; ``because`` and ``facts`` are by file and line."""

    wants: tuple[Want, ...]
    because: tuple[tuple[str, int], ...]
    facts: tuple[tuple[str, int, str], ...]


def examples_of(control: str, page: str) -> list[Example]:
    """The examples of a page. Raises MalformedPage for a fence that has no path, or an example without files."""
    found: list[Example] = []
    for part in _EXAMPLES.findall(page):
        first, *sections = re.split(r"^### ", part, flags=re.MULTILINE)
        shared = _files_in(control, first)
        for section in sections:
            heading = section.partition("\n")[0].strip()
            files = _files_in(f"{control}: '{heading}'", section)
            if not files:
                raise MalformedPage(f"{control}: '{heading}' has no files")
            found.append(Example(control, heading, {**shared, **files}))
    return found


def _files_in(where: str, section: str) -> dict[str, str]:
    files = {match["path"]: match["body"] for match in _NAMED_FENCE.finditer(section)}
    if len(files) != len(_FENCE.findall(section)):
        raise MalformedPage(f"{where} has a fence that no path above it names, or two of one name")
    return files


def verdicts_shown(examples: Sequence[Example]) -> set[str]:
    """The verdicts that a page's examples expect."""
    return {want.verdict for example in examples for want in marks_of(example.files, example.control).wants}


def marks_of(files: Mapping[str, str], control: str | None = None) -> Marks:
    """The expectations in these files; ``control`` is meant where a comment names none."""
    wants: list[Want] = []
    because: list[tuple[str, int]] = []
    facts: list[tuple[str, int, str]] = []
    for path, text in files.items():
        lines = text.splitlines()
        for number, line in enumerate(lines, 1):
            found = _MARK.match(line)
            if found is None:
                continue
            rest, at = found["rest"].strip(), _target(lines, number)
            if found["word"] == "because":
                because.append((path, at))
            elif found["word"] == "fact":
                facts.extend((path, at, name) for name in _facts_named(path, rest))
            elif found["word"] == "want":
                wants.extend(_wants(path, at, rest, control))
            else:
                _attach_wish(wants, path, at, rest)
    return Marks(tuple(wants), tuple(because), tuple(facts))


def _target(lines: Sequence[str], number: int) -> int:
    """The line a comment speaks of: its own if it has code, else the next that is no expectation."""
    while number <= len(lines):
        found = _MARK.match(lines[number - 1])
        if found is None or found["before"].strip(" \t{/*"):
            return number
        number += 1
    raise MalformedPage("an expectation at the end of a file speaks of no line")


def _facts_named(path: str, rest: str) -> list[str]:
    names = rest.replace(",", " ").split()
    if not names or not set(names) <= set(FactName):
        raise MalformedPage(f"{path}: there is no fact '{rest}'")
    return names


def _wants(path: str, line: int, rest: str, control: str | None) -> list[Want]:
    found: list[Want] = []
    for term in re.split(r",\s+(?=[^\"]*(?:\"[^\"]*\"[^\"]*)*$)", rest):
        read = _TERM.match(term.strip().removesuffix("*/}").strip())
        named = (read["control"] or control) if read is not None else None
        if read is None or named is None:
            raise MalformedPage(f"{path}:{line} cannot read the expectation '{term}'")
        found.append(Want(path, line, named, read["verdict"], read["way"], read["text"], read["name"]))
    return found


def _attach_wish(wants: list[Want], path: str, line: int, rest: str) -> None:
    if not wants or (wants[-1].file, wants[-1].line) != (path, line):
        raise MalformedPage(f"{path}:{line} a wish stands under the want it would replace")
    under = wants[-1]
    (wish,) = _wants(path, line, rest, under.control)
    wants[-1] = Want(path, line, under.control, under.verdict, under.way, under.text, under.name, wish)


def write(files: Mapping[str, str], root: Path) -> None:
    """Lay the files of an example out as a repository."""
    for path, text in {**ALWAYS, **files}.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def read(root: Path) -> dict[str, str]:
    """The source files of a repository on disk."""
    return {
        path.relative_to(root).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(root.rglob("*"))
        if path.suffix in SOURCES and path.is_file() and not _SKIPPED & set(path.relative_to(root).parts)
    }


def complaints(root: Path, marks: Marks, controls: Sequence[Control], *, every_door: bool) -> list[str]:
    """What is not as these expectations say, in sentences; ``every_door``: a door that states no verdict is wrong."""
    if not marks.wants:
        return ["it expects nothing"]
    result = scan(root, controls=controls)
    known = {control.spec.id.value: control.spec.scope for control in controls}
    found: list[str] = []
    stated: dict[tuple[str, str], Want] = {}
    shown: list[Verdict] = []
    for want in marks.wants:
        subjects = _subjects(result, want, known.get(want.control))
        if not subjects:
            found.append(f"{want}: no door here")
        for subject in subjects:
            stated[subject, want.control] = want
            verdict = _verdict(result, subject, want.control)
            shown.append(verdict)
            found.extend(f"{want} ({subject}): {said}" for said in _differences(want, verdict))
    if every_door:
        found.extend(_unstated(result, controls, stated))
    places = {place for verdict in shown for place in _places(verdict)}
    found.extend(
        f"{file}:{line} is not among the evidence" for file, line in marks.because if (file, line) not in places
    )
    return [*found, *_wrong_facts(root, marks.facts)]


def _subjects(result: ScanResult, want: Want, scope: Scope | None) -> list[str]:
    if scope is Scope.APP:
        inside = [app for app in result.apps if app.path == "." or want.file.startswith(app.path + "/")]
        return [max(inside, key=lambda app: len(app.path)).path] if inside else []
    doors = [door for door in result.doors if (door.file, door.at.line) == (want.file, want.line)]
    return [door.id for door in doors if want.name in {None, door.name}]


def _verdict(result: ScanResult, subject: str, control: str) -> Verdict:
    cell = subject, ControlId(control)
    return result.verdicts[cell] if cell in result.verdicts else result.app_verdicts[cell]


def _unstated(result: ScanResult, controls: Sequence[Control], stated: Mapping[tuple[str, str], Want]) -> Iterable[str]:
    for control in controls:
        subjects: Sequence[Door | App] = result.doors if control.spec.scope is Scope.DOOR else result.apps
        for subject in subjects:
            name = subject.id if isinstance(subject, Door) else subject.path
            if (name, control.spec.id.value) not in stated:
                where = f" at {subject.at}" if isinstance(subject, Door) else ""
                verdict = _verdict(result, name, control.spec.id.value)
                yield f"{name}{where} states no verdict of {control.spec.id}; it is {_told(verdict)}"


def _differences(want: Want, verdict: Verdict) -> Iterable[str]:
    if not _fits(want, verdict):
        yield f'it is {_told(verdict)}, not {want.way or ""} "{want.text or ""}"'
    elif want.wish is not None and _fits(want.wish, verdict):
        yield "the wish came true: make it the want"


def _fits(want: Want, verdict: Verdict) -> bool:
    if not isinstance(verdict, VERDICTS[want.verdict]):
        return False
    if want.way is not None and want.way != (getattr(verdict, "way", None) or getattr(verdict, "why", None)):
        return False
    return want.text is None or any(want.text in said for said in _sayings(verdict))


def _sayings(verdict: Verdict) -> list[str]:
    return [verdict.says, *(evidence.says for evidence in verdict.evidence)]


def _told(verdict: Verdict) -> str:
    name = next(name for name, kind in VERDICTS.items() if isinstance(verdict, kind))
    way = getattr(verdict, "way", None) or getattr(verdict, "why", "")
    evidence = "; ".join(f"{one.at} {one.says}" for one in verdict.evidence if isinstance(one, Written))
    return f"{name} {way} '{verdict.says}' [{evidence}]"


def _places(verdict: Verdict) -> Iterable[tuple[str, int]]:
    for evidence in verdict.evidence:
        if isinstance(evidence, Written):
            at: Location
            for at in (evidence.at, *evidence.through):
                yield at.path, at.line


def _wrong_facts(root: Path, wanted: Sequence[tuple[str, int, str]]) -> Iterable[str]:
    if not wanted:
        return
    tree = list_tree(root, ())
    program = Program(Resolver(tree), indexed(Reader(tree, None).summary))
    ev = Evaluator(program, load(()))
    for file, line, name in wanted:
        module = program.module(file)
        called = _function_at(module, line) if module is not None else None
        if module is None or called is None:
            yield f"{file}:{line} fact {name}: no function with a name here"
            continue
        facts = facts_of(ev, module, called)
        if FactName(name) not in facts:
            yield f"{file}:{line} fact {name}: {called} has {', '.join(sorted(facts)) or 'none'}"


def _function_at(module: LoadedModule, line: int) -> str | None:
    """The name of the function written on this line, or of the export."""
    written = [one.name for one in module.summary.functions if positions.line_of(one.at) == line]
    exported = [one.exported for one in module.summary.exports if positions.line_of(one.at) == line]
    return next((name for name in (*written, *exported) if name), None)
