"""The test that every application should have: a second account asks for all that the first one has."""

from __future__ import annotations

from pathlib import Path

from tests.guard.example.site import ADA, BOB, Site, shape, visit
from tests.guard.uploads import files

NONE = "00000000-0000-4000-8000-000000000000"
BODIES = {
    "PATCH /invoices/{invoice_id}": {"customer": "x", "notes": ""},
    "POST /teams/{team_id}/projects": {"name": "x"},
}


def test_what_one_account_has_is_absent_to_the_other(tmp_path: Path) -> None:
    async def check(site: Site) -> None:
        ada, bob = await site.sign_in(ADA), await site.sign_in(BOB)
        form = {"content-type": "multipart/form-data; boundary=x"}
        upload = await ada.request("POST", "/uploads", body=files.form(files.png()), headers=form)
        hers = {
            "invoice_id": site.seeded.invoices[ADA],
            "project_id": site.seeded.projects[ADA],
            "team_id": "team-ada",
            "upload_id": upload.json()["id"],
        }
        asked = 0
        for door in site.service.guard.census()["doors"]:
            for name, value in hers.items():
                if f"{{{name}}}" not in door["route"]:
                    continue
                for method in door["methods"]:
                    paths = [door["route"].replace(f"{{{name}}}", one) for one in (value, NONE)]
                    theirs, none = [await bob.request(method, one, json=BODIES.get(door["id"])) for one in paths]
                    assert theirs.status == 404, door["id"]
                    assert shape(theirs) == shape(none), door["id"]
                    asked += 1
        assert asked == 7

    visit(tmp_path, check)
