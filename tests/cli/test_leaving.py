"""Taking everything out by command, and deleting a company: the permission ends, no row stays."""

import json
import sqlite3
import stat
import zipfile

import requests

NAME = "Harbor Light Supply"


def test_an_export_is_private_never_overwrites_and_has_the_customers(connected, tmp_path):
    file = tmp_path / "harbor.zip"
    connected.told("sync")

    told = connected.told("company", "export", str(file))
    again = connected.told("company", "export", str(file), code=2)

    assert told["bytes"] == file.stat().st_size
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "exists already" in again["error"]["message"]
    with zipfile.ZipFile(file) as packed:
        assert packed.testzip() is None
        customers = json.loads(packed.read("json/customers.json"))
        assert {one["name"] for one in customers} >= {"Alder Grove School", "Fir Hill Farm"}
        every = b"".join(packed.read(name) for name in packed.namelist())
    assert connected.realm_id.encode() not in every


def test_a_company_is_deleted_only_by_its_name_and_the_permission_ends_first(connected):
    connected.told("sync")

    asked = connected.run("company", "delete", NAME)
    wrong = connected.told("company", "delete", NAME, "--confirm", "Harbor", code=1)
    told = connected.told("company", "delete", NAME, "--confirm", NAME)
    calls = requests.get(f"{connected.server.base_url}/emulator/control/requests?after=0", timeout=5).text

    assert "It cannot be undone" in asked.output
    assert f"type the name exactly: {NAME}" in wrong["error"]["message"]
    assert told["certificate"]["permission"] == "ended at Intuit"
    assert told["certificate"]["rows_deleted"]["mirror_customer"] == 6
    assert told["certificate"]["rows_deleted"]["connection"] == 1
    assert "revoke" in calls
    assert connected.told("companies")["companies"] == []
    (file,) = connected.folder.glob("*.sqlite3")
    with sqlite3.connect(file) as conn:
        written = "\n".join(conn.iterdump())
    conn.close()
    assert "Alder Grove School" not in written
