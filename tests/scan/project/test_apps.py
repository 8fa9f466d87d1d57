"""Which folders are Next.js apps, and which version each runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from doorcheck.core import App
from doorcheck.scan.project.apps import app_of, find_apps
from doorcheck.scan.project.tree import list_tree


def apps_of(root: Path, files: dict[str, str]) -> dict[str, str | None]:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return {app.path: app.next for app in find_apps(list_tree(root))}


def package(**fields: object) -> str:
    return json.dumps(fields)


NEXT = package(dependencies={"next": "^15.0.0"})
PAGE = "export default function Page() {}"


@pytest.mark.parametrize("routes", ["app/page.tsx", "src/app/api/x/route.ts", "pages/index.js", "src/pages/api/x.ts"])
def test_a_folder_that_depends_on_next_and_has_routes_is_an_app(tmp_path: Path, routes: str) -> None:
    assert apps_of(tmp_path, {"package.json": NEXT, routes: PAGE}) == {".": "^15.0.0"}


def test_apps_are_found_anywhere_and_libraries_are_none(tmp_path: Path) -> None:
    found = apps_of(
        tmp_path,
        {
            "package.json": package(workspaces=["apps/*"]),
            "apps/web/package.json": package(dependencies={"next": "15.1.0"}),
            "apps/web/app/page.tsx": PAGE,
            "apps/docs/package.json": package(devDependencies={"next": "14.x"}),
            "apps/docs/pages/index.tsx": PAGE,
            "packages/ui/package.json": package(peerDependencies={"next": "*"}),
            "packages/ui/src/app/x.tsx": PAGE,
            "packages/empty/package.json": NEXT,
            "packages/empty/lib/x.ts": PAGE,
            "cli/package.json": package(dependencies={"react": "1"}),
            "cli/app/x.ts": PAGE,
        },
    )
    assert found == {"apps/docs": "14.x", "apps/web": "15.1.0"}


def test_a_configuration_makes_an_app_whose_dependencies_stand_further_up(tmp_path: Path) -> None:
    found = apps_of(tmp_path, {"package.json": NEXT, "apps/a/next.config.mjs": "", "apps/a/app/page.tsx": PAGE})
    assert found == {"apps/a": "^15.0.0"}


def test_without_a_version_there_is_none(tmp_path: Path) -> None:
    assert apps_of(tmp_path, {"next.config.js": "", "app/page.tsx": PAGE}) == {".": None}


def test_a_repository_without_next_has_no_apps(tmp_path: Path) -> None:
    assert apps_of(tmp_path, {"package.json": "{}", "app/page.tsx": PAGE}) == {}


PNPM_9 = """lockfileVersion: '9.0'

importers:

  .:
    dependencies:
      next:
        specifier: ^13.0.0
        version: 13.0.1(react@18.2.0)

  apps/web:
    dependencies:
      next-auth:
        specifier: ^4.0.0
        version: 4.1.2
      next:
        specifier: ^15.0.0
        version: 15.3.1-canary.2(react@19.0.0)

packages:

  next@1.0.0:
    resolution: {}
"""
PNPM_5 = """lockfileVersion: 5.4

specifiers:
  next: ^15.0.0

dependencies:
  next: 15.0.4_react@18.2.0

packages:

  /next/1.0.0:
    dev: false
"""
NPM = package(
    lockfileVersion=3,
    packages={
        "node_modules/next": {"version": "14.2.3"},
        "apps/web/node_modules/next": {"version": "15.2.0"},
    },
)
YARN_1 = 'next@^14.0.0:\n  version "14.0.1"\n\n"next@^15.0.0", next@15.x:\n  version "15.0.7"\n'
YARN_4 = '"next@npm:^14.0.0":\n  version: 14.0.1\n\n"next@npm:^15.0.0, next@npm:15.x":\n  version: 15.0.8\n'
BUN = """{ "workspaces": { "": { "name": "root" }, "apps/web": { "name": "@a/web" } },
  "packages": { "next": ["next@14.0.0", "", {}], "@a/web/next": ["next@15.0.9", "", {}], } }"""


@pytest.mark.parametrize(
    ("lock", "text", "version"),
    [
        ("pnpm-lock.yaml", PNPM_9, "15.3.1-canary.2"),
        ("pnpm-lock.yaml", PNPM_9.replace("\n", "\r\n"), "15.3.1-canary.2"),
        ("package-lock.json", json.dumps(json.loads(NPM), indent=2), "15.2.0"),
        ("yarn.lock", YARN_1, "15.0.7"),
        ("yarn.lock", YARN_4, "15.0.8"),
        ("bun.lock", BUN, "15.0.9"),
        ("pnpm-lock.yaml", "no lock at all", "^15.0.0"),
    ],
)
def test_the_lock_file_says_which_version_an_app_of_a_workspace_runs(
    tmp_path: Path, lock: str, text: str, version: str
) -> None:
    files = {"package.json": "{}", "apps/web/package.json": NEXT, "apps/web/app/page.tsx": PAGE}
    (tmp_path / lock).write_bytes(text.encode())
    assert apps_of(tmp_path, files) == {"apps/web": version}


@pytest.mark.parametrize(
    ("lock", "text", "version"),
    [("pnpm-lock.yaml", PNPM_9, "13.0.1"), ("pnpm-lock.yaml", PNPM_5, "15.0.4"),
     ("package-lock.json", json.dumps(json.loads(NPM), indent=2), "14.2.3"), ("bun.lock", BUN, "14.0.0")],
)  # fmt: skip
def test_the_lock_file_says_which_version_a_single_app_runs(tmp_path: Path, lock: str, text: str, version: str) -> None:
    assert apps_of(tmp_path, {"package.json": NEXT, "app/page.tsx": PAGE, lock: text}) == {".": version}


def test_of_two_lock_files_the_package_manager_in_use_decides(tmp_path: Path) -> None:
    own = package(packageManager="yarn@4.1.0", dependencies={"next": "^15.0.0"})
    files = {"package.json": own, "app/page.tsx": PAGE, "pnpm-lock.yaml": PNPM_9, "yarn.lock": YARN_4}
    assert apps_of(tmp_path, files) == {".": "15.0.8"}


@pytest.mark.parametrize(
    ("written", "yaml", "version"),
    [
        ("catalog:", "catalog:\n  next: ^15.4.0\n", "^15.4.0"),
        ("catalog:old", "catalogs:\n  old:\n    next: 13.1.0\n", "13.1.0"),
        ("catalog:", "catalogs:\n  default:\n    next: 15.5.0\n", "15.5.0"),
        ("catalog:none", "catalog:\n  next: 1.0.0\n", None),
        ("workspace:*", "packages: ['packages/*']\n", "16.0.0-ours"),
        ("npm:next@15.9.9", "", "15.9.9"),
        ("\u001b[31mred", "", None),
    ],
)
def test_catalogs_and_workspaces_are_looked_up(tmp_path: Path, written: str, yaml: str, version: str | None) -> None:
    found = apps_of(
        tmp_path,
        {
            "package.json": "{}",
            "pnpm-workspace.yaml": yaml,
            "apps/web/package.json": package(dependencies={"next": written}),
            "apps/web/app/page.tsx": PAGE,
            "packages/next/package.json": package(name="next", version="16.0.0-ours"),
        },
    )
    assert found["apps/web"] == version


def test_the_catalog_of_bun_stands_in_package_json(tmp_path: Path) -> None:
    root = package(workspaces={"packages": ["apps/*"], "catalog": {"next": "15.6.0"}})
    web = package(dependencies={"next": "catalog:"})
    files = {"package.json": root, "apps/web/package.json": web, "apps/web/app/page.tsx": PAGE}
    assert apps_of(tmp_path, files) == {"apps/web": "15.6.0"}


def test_a_file_belongs_to_the_nearest_app() -> None:
    root, web, inner = App(".", None), App("apps/web", None), App("apps/web/inner", None)
    assert app_of([root, inner, web], "apps/web/app/page.tsx") == web
    assert app_of([web, inner, root], "apps/web/inner/app/page.tsx") == inner
    assert app_of([web, root], "apps/website/app/page.tsx") == root
    assert app_of([web, inner], "lib/x.ts") is None
