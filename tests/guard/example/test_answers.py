"""What the example service answers to strangers, to an account, to another one and to an administrator."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from pathlib import Path
from typing import Any

import pytest
from tests.guard.example.site import ADA, ADMIN, BOB, SECRETS, Site, audited, shape, visit
from tests.guard.uploads import files

from doorcheck.guard.records.audit import verify_audit

NEW = {"customer": "Bakery", "amount_cents": 4200}


def test_every_door_but_the_public_ones_refuses_strangers(tmp_path: Path) -> None:
    async def check(site: Site) -> None:
        public = {"/health", "/sign-in", "/sign-out", "/files/{name}"}
        doors = site.service.guard.census()["doors"]
        assert public < {door["route"] for door in doors}
        for door in doors:
            if door["route"] in public:
                continue
            for method in door["methods"]:
                answer = await site.client.request(method, door["route"], body=b"{not json")
                assert (door["id"], answer.status) == (door["id"], 401)
                if door["route"] != "/webhooks/stripe":
                    assert answer.body_reads == 0
        assert (await site.client.request("GET", "/health")).json() == {"ok": True}

    visit(tmp_path, check)


def test_another_accounts_invoice_is_as_absent_as_none(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def check(site: Site) -> None:
        ada = await site.sign_in(ADA)
        theirs, none = site.seeded.invoices[BOB], "00000000-0000-4000-8000-000000000000"
        for method, given in (("GET", None), ("PATCH", {"customer": "x", "notes": ""}), ("DELETE", None)):
            answers = [await ada.request(method, f"/invoices/{one}", json=given) for one in (theirs, none, "x" * 300)]
            assert [shape(answer) for answer in answers] == [shape(answers[1])] * 3
            assert answers[0].status == 404
        answer = await ada.request("POST", "/actions/send-invoice", json={"invoice_id": theirs})
        assert shape(answer) == (409, {"ok": False, "reason": "no such invoice", "fields": {}})
        bob = await site.sign_in(BOB)
        found = (await bob.request("GET", "/invoices")).json()
        assert [(one["id"], one["customer"], one["status"]) for one in found] == [(theirs, "Customer of Bob", "draft")]

    with caplog.at_level("INFO", "doorcheck.guard"):
        visit(tmp_path, check)
    assert "read_invoice: no Invoice of this invoice_id in the caller's scope" in caplog.text
    denials = [entry for entry in verify_audit(tmp_path / "audit.jsonl") if entry["outcome"] == "404"]
    assert len(denials) == 9
    assert {entry["account"].partition(":")[0] for entry in denials} == {"own"}
    assert {entry["address"] for entry in denials} == {"203.0.113.7"}


def test_an_account_makes_changes_sends_and_deletes_its_own_invoice(tmp_path: Path) -> None:
    async def check(site: Site) -> None:
        ada = await site.sign_in(ADA)
        made = await ada.request("POST", "/invoices", json=NEW, headers={"idempotency-key": "one"})
        again = await ada.request("POST", "/invoices", json=NEW, headers={"idempotency-key": "one"})
        assert (made.status, again.status, made.body) == (201, 201, again.body)
        path = f"/invoices/{made.json()['id']}"
        changed = await ada.request("PATCH", path, json={"customer": "Baker", "notes": "half paid"})
        assert (changed.json()["customer"], changed.json()["amount_cents"]) == ("Baker", 4200)
        form = {"content-type": "application/x-www-form-urlencoded"}
        sent = await ada.request(
            "POST", "/actions/send-invoice", body=f"invoice_id={made.json()['id']}".encode(), headers=form
        )
        assert (sent.status, sent.headers["location"]) == (303, "/invoices")
        assert (await ada.request("GET", path)).json()["status"] == "sent"
        assert (await ada.request("DELETE", path)).status == 204
        assert (await ada.request("GET", path)).status == 404

    visit(tmp_path, check)
    assert ("change", "delete_invoice", "204") in audited(tmp_path)


@pytest.mark.parametrize(
    "extra",
    [
        {"owner_id": "x"},
        {"status": "paid"},
        {"role": "admin"},
        {"amount_cents": -1},
        {"amount_cents": "5"},
        {"amount_cents": True},
        {"customer": "Bakery\0"},
        {"notes": "a\x1b[31mred"},
    ],
)
def test_a_field_that_is_not_asked_for_or_not_as_it_is_asked_for_is_refused(
    tmp_path: Path, extra: dict[str, Any]
) -> None:
    async def check(site: Site) -> None:
        ada = await site.sign_in(ADA)
        answer = await ada.request("POST", "/invoices", json=NEW | extra)
        assert answer.status == 422
        assert [one["at"] for one in answer.json()["errors"]] == [f"body.{next(iter(extra))}"]
        assert len((await ada.request("GET", "/invoices")).json()) == 1

    visit(tmp_path, check)
    assert ("denial", "create_invoice", "422") in audited(tmp_path)


def test_a_door_that_costs_money_has_a_limit_and_a_ceiling(tmp_path: Path) -> None:
    async def check(site: Site) -> None:
        ada, bob = await site.sign_in(ADA), await site.sign_in(BOB)
        text = {"text": "Doors are to be locked. All of them."}
        answers = [await ada.request("POST", "/summary", json=text) for _ in range(6)]
        assert [answer.status for answer in answers] == [200] * 5 + [429]
        assert answers[0].json() == {"summary": "Doors are to be locked"}
        assert 0 < int(answers[5].headers["retry-after"]) <= 60
        # Of the day's 20,000 tokens nothing may be set aside that is not there any more.
        spent = site.service.tokens.spend(19_900, principal=_principal(site, BOB))
        async with spent as spending:
            spending.used(19_900)
        answer = await bob.request("POST", "/summary", json=text)
        assert answer.status == 429
        assert int(answer.headers["retry-after"]) > 0

    visit(tmp_path, check)


def test_a_project_is_in_reach_of_its_team_alone(tmp_path: Path) -> None:
    async def check(site: Site) -> None:
        ada = await site.sign_in(ADA)
        theirs = site.seeded.projects[BOB]
        assert [one["name"] for one in (await ada.request("GET", "/projects")).json()] == ["Project of Ada"]
        assert (await ada.request("GET", f"/projects/{theirs}")).status == 404
        assert (await ada.request("POST", f"/projects/{theirs}/archive")).status == 404
        assert (await ada.request("POST", "/teams/team-bob/projects", json={"name": "x"})).status == 404
        made = await ada.request("POST", "/teams/team-ada/projects", json={"name": "Shop"})
        assert made.status == 201
        archived = await ada.request("POST", f"/projects/{made.json()['id']}/archive")
        assert archived.json() == {"id": made.json()["id"], "name": "Shop", "archived": True}

    visit(tmp_path, check)


def test_an_administrator_deletes_others_and_never_their_own_account(tmp_path: Path) -> None:
    async def check(site: Site) -> None:
        ada, bob, admin = [await site.sign_in(one) for one in (ADA, BOB, ADMIN)]
        assert (await ada.request("GET", "/admin/users")).status == 403
        assert (await ada.request("DELETE", f"/admin/users/{site.seeded.users[BOB]}")).status == 403
        found = (await admin.request("GET", "/admin/users")).json()
        assert [set(one) for one in found] == [{"id", "email", "role"}] * 3
        own = await admin.request("DELETE", f"/admin/users/{site.seeded.users[ADMIN]}")
        assert own.status == 403
        assert (await admin.request("DELETE", f"/admin/users/{site.seeded.users[BOB]}")).status == 204
        assert (await bob.request("GET", "/me")).status == 401, "a session ends with its account"
        assert (await admin.request("DELETE", f"/admin/users/{site.seeded.users[BOB]}")).status == 404
        left = (await admin.request("GET", "/admin/users")).json()
        assert [one["email"] for one in left] == [ADA, ADMIN]

    visit(tmp_path, check)
    assert ("denial", "delete_user", "403") in audited(tmp_path)


def test_a_webhook_is_taken_once_and_only_from_who_has_the_secret(tmp_path: Path) -> None:
    async def check(site: Site) -> None:
        invoice = site.seeded.invoices[ADA]
        event = {
            "id": "evt_1",
            "type": "checkout.session.completed",
            "livemode": False,
            "data": {"object": {"metadata": {"invoice_id": invoice}}},
        }
        body = json.dumps(event).encode()

        async def deliver(secret: str) -> int:
            stamp = int(time.time())
            mac = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
            headers = {"stripe-signature": f"t={stamp},v1={mac}", "content-type": "application/json"}
            return (await site.client.request("POST", "/webhooks/stripe", body=body, headers=headers)).status

        ada = await site.sign_in(ADA)
        assert await deliver("another secret, as long as it") == 401
        assert (await ada.request("GET", f"/invoices/{invoice}")).json()["status"] == "draft"
        assert [await deliver(SECRETS["STRIPE_WEBHOOK_SECRET"]) for _ in range(2)] == [204, 204]
        assert (await ada.request("GET", f"/invoices/{invoice}")).json()["status"] == "paid"

    visit(tmp_path, check)
    assert [entry for entry in audited(tmp_path) if entry[0] == "unscoped"] == [("unscoped", "stripe", "lifted")]


def test_a_file_is_the_accounts_own_and_read_by_a_signed_address(tmp_path: Path) -> None:
    async def check(site: Site) -> None:
        ada, bob = await site.sign_in(ADA), await site.sign_in(BOB)
        form = {"content-type": "multipart/form-data; boundary=x"}
        refused = await ada.request("POST", "/uploads", body=files.form(b"<svg/>"), headers=form)
        assert refused.status == 415
        made = await ada.request("POST", "/uploads", body=files.form(files.png()), headers=form)
        assert made.status == 201
        path = f"/uploads/{made.json()['id']}"
        assert (await bob.request("GET", path)).status == 404
        address = (await ada.request("GET", path)).json()["address"]
        read = await site.client.request("GET", address)
        assert (read.status, read.body) == (200, files.png())
        assert (await site.client.request("GET", address.partition("?")[0])).status == 404

    visit(tmp_path, check)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/", "http://169.254.169.254/latest/meta-data/", "file:///etc/passwd", "http://[::1]/"]
)
def test_no_address_inside_is_fetched(tmp_path: Path, url: str) -> None:
    async def check(site: Site) -> None:
        ada = await site.sign_in(ADA)
        answer = await ada.request("GET", f"/preview?url={url}")
        assert answer.status == 422
        assert "127" not in answer.body.decode()

    visit(tmp_path, check)


def test_another_site_changes_nothing_with_the_callers_cookie(tmp_path: Path) -> None:
    async def check(site: Site) -> None:
        ada = await site.sign_in(ADA)
        path = f"/invoices/{site.seeded.invoices[ADA]}"
        for headers in ({"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}):
            assert (await ada.request("DELETE", path, headers=headers)).status == 403
        assert (await ada.request("GET", path)).status == 200

    visit(tmp_path, check, FRONT_END="https://tally.example.test")


def test_the_front_end_may_ask_with_the_callers_cookie_and_no_other_site_may(tmp_path: Path) -> None:
    async def check(site: Site) -> None:
        ada = await site.sign_in(ADA)
        for origin, status, allowed in (("https://tally.example.test", 201, True), ("https://evil.test", 403, False)):
            headers = {"origin": origin, "sec-fetch-site": "cross-site"}
            answer = await ada.request("POST", "/invoices", json=NEW, headers=headers)
            assert answer.status == status
            assert ("access-control-allow-origin" in answer.headers) is allowed

    visit(tmp_path, check, FRONT_END="https://tally.example.test")


def _principal(site: Site, email: str) -> Any:
    from doorcheck.guard import Carrier, Principal  # noqa: PLC0415  # only here

    return Principal(site.seeded.users[email], "own", Carrier.COOKIE, time.time() + 60)
