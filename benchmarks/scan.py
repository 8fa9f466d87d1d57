"""Measures `doorcheck scan` on a tree, and Oxlint and Semgrep on the same tree in the same run, and prints the ratios.

It works on a copy, so that the tree stays as it is. Nothing is asserted: a figure depends on the machine, a ratio less.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from memory import Sampler
from widely_imported import most_imported

SOURCES = {".ts", ".tsx", ".js", ".jsx", ".mts", ".cts", ".mjs", ".cjs"}
LEFT_OUT = shutil.ignore_patterns(".git", "node_modules", ".next", "dist", ".turbo")
TRIVIAL_RULE = """\
rules:
  - id: no-eval
    languages: [typescript]
    severity: WARNING
    message: eval
    pattern: eval(...)
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one process and the children it waited for; ``peak`` is what they held together, in megabytes."""

    cpu: float
    wall: float
    peak: float

    @classmethod
    def median(cls, costs: Sequence[Cost]) -> Cost:
        """Each figure's own median."""
        return cls(*(statistics.median(getattr(cost, name) for cost in costs) for name in ("cpu", "wall", "peak")))


def measured(command: Sequence[str | Path], out: Path, env: dict[str, str], ok: Iterable[int] = (0,)) -> Cost:
    """Runs the command and returns its cost; exits with what it said if it ends in a code that is not ``ok``."""
    said = out.with_suffix(".stderr")
    with out.open("wb") as stdout, said.open("wb") as stderr:
        start = time.perf_counter()
        process = subprocess.Popen([str(word) for word in command], stdout=stdout, stderr=stderr, env=env)
        with Sampler(process.pid) as memory:
            _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in set(ok):
        sys.exit(f"{command[0]} ended with {process.returncode}:\n{said.read_text(errors='replace')[-2000:]}")
    largest = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return Cost(usage.ru_utime + usage.ru_stime, wall, max(largest, memory.peak) / 2**20)


class Summary(msgspec.Struct, frozen=True):
    """What this program reads of the summary in the JSON report."""

    files_parsed: int


class ScannedDoor(msgspec.Struct, frozen=True):
    """What this program reads of a door in the JSON report."""

    file: str


class Scanned(msgspec.Struct, frozen=True):
    """What this program reads of the JSON report."""

    doors: list[ScannedDoor]
    summary: Summary


@dataclass(frozen=True, slots=True)
class Bench:
    """A private copy of the tree, a folder for what the tools write, and how often each is run."""

    tree: Path
    scratch: Path
    runs: int

    def environment(self, cache: str) -> dict[str, str]:
        """The caller's, with a home and a cache of its own, so that nothing is warm that should not be."""
        home = self.scratch / cache
        home.mkdir(parents=True, exist_ok=True)
        quiet = {"NO_COLOR": "1", "SEMGREP_SEND_METRICS": "off", "SEMGREP_SETTINGS_FILE": str(home / "semgrep.yml")}
        return os.environ | quiet | {"XDG_CACHE_HOME": str(home)}

    def scan(self, cache: str) -> Cost:
        """One scan; its JSON is left in ``scan.json``."""
        command = (sys.executable, "-m", "doorcheck", "scan", self.tree, "--format", "json", "--exit-zero")
        return measured(command, self.scratch / "scan.json", self.environment(cache))

    def scanned(self) -> Scanned:
        """What the last scan printed."""
        return msgspec.json.decode((self.scratch / "scan.json").read_bytes(), type=Scanned)

    def repeated(self, run: Callable[[int], Cost]) -> Cost:
        """The median of the runs."""
        return Cost.median([run(number) for number in range(self.runs)])


def edited(path: Path, number: int) -> None:
    """Changes the content without changing what the code does."""
    with path.open("a", encoding="utf-8") as file:
        file.write(f"\n// edit {number}\n")


def after_an_edit(bench: Bench, path: Path) -> Cost:
    """The cost of a scan when one file has changed since the last one."""

    def run(number: int) -> Cost:
        edited(path, number)
        return bench.scan("warm")

    return bench.repeated(run)


def our_costs(bench: Bench) -> dict[str, Cost]:
    """Cold, unchanged, and with one file changed: a route file, and the module that most route files import."""
    costs = {"cold": bench.repeated(lambda number: bench.scan(f"cold-{number}"))}
    bench.scan("warm")
    costs["unchanged"] = bench.repeated(lambda _: bench.scan("warm"))
    files = sorted({door.file for door in bench.scanned().doors})
    if not files:
        sys.exit("the tree has no doors: there is nothing to measure")
    leaf = files[len(files) // 2]
    costs[f"one leaf changed ({leaf})"] = after_an_edit(bench, bench.tree / leaf)
    if widely := most_imported(bench.tree, files, SOURCES):
        costs[f"one module changed ({widely.relative_to(bench.tree)})"] = after_an_edit(bench, widely)
    return costs


def peer_costs(bench: Bench, oxlint: str | None, semgrep: str | None) -> dict[str, Cost]:
    """Oxlint with its default rules, and Semgrep with one trivial rule of our own; those that are installed."""
    env, rule = bench.environment("peers"), bench.scratch / "rule.yml"
    rule.write_text(TRIVIAL_RULE, encoding="utf-8")
    costs = {}
    if oxlint:
        command: list[str | Path] = [oxlint, "--format", "json", bench.tree]
        costs["oxlint"] = bench.repeated(lambda _: measured(command, bench.scratch / "oxlint.json", env, ok=(0, 1)))
    if semgrep:
        offline = ["--metrics", "off", "--disable-version-check"]
        asked: list[str | Path] = [semgrep, "scan", "--config", rule, *offline, "--json", "--quiet", bench.tree]
        costs["semgrep"] = bench.repeated(lambda _: measured(asked, bench.scratch / "semgrep.json", env))
    return costs


def shown(ours: dict[str, Cost], peers: dict[str, Cost]) -> str:
    """A table of the costs, and below it how ours relate to the peers'."""
    width = max(len(name) for name in (*ours, *peers))
    lines = [f"{'':{width}}  {'CPU s':>8}  {'wall s':>8}  {'peak MB':>8}"]
    for name, cost in (ours | peers).items():
        lines.append(f"{name:{width}}  {cost.cpu:8.2f}  {cost.wall:8.2f}  {cost.peak:8.0f}")
    for peer, theirs in peers.items():
        lines += ["", f"times the cost of {peer}"]
        for name, cost in ours.items():
            ratios = (cost.cpu / theirs.cpu, cost.wall / theirs.wall, cost.peak / theirs.peak)
            lines.append(f"{name:{width}}  " + "  ".join(f"{ratio:8.2f}" for ratio in ratios))
    return "\n".join(lines)


def arguments() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tree", type=Path, help="the repository to measure on")
    parser.add_argument("--runs", type=int, default=3, help="how often each is run; the median is printed")
    parser.add_argument("--oxlint", default=shutil.which("oxlint"), help="the oxlint to compare with")
    parser.add_argument("--semgrep", default=shutil.which("semgrep"), help="the semgrep to compare with")
    given = parser.parse_args()
    if not given.tree.is_dir():
        parser.error(f"{given.tree} is not a folder")
    return given


def run() -> None:
    """Copies the tree, measures, prints."""
    given = arguments()
    with tempfile.TemporaryDirectory(prefix="doorcheck-bench-") as folder:
        tree = Path(folder, "tree")
        shutil.copytree(given.tree, tree, symlinks=True, ignore=LEFT_OUT)
        bench = Bench(tree, Path(folder, "scratch"), given.runs)
        bench.scratch.mkdir()
        ours = our_costs(bench)
        scanned = bench.scanned()
        sources = sum(path.suffix in SOURCES for path in tree.rglob("*") if path.is_file())
        counts = f"{sources} source files, {scanned.summary.files_parsed} parsed, {len(scanned.doors)} doors"
        print(f"{given.tree.resolve().name}: {counts}")
        print(f"median of {given.runs} runs, {os.cpu_count()} CPUs\n")
        print(shown(ours, peer_costs(bench, given.oxlint, given.semgrep)))
        for name, path in (("oxlint", given.oxlint), ("semgrep", given.semgrep)):
            if not path:
                print(f"\n{name} is not installed, so there is no ratio to it; `make bench` installs it")


if __name__ == "__main__":
    run()
