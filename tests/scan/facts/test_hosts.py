"""What a prefix or a pattern says of where an address leads."""

from __future__ import annotations

import pytest

from doorcheck.scan.facts import hosts


@pytest.mark.parametrize(
    ("prefix", "fixes"),
    [
        ("https://example.com/", True),
        ("https://example.com/files", True),
        ("https://example.com?", True),
        ("https:\\\\example.com\\", True),
        ("https://example.com", False),
        ("https://user@example.com/", False),
        ("https://", False),
        ("/files/", False),
        ("", False),
    ],
)
def test_a_prefix_fixes_the_host_where_the_authority_ends_in_it(prefix: str, fixes: bool) -> None:
    assert hosts.fixes_host(prefix) is fixes


@pytest.mark.parametrize(
    ("pattern", "keeps"),
    [
        (r"^https:\/\/cdn\.example\.com\/", True),
        (r"^https?:\/\/(www\.)?example\.com(\/|$)", True),
        (r"^https:\/\/[a-z0-9-]+\.example\.com\/", True),
        (r"^(.+\.)?example\.com$", False),
        (r"^[a-z0-9-]+$", True),
        (r"^https:\/\/cdn\.example\.com", False),
        (r"https:\/\/cdn\.example\.com\/", False),
        (r"^https:\/\/.*example\.com", False),
        (r"^(https?:\/\/)?[^\s]+$", False),
        (r"example\.com$", False),
        (r"^a(?=b", False),
    ],
)
def test_a_pattern_keeps_to_its_hosts_where_nothing_that_leads_elsewhere_matches(pattern: str, keeps: bool) -> None:
    assert hosts.keeps_to_hosts(pattern, "") is keeps


def test_of_a_parsed_host_a_pattern_says_more() -> None:
    assert hosts.keeps_to_hosts(r"^(.+\.)?example\.com$", "", of_host=True)
    assert not hosts.keeps_to_hosts(r"example\.com$", "", of_host=True)


@pytest.mark.parametrize(
    ("pattern", "inside"),
    [(r"^10\.", True), (r"^(localhost|127\.)", True), (r"^169\.254\.", True), (r"\d+", False), (r"^example$", False)],
)
def test_a_pattern_speaks_of_the_inside_where_only_private_addresses_match(pattern: str, inside: bool) -> None:
    assert hosts.speaks_of_inside(pattern, "") is inside


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("127.0.0.1", True),
        ("localhost", True),
        ("169.254.169.254", True),
        (".internal", True),
        ("fd00::", True),
        ("feeds.example.com", False),
        ("8.8.8.8", False),
        ("210.1.1.1", False),
    ],
)
def test_texts_of_private_addresses(text: str, inside: bool) -> None:
    assert hosts.is_inside(text) is inside


def test_slashes_are_matched_by_all_by_some_or_by_none() -> None:
    assert hosts.slashes(r"[\\/]", "") is True
    assert hosts.slashes(r"^[a-z]+$", "") is False
    assert hosts.slashes(r"\/", "") is None


def test_what_a_replacement_leaves() -> None:
    assert hosts.takes_out_slashes(r"[^a-z0-9]", "g")
    assert not hosts.takes_out_slashes(r"[^a-z0-9]", "")
    assert not hosts.takes_out_slashes(r"\s", "g")
    assert hosts.takes_out_separators(r"[/\\]", "g")
