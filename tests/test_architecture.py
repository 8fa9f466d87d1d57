"""The documents and the code say the same thing."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from doorcheck.cli.main import main
from doorcheck.policy.configuration import load_configuration

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
CONTRACTS = {
    contract["id"]: contract
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
}
# Spelled so that this file does not hold what it looks for.
REGISTRIES = r"(?:pypi|pythonhosted)[.]org|registry[.](?:npmjs|yarnpkg)|npm[m]irror"
# The tests of reports need the root of some repository to show, and show that of nobody.
MACHINE_PATHS = r"(?<![\w.)\]}*-])/(?:(?:home|Users)/(?!ada/acme)[A-Za-z]|(?:root|work)/)"


def _layers_of(page: str, name: str) -> list[str]:
    fence = re.search(rf"<!-- {name} -->\n```\n(.*?)```\n<!-- /{name} -->", page, re.DOTALL)
    assert fence, f"ARCHITECTURE.md has no list between the markers {name}"
    return fence[1].splitlines()


def _options(*command: str) -> set[str]:
    shown = CliRunner().invoke(main, [*command, "--help"])
    assert shown.exit_code == 0, shown.output
    return set(re.findall(r"--[a-z][a-z-]+", shown.output))


def _tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout, so there is no list of tracked files")
    return [path for name in listed.stdout.decode().split("\0") if name and (path := ROOT / name).is_file()]


@pytest.mark.parametrize("name", ["layers", "scan-layers"])
def test_the_page_lists_the_layers_that_are_enforced(name: str) -> None:
    page = (ROOT / "ARCHITECTURE.md").read_text()
    enforced = [layer for layer in CONTRACTS[name]["layers"] if layer != "(__main__)"]
    assert _layers_of(page, name) == enforced
    assert CONTRACTS[name]["exhaustive"] is True


def test_the_architecture_page_stays_under_a_hundred_lines() -> None:
    assert len((ROOT / "ARCHITECTURE.md").read_text().splitlines()) < 100


@pytest.mark.parametrize("page", DOCUMENTS, ids=lambda page: page.name)
def test_commands_and_options_in_the_documents_exist(page: Path) -> None:
    text = page.read_text()
    fenced = "\n".join(re.findall(r"^```.*?^```", text, re.MULTILINE | re.DOTALL))
    calls = [
        *re.findall(r"`doorcheck ([a-z][^`]*)`", text),
        *re.findall(r"^(?:\$ )?doorcheck (.*)", fenced, re.MULTILINE),
    ]
    for call in calls:
        command, *rest = call.split()
        assert command in main.commands, f"{page.name}: there is no command {command}"
        named = {word for word in rest if word.startswith("--")}
        assert named <= _options(command), f"{page.name}: {call}"


def test_every_command_and_option_is_documented() -> None:
    text = "\n".join(page.read_text() for page in DOCUMENTS)
    for command in main.commands:
        assert f"doorcheck {command}" in text
        missing = {option for option in _options(command) - {"--help"} if option not in text}
        assert not missing, f"doorcheck {command}: no document mentions {missing}"


def test_the_readme_gives_the_two_commands_of_the_makefile() -> None:
    readme, makefile = (ROOT / "README.md").read_text(), (ROOT / "Makefile").read_text()
    for target in ("demo", "test"):
        assert f"make {target}" in readme
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)


def test_the_configuration_that_is_shown_is_one(tmp_path: Path) -> None:
    example = re.search(r"```toml\n(.*?)```", (ROOT / "docs/configuration.md").read_text(), re.DOTALL)
    assert example
    (tmp_path / "doorcheck.toml").write_text(example[1])
    loaded = load_configuration(tmp_path)
    assert (loaded.source, loaded.notices) == ("doorcheck.toml", ())
    assert loaded.public
    assert loaded.accept
    assert loaded.knowledge


@pytest.mark.parametrize("page", [*DOCUMENTS, ROOT / "ARCHITECTURE.md"], ids=lambda page: page.name)
def test_links_between_the_documents_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_no_file_names_a_registry_or_a_path_of_a_machine() -> None:
    pattern = re.compile(f"{REGISTRIES}|{MACHINE_PATHS}".encode())
    files = _tracked()
    assert files
    offending = [
        f"{path.relative_to(ROOT)}: {hit[0]!r}" for path in files if (hit := pattern.search(path.read_bytes()))
    ]
    assert not offending
