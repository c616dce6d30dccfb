"""Uploaded files are fetched from signed addresses, for a quarter of an hour and without a token."""

from __future__ import annotations

from datetime import timedelta

import pytest
import requests

CONTENT = b"Dear Sir\n"


@pytest.fixture
def app(emulator):
    emulator.sign_in()
    return emulator


def upload(app):
    files = {"file_content_01": ("letter.txt", CONTENT, "text/plain")}
    answer = app.session.post(f"{app.company_url}/upload", files=files)
    return answer.json()["AttachableResponse"][0]["Attachable"]


def test_a_file_is_fetched_without_a_token_for_a_quarter_of_an_hour(app):
    address = upload(app)["TempDownloadUri"]

    app.clock.advance(timedelta(minutes=15) - timedelta(seconds=1))
    in_time = requests.get(address)
    app.clock.advance(timedelta(seconds=1))
    too_late = requests.get(address)

    assert (in_time.status_code, in_time.content) == (200, CONTENT)
    assert in_time.headers["Content-Type"].startswith("text/plain")
    assert too_late.status_code == 401


def test_reading_and_querying_give_a_whole_and_fresh_address(app):
    file = upload(app)
    app.clock.advance(timedelta(minutes=30))

    read = app.session.get(f"{app.company_url}/attachable/{file['Id']}").json()["Attachable"]
    [found] = app.query("select * from Attachable").json()["QueryResponse"]["Attachable"]
    plain = app.session.get(f"{app.company_url}/download/{file['Id']}")

    for address in (read["TempDownloadUri"], found["TempDownloadUri"], plain.text):
        assert requests.get(address).content == CONTENT
    assert plain.headers["Content-Type"].startswith("text/plain")


def test_a_signature_opens_one_file_and_nothing_else(app):
    first, second = upload(app), upload(app)
    signed = first["TempDownloadUri"].partition("?")[2]

    other = requests.get(f"{app.company_url}/download/{second['Id']}/content?{signed}")
    record = requests.get(f"{app.company_url}/attachable/{first['Id']}?{signed}")

    assert (other.status_code, record.status_code) == (401, 401)
