"""Rules for headers in the files of hosts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from doorcheck.controls import CATALOGUE
from doorcheck.core import ControlId, Missing, Verdict, Written
from doorcheck.scan.engine import scan

ALL = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=63072000",
}
VERCEL = json.dumps({"headers": [{"source": "/(.*)", "headers": [{"key": k, "value": v} for k, v in ALL.items()]}]})
NETLIFY = '[[headers]]\nfor = "/*"\n[headers.values]\n' + "".join(f'{k} = "{v}"\n' for k, v in ALL.items())
PLAIN = "# all pages\n/*\n" + "".join(f"  {k}: {v}\n" for k, v in ALL.items())


def verdict(root: Path, files: dict[str, str]) -> Verdict:
    pages = {"app/page.tsx": "export default () => <p />\n", "app/a/page.tsx": "export default () => <p />\n"}
    for path, content in {"package.json": '{"dependencies": {"next": "16.4.6"}}', **pages, **files}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content)
    control = next(each for each in CATALOGUE if each.spec.id is ControlId.SEND_HEADERS)
    (found,) = scan(root, controls=(control,)).app_verdicts.values()
    return found


@pytest.mark.parametrize(
    ("file", "content"),
    [("vercel.json", VERCEL), ("netlify.toml", NETLIFY), ("_headers", PLAIN), ("public/_headers", PLAIN)],
)
def test_all_headers_of_a_host(tmp_path: Path, file: str, content: str) -> None:
    found = verdict(tmp_path, {file: content})
    assert type(found).__name__ == "Held"
    assert {each.at.path for each in found.evidence if isinstance(each, Written)} == {file}


def test_a_rule_for_one_page_is_none_for_all(tmp_path: Path) -> None:
    found = verdict(tmp_path, {"vercel.json": VERCEL.replace("/(.*)", "/a")})
    assert isinstance(found, Missing)
    assert found.way == "not-every-page"


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        '{"headers": 1}',
        '{"headers": [1, {"source": 2}, {"source": "/(", "headers": [{"key": "A", "value": "b"}]}]}',
    ],
)
def test_rules_that_make_no_sense_are_none(tmp_path: Path, content: str) -> None:
    found = verdict(tmp_path, {"vercel.json": content, "netlify.toml": content, "_headers": content})
    assert isinstance(found, Missing)
    assert found.way == "no-headers"


def test_files_that_an_app_is_built_into_are_sent_by_the_host(tmp_path: Path) -> None:
    exported = "export default { output: 'export', headers: async () => [] }\n"
    found = verdict(tmp_path, {"next.config.mjs": exported, "public/_headers": PLAIN})
    assert type(found).__name__ == "Held"
