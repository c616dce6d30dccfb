"""Settings and health: what is shown, what is taken out, and that of a deleted company nothing is left."""

import csv
import hashlib
import html
import io
import json
import zipfile
from datetime import date

import pytest

from qb_collections.core.intents import IntentKind, PlannedIntent
from qb_collections.services import deletion
from qb_collections.store import audit, companies, everything, intents, leases, mirror, people, runs
from qb_collections.store.certificates import hash_of
from qb_collections.store.engine import durable, reading
from qb_collections.store.people import Role
from tests.web.conftest import NOW, PASSWORD, customer, invoice
from tests.web.statements import MOST, statements_of

SECRET = "canary-of-a-secret"


def path(house, rest=""):
    return f"/companies/{house.ours.id}/settings/{rest}"


@pytest.fixture
def boss(house):
    """The owner of the whole practice: who sees certificates."""
    with durable(house.context.engine) as conn:
        made = people.add_user(conn, "boss@ours.example", "The boss", at=NOW, password=PASSWORD)
        people.join(conn, made.id, house.ours.practice_id, Role.OWNER, at=NOW)
    return house.browser("boss@ours.example")


def written(house, key="note:1", external_id="777"):
    """One note that QuickBooks has, with its way back."""
    with durable(house.context.engine) as conn:
        run = runs.open_run(conn, house.ours.id, "night", date(2026, 11, 2), NOW)
        plan = {"invoice_id": "70", "ref": "7F3A9C"}
        intents.plan(conn, house.ours.id, run.id, [PlannedIntent(key, IntentKind.NOTE, NOW, plan)])
        conn.exec_driver_sql(
            "UPDATE intent SET state = 'confirmed', external_id = ?, settled_at = ?, "
            "before = ?, after = ?, inverse = ? WHERE key = ?",
            (
                external_id,
                "2026-11-02T15:30:00.000000Z",
                '{"PrivateNote":"as it was"}',
                '{"PrivateNote":"as it is"}',
                '{"remove_line":"2 Nov 2026: Copy e-mailed"}',
                key,
            ),
        )


def everything_named(name):
    return next(one for one in everything.tables() if one.name == name)


def test_the_page_says_how_the_company_is_connected_sends_and_notes(house):
    with durable(house.context.engine) as conn:
        companies.update(
            conn,
            house.ours.id,
            contact_name="Dana Ruiz",
            contact_phone="423-555-0100",
            note_place="attachment",
        )

    page = html.unescape(house.browser("viewer@ours.example").get(path(house)).text)

    assert "Read just now" in page
    assert "Monday to Friday, 09:00 to 17:00" in page
    assert "Dana Ruiz · 423-555-0100" in page
    assert "A small text beside the invoice" in page
    assert "Delete Copperleaf" not in page  # only an owner is offered it
    assert "Delete Copperleaf" in house.browser("owner@ours.example").get(path(house)).text


@pytest.mark.parametrize("address", ["settings/", "settings/journal"])
def test_a_page_of_settings_asks_the_database_at_most_twelve_times(house, address):
    written(house)

    assert len(statements_of(house, address)) <= MOST


def test_the_journal_has_every_write_with_what_was_there_before_and_the_way_back(house):
    written(house)
    manager = house.browser("manager@ours.example")

    page = html.unescape(manager.get(path(house, "journal")).text)
    earlier = manager.get(path(house, "journal?before=1")).text

    for said in (
        "QuickBooks id 777",
        "as it was",
        "as it is",
        "Copy e-mailed",
        "(ref 7F3A9C)",
        "In QuickBooks",
    ):
        assert said in page
    assert "Nothing earlier." in earlier


def test_everything_is_taken_out_in_files_that_run_nothing_and_hold_no_secret(house):
    written(house)
    with durable(house.context.engine) as conn:
        mirror.put_customers(conn, house.ours.id, [customer("17", name="=HYPERLINK(evil)", balance="1.00")])
        mirror.put_invoices(conn, house.ours.id, [invoice("91", "17", "@sum", date(2026, 10, 1), "1.00")])
        conn.exec_driver_sql(
            "INSERT INTO connection (company_id, realm_sealed, realm_hash, refresh_sealed, generation, "
            "connected_at) VALUES (?, ?, ?, ?, 1, '2026-11-02T15:30:00.000000Z')",
            (house.ours.id, SECRET, SECRET, SECRET),
        )

    answer = house.browser("owner@ours.example").post(path(house, "export"))
    packed = zipfile.ZipFile(io.BytesIO(answer.data))
    rows = list(csv.reader(io.StringIO(packed.read("csv/customers.csv").decode("utf-8-sig"))))
    invoices = json.loads(packed.read("json/invoices.json"))
    manifest = json.loads(packed.read("manifest.json"))

    assert answer.headers["Content-Disposition"] == 'attachment; filename="copperleaf-2026-11-02.zip"'
    assert packed.testzip() is None
    assert any("'=HYPERLINK(evil)" in row for row in rows)
    assert {one["id"] for one in invoices} == {"70", "91"}
    assert manifest["rows"]["invoices"] == 2
    every = b"".join(packed.read(name) for name in packed.namelist())
    assert SECRET.encode() not in every
    assert b"Elsewhere" not in every  # the other company
    with reading(house.context.engine) as conn:
        assert audit.entries(conn, house.ours.id)[0].action == "everything exported"


def test_each_table_of_a_company_is_handed_out_or_said_to_be_left_out():
    known = {one.name for one in everything.handed_out()} | everything.LEFT_OUT.keys()

    assert {one.name for one in everything.tables()} <= known


def test_no_key_token_or_sealed_column_is_handed_out():
    handed = {name for table in everything.handed_out() for name in everything.columns(table)}

    assert not {name for name in handed if "sealed" in name or name.endswith("token")} - {"sync_token"}
    assert "key" not in everything.columns(everything.handed_out()[0])  # of the company: its request ids


def test_another_name_deletes_nothing(house):
    owner = house.browser("owner@ours.example")
    before = house.dump()

    answer = owner.post(path(house, "delete"), name="Copperlea")

    assert answer.status_code == 422
    assert "type the name exactly: Copperleaf" in answer.text
    assert house.dump() == before


def test_a_deleted_company_is_there_for_nobody_and_its_certificate_says_what_went(house, boss):
    written(house)

    answer = boss.post(path(house, "delete"), name=" Copperleaf ")
    page = html.unescape(boss.get(answer.location).text)
    text = boss.get(f"/certificates/{house.ours.id}.json").data.decode()
    said = json.loads(text)

    assert answer.location == f"/certificates/{house.ours.id}"
    assert hashlib.sha256(text.encode()).hexdigest() == hash_of(text)
    assert hash_of(text) in page
    assert (said["company"], said["deleted_by"]) == ("Copperleaf", "The boss")
    assert said["rows_deleted"]["mirror_customer"] == 1
    assert said["rows_deleted"]["mirror_invoice"] == 1
    assert said["rows_deleted"]["intent"] == 1
    assert said["rows_deleted_together"] == sum(said["rows_deleted"].values())
    assert boss.get(path(house)).status_code == 404
    assert "Copperleaf" in html.unescape(
        boss.get("/companies").text
    )  # among the deleted, with its certificate
    assert house.browser("owner@theirs.example").get(f"/certificates/{house.ours.id}").status_code == 404


def test_of_a_deleted_company_no_row_is_left_and_the_audit_still_holds(house, boss):
    written(house)
    boss.post(path(house, "delete"), name="Copperleaf")

    with reading(house.context.engine) as conn:
        left = {
            one.name: count
            for one in everything.tables()
            if (count := everything.count(conn, one, house.ours.id))
            and one.name not in ("audit", "certificate")
        }
        chain = audit.verify_chain(conn, house.ours.id)
        own = audit.verify_chain(conn, None)
        row = companies.get(conn, house.ours.id)
        others = everything.count(conn, everything_named("mirror_customer"), house.theirs.id)

    assert left == {}
    assert (chain.problem, own.problem) == (None, None)
    assert row.name == f"Deleted company {house.ours.id}"
    assert "of Copperleaf" not in house.dump()  # what its customers were called
    assert others == 1


def test_while_somebody_works_for_the_company_nothing_is_deleted(house, boss, monkeypatch):
    monkeypatch.setattr(deletion, "PAGE_SECONDS", 0.0)
    monkeypatch.setattr("qb_collections.services.disconnect.PAGE_SECONDS", 0.0)
    lease = leases.acquire(house.context.engine, house.ours.id, "another", wait_seconds=0.0)

    answer = boss.post(path(house, "delete"), name="Copperleaf")
    leases.release(house.context.engine, lease, None)

    assert answer.status_code == 422
    assert "was not disconnected" in html.unescape(answer.text)
    assert boss.get(path(house)).status_code == 200
