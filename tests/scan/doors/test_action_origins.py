"""Which patterns of origins let other people's pages call server actions."""

from __future__ import annotations

import pytest

from doorcheck.scan.doors.action_origins import is_open


@pytest.mark.parametrize(
    "pattern", ["*", "**", "*.com", "*.vercel.app", "*.VERCEL.app", "**.netlify.app", "*.ngrok-free.app:443"]
)
def test_a_pattern_that_anybodys_host_matches_is_open(pattern: str) -> None:
    assert is_open(pattern)


@pytest.mark.parametrize(
    "pattern",
    ["app.acme.test", "*.acme.test", "**.acme.test", "acme.vercel.app", "*.acme.vercel.app", "localhost:3000"],
)
def test_a_pattern_that_only_the_apps_own_hosts_match_is_not(pattern: str) -> None:
    assert not is_open(pattern)
