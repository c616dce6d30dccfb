"""A document on file is opened: fetched from QuickBooks at that moment, and handed out to do nothing."""

import json

import pytest

from qb_collections.emulator import uploads
from qb_collections.quickbooks import paper_files
from qb_collections.quickbooks.paper_files import is_store
from qb_collections.services import documents
from qb_collections.store import people
from qb_collections.store.engine import durable
from qb_collections.store.people import Role
from qb_collections.store.tables.people import practice
from qb_collections.web import create_web_app
from tests.web.conftest import PASSWORD, Browser
from tests.world import START, World

PART = """--x
Content-Disposition: form-data; name="file_metadata_01"
Content-Type: application/json

{metadata}
--x
Content-Disposition: form-data; name="file_content_01"
Content-Type: text/html

<script>alert(1)</script>
--x--
"""


@pytest.fixture(scope="module")
def world():
    """A customer with a page and a note attached; a viewer of the company, and a stranger."""
    world = World()
    world.them = world.customer("Alder Bakery", "a@b.example")
    ref = {"EntityRef": {"type": "Customer", "value": world.them}}
    metadata = {"FileName": "order \u202e../4711.html", "ContentType": "text/html", "AttachableRef": [ref]}
    body = PART.format(metadata=json.dumps(metadata)).encode()
    uploaded = uploads.upload(world.engine, world.realm, "multipart/form-data; boundary=x", body)
    world.file_id = uploaded["AttachableResponse"][0]["Attachable"]["Id"]
    note = world.engine.save(world.realm, "Attachable", {"Note": "Ring after noon", "AttachableRef": [ref]})
    world.note_id = note["Id"]
    company = world.connect()
    documents.look(world.context, company, world.them)
    with durable(world.context.engine) as conn:
        viewer = people.add_user(conn, "viewer@ours.example", "Vera", at=START, password=PASSWORD)
        people.join(conn, viewer.id, company.practice_id, Role.VIEWER, at=START)
        stranger = people.add_user(conn, "else@theirs.example", "Else", at=START, password=PASSWORD)
        made = conn.execute(practice.insert().values(name="Another", created_at=START))
        people.join(conn, stranger.id, made.inserted_primary_key[0], Role.OWNER, at=START)
    world.web = create_web_app(world.context)
    yield world
    world.close()


def opened(world, document_id, email="viewer@ours.example"):
    browser = Browser(world.web.test_client())
    browser.post("/sign-in", email=email, password=PASSWORD)
    return browser.get(f"/companies/{world.company_id}/documents/{document_id}/file", follow_redirects=True)


@pytest.mark.req("SEC-26")
def test_sec_26_a_file_is_handed_over_whole_and_never_shown_in_here(world):
    answer = opened(world, world.file_id)

    assert answer.status_code == 200
    assert answer.data == b"<script>alert(1)</script>"
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert ".html" in answer.headers["Content-Disposition"]
    assert "/4711" not in answer.headers["Content-Disposition"]
    assert "%E2%80%AE" not in answer.headers["Content-Disposition"]


def test_a_note_and_what_is_gone_or_too_large_are_said_on_the_customers_page(world, monkeypatch):
    note = opened(world, world.note_id).text
    monkeypatch.setattr(paper_files, "FILE_BYTES_MAX", 10)
    large = opened(world, world.file_id).text

    assert "It is a note and not a file" in note and "<h1>Alder Bakery</h1>" in note
    assert "larger than 20 MB" in large


@pytest.mark.req("SEC-41")
def test_sec_41_no_other_company_opens_it_and_nobody_what_is_not_listed(world):
    assert opened(world, world.file_id, "else@theirs.example").status_code == 404
    assert opened(world, "4711").status_code == 404


@pytest.mark.req("SEC-50")
@pytest.mark.parametrize(
    ("address", "goes"),
    [
        ("https://intuit-qbo-prod-29.s3.amazonaws.com/a?X-Amz-Signature=b", True),
        ("http://127.0.0.1:9100/v3/company/1/download/5/content?ends=1", True),  # the company's own emulator
        ("http://127.0.0.1:9101/v3/company/1/download/5/content", False),
        ("http://169.254.169.254/latest/meta-data", False),
        ("http://intuit-qbo-prod-29.s3.amazonaws.com/a", False),
        ("https://amazonaws.com.evil.example/a", False),
        ("https://evilamazonaws.com/a", False),
        ("https://user@x.amazonaws.com/a", False),
        ("https://x.amazonaws.com:8443/a", False),
        ("file:///etc/passwd", False),
    ],
)
def test_sec_50_files_are_fetched_from_intuits_stores_alone(address, goes):
    assert is_store(address, "http://127.0.0.1:9100/v3") is goes
