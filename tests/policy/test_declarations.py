"""Public doors and accepted findings: which ones are meant, and which declarations are stale."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from tests.policy.scanned import ACTIONS, ARCHIVE, BYPASS, DELETE, GET, RENAME, ROUTE, Repository

from doorcheck.core import ControlId, Declared, Finding, Held, Location, Missing, NotNeeded, Report, Standing
from doorcheck.policy.configuration import AcceptedFinding, Configuration, PublicDoor

IN_FILE = Location("doorcheck.toml", 6)


def _authenticate(report: Report, door: str) -> object:
    return report.verdicts[door, ControlId.AUTHENTICATE]


def _finding(report: Report, subject: str) -> Finding:
    return next(finding for finding in report.findings if finding.subject == subject)


def _said(report: Report) -> list[str]:
    return [notice.says for notice in report.notices]


@pytest.mark.parametrize("line", [DELETE.at.line, DELETE.at.line - 1])
def test_a_comment_makes_a_door_public_from_its_line_or_the_line_before(line: int) -> None:
    report = Repository(comments=[(ROUTE, line, "public - a demo")]).report()
    verdict = _authenticate(report, DELETE.id)
    assert isinstance(verdict, NotNeeded)
    assert verdict.says == "declared public: a demo"
    assert verdict.evidence == (Declared("the team declares this door public", Location(ROUTE, line)),)
    assert DELETE.id not in {finding.subject for finding in report.findings}
    assert not report.notices


def test_an_unknown_door_can_be_declared_public() -> None:
    report = Repository(comments=[(ACTIONS, ARCHIVE.at.line, "public - a demo")]).report()
    assert isinstance(_authenticate(report, ARCHIVE.id), NotNeeded)


def test_a_comment_behind_a_door_says_nothing_of_the_door_below() -> None:
    above, below = replace(GET, at=Location(ROUTE, 5)), replace(DELETE, at=Location(ROUTE, 6))
    repository = Repository(doors=(above, below, RENAME, ARCHIVE), comments=[(ROUTE, 5, "public - a probe")])
    report = repository.report()
    assert isinstance(_authenticate(report, GET.id), Held)
    assert isinstance(_authenticate(report, DELETE.id), Missing)


def test_an_acceptance_behind_a_door_does_not_reach_the_finding_below() -> None:
    above, below = replace(GET, at=Location(ROUTE, 5)), replace(DELETE, at=Location(ROUTE, 6))
    comments = [(ROUTE, 5, "accept authenticate - why")]
    report = Repository(doors=(above, below, RENAME, ARCHIVE), comments=comments).report()
    assert _finding(report, DELETE.id).standing is Standing.NEW
    assert _said(report) == [f"nothing to accept: authenticate is not missing for {GET.id}"]


def test_comments_may_stand_one_above_the_other() -> None:
    comments = [(ACTIONS, 2, "accept authenticate - until spring"), (ACTIONS, 3, "accept patch-framework - why")]
    report = Repository(comments=comments).report()
    assert _finding(report, RENAME.id).reason == "until spring"
    assert _said(report) == [f"nothing to accept: patch-framework is not missing for {RENAME.id}"]


def test_a_comment_without_a_door_is_stale() -> None:
    report = Repository(comments=[(ROUTE, 40, "public - why"), (ROUTE, 50, "accept authenticate - why")]).report()
    assert _said(report) == [
        "declared public, but no door begins on this line or the next",
        "nothing to accept: no door begins on this line or the next",
    ]
    assert [notice.at.line for notice in report.notices] == [40, 50]


def test_public_on_a_door_that_authenticates_changes_nothing_and_is_said() -> None:
    report = Repository(comments=[(ROUTE, GET.at.line, "public - why")]).report()
    assert isinstance(_authenticate(report, GET.id), Held)
    assert _said(report) == [f"declared public, but {GET.id} authenticates: this declaration changes nothing"]


def test_a_comment_accepts_a_finding_which_stays_counted() -> None:
    report = Repository(comments=[(ROUTE, DELETE.at.line, "accept authenticate - until spring")]).report()
    finding = _finding(report, DELETE.id)
    assert (finding.standing, finding.reason) == (Standing.ACCEPTED, "until spring")
    assert isinstance(_authenticate(report, DELETE.id), Missing)
    assert not report.notices


def test_a_comment_without_a_reason_accepts_nothing() -> None:
    report = Repository(comments=[(ROUTE, DELETE.at.line, "accept authenticate")]).report()
    assert _finding(report, DELETE.id).standing is Standing.NEW
    assert "no effect without a reason" in _said(report)[0]


def test_nothing_is_said_of_a_control_that_was_not_asked() -> None:
    comments = [(ROUTE, 50, "accept authenticate - why"), (ROUTE, 60, "accept patch-framework - why")]
    report = Repository(comments=comments, controls=(ControlId.AUTHENTICATE,)).report()
    assert [notice.at.line for notice in report.notices] == [50]


@pytest.mark.parametrize(
    "named",
    [DELETE.id, "/api/invoices/[id]", ROUTE, "DELETE /api/**", "* /api/invoices/*", "app/api/**", f"{ROUTE}#DELETE"],
)
def test_configuration_names_public_doors_by_id_route_file_or_glob(named: str) -> None:
    report = Repository().report(Configuration(public=(PublicDoor(named, "a demo", IN_FILE),)))
    verdict = _authenticate(report, DELETE.id)
    assert isinstance(verdict, NotNeeded)
    assert verdict.evidence == (Declared("the team declares this door public", IN_FILE),)
    assert isinstance(_authenticate(report, RENAME.id), Missing)
    assert not report.notices


@pytest.mark.parametrize("named", ["DELETE /api/invoices/i", "DELETE /api/*", "/api", "delete /api/invoices/[id]"])
def test_what_names_no_door_is_reported(named: str) -> None:
    report = Repository().report(Configuration(public=(PublicDoor(named, "a demo", IN_FILE),)))
    assert isinstance(_authenticate(report, DELETE.id), Missing)
    assert _said(report) == [f"declared public, but there is no door {named}; `doorcheck doors` lists them"]


def test_the_comment_at_the_door_comes_before_the_configuration() -> None:
    repository = Repository(comments=[(ROUTE, DELETE.at.line, "public - said here")])
    report = repository.report(Configuration(public=(PublicDoor(DELETE.id, "said there", IN_FILE),)))
    verdict = _authenticate(report, DELETE.id)
    assert isinstance(verdict, NotNeeded)
    assert verdict.says == "declared public: said here"


@pytest.mark.parametrize("named", ["app .", ".", "app *"])
def test_configuration_accepts_what_is_found_of_an_app(named: str) -> None:
    accept = AcceptedFinding("patch-framework", named, "behind a gateway", IN_FILE)
    report = Repository(app=BYPASS).report(Configuration(accept=(accept,)))
    assert _finding(report, "app .").standing is Standing.ACCEPTED
    assert not report.notices


def test_configuration_that_accepts_nothing_or_an_unknown_control_is_reported() -> None:
    accept = (
        AcceptedFinding("authenticate", GET.id, "why", IN_FILE),
        AcceptedFinding("authentication", DELETE.id, "why", IN_FILE),
    )
    report = Repository().report(Configuration(accept=accept))
    assert _said(report) == [
        f"nothing to accept: authenticate is not missing for {GET.id}",
        "there is no control `authentication`; did you mean authenticate?",
    ]
    assert _finding(report, DELETE.id).standing is Standing.NEW


def test_a_tower_of_comments_takes_no_time() -> None:
    repository = Repository(comments=[(ROUTE, line, "public - why") for line in range(100, 40_000)])
    before = time.process_time()
    report = repository.report()
    assert time.process_time() - before < 5
    assert set(_said(report)) == {"declared public, but no door begins on this line or the next"}
