"""What the jobs do for a company, against an emulator."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from qb_collections.core.company_gates import Link, Mode
from qb_collections.jobs import work
from qb_collections.services import modes, progress
from qb_collections.store import cursors, inbox, mirror, runs
from qb_collections.store.engine import durable, reading

pytestmark = pytest.mark.xdist_group("house")  # the made-up company is written once

NIGHT_AT = datetime(2026, 10, 31, 6, 30, tzinfo=UTC)


def nights(house):
    with reading(house.context.engine) as conn:
        return [run.on.isoformat() for run in runs.list(conn, house.id, kind="night")]


def synced_at(house):
    with reading(house.context.engine) as conn:
        return cursors.cursor(conn, house.id).synced_at


def push(house, *realms):
    events = [{"intuitaccountid": realm, "type": "qbo.invoice.updated.v1"} for realm in realms]
    with durable(house.context.engine) as conn:
        inbox.store(conn, [json.dumps(events).encode()], vault=house.context.vault, at=house.clock.now())


def realm(house):
    return house.emulator.ready_line()["realm_id"]


def test_the_first_sync_reads_the_books_and_tells_how_far_it_is(house):
    house.worker("sync", house.id)

    with reading(house.context.engine) as conn:
        assert mirror.counts(conn, house.id)["open_invoices"] == 71
    assert progress.of(house.id) is None


def test_a_night_that_is_not_due_does_nothing(house):
    house.clock.set(NIGHT_AT - timedelta(seconds=1))
    calls = house.calls()

    house.worker("night", house.id)

    assert nights(house) == []
    assert house.calls() == calls


def test_a_night_that_is_due_runs_once_and_the_next_is_tomorrow(house):
    house.clock.set(NIGHT_AT)

    house.worker("night", house.id)
    house.worker("night", house.id)

    assert nights(house) == ["2026-10-31"]
    # Clocks go back on 1 November: 02:30 is then an hour later in UTC.
    assert house.company.next_night_at == datetime(2026, 11, 1, 7, 30, tzinfo=UTC)


def test_three_nights_that_were_missed_become_one(house):
    house.clock.set(datetime(2026, 11, 3, 15, 0, tzinfo=UTC))

    house.worker("night", house.id)
    house.worker("night", house.id)

    assert nights(house) == ["2026-11-03"]
    assert house.company.next_night_at == datetime(2026, 11, 4, 7, 30, tzinfo=UTC)


def test_todays_run_by_hand_does_not_wait_for_the_night(house):
    house.worker("night by hand", house.id)

    assert nights(house) == ["2026-10-30"]
    assert house.company.next_night_at == NIGHT_AT


def test_what_was_pushed_brings_one_sync_for_all_of_it(house):
    house.worker("sync", house.id)
    house.clock.advance(timedelta(minutes=10))
    push(house, realm(house))
    push(house, realm(house), realm(house))

    house.worker("inbox", 0)
    assert house.woken == [("inbox", house.id)]
    calls = house.calls()
    house.worker("inbox", house.id)

    assert synced_at(house) == house.clock.now()
    assert house.calls() == calls + 1
    with reading(house.context.engine) as conn:
        assert inbox.pending(conn, house.id, vault=house.context.vault) == []


def test_nothing_pushed_means_no_call(house):
    house.worker("sync", house.id)
    calls = house.calls()

    house.worker("inbox", house.id)

    assert house.calls() == calls


@pytest.mark.parametrize("realms", [("999",), ()])
def test_what_is_about_nobody_we_know_is_kept_aside(house, realms):
    push(house, *realms)

    house.worker("inbox", 0)

    assert house.woken == []
    with reading(house.context.engine) as conn:
        assert inbox.unsplit(conn, vault=house.context.vault) == []


def test_a_body_about_us_and_a_stranger_wakes_us_and_keeps_the_rest_aside(house):
    push(house, "999", realm(house))

    house.worker("inbox", 0)
    house.real.advance(timedelta(seconds=work.GATHER_SECONDS))
    house.worker("inbox", 0)

    assert set(house.woken) == {("inbox", house.id)}
    with reading(house.context.engine) as conn:
        [part] = inbox.pending(conn, house.id, vault=house.context.vault)
        assert b"999" not in part.body
        assert inbox.unsplit(conn, vault=house.context.vault) == []


def test_an_unreadable_body_is_kept_aside(house):
    with durable(house.context.engine) as conn:
        inbox.store(conn, [b"<html>"], vault=house.context.vault, at=house.clock.now())

    house.worker("inbox", 0)

    with reading(house.context.engine) as conn:
        assert inbox.unsplit(conn, vault=house.context.vault) == []


def test_when_quickbooks_does_not_answer_the_page_says_so_and_the_night_is_still_due(house):
    house.clock.set(NIGHT_AT)
    house.emulator.stop()

    house.worker("night", house.id)

    assert nights(house) == []
    assert house.company.next_night_at == NIGHT_AT
    assert "We try again in 5 minutes" in progress.of(house.id).trouble


def test_after_trouble_the_night_rests_five_minutes_of_real_time(house):
    house.clock.set(NIGHT_AT)
    house.update(base_url="http://127.0.0.1:9/v3")  # nobody listens there
    house.worker("night", house.id)
    house.update(base_url=f"{house.emulator.base_url}/v3")

    house.real.advance(timedelta(seconds=299))
    house.worker("night", house.id)
    assert nights(house) == []
    house.real.advance(timedelta(seconds=1))
    house.worker("night", house.id)

    assert nights(house) == ["2026-10-31"]


def test_a_company_that_was_disconnected_meanwhile_is_left_alone(house):
    house.clock.set(NIGHT_AT)
    house.update(state=Link.DISCONNECTED)
    calls = house.calls()

    for job in ("sync", "night", "night by hand", "deliver", "inbox", "refresh"):
        house.worker(job, house.id)

    assert house.calls() == calls


def test_a_stop_lets_the_night_decide_and_leaves_the_delivery_for_the_next_start(house):
    house.worker("sync", house.id)
    modes.set_mode(house.context, house.company, Mode.AUTOMATIC, by="Sam", confirmed=True)
    house.clock.set(datetime(2026, 11, 2, 15, 30, tzinfo=UTC))
    house.stopping.set()

    house.worker("night by hand", house.id)

    assert nights(house) == ["2026-11-02"]
    sent = [one for one in house.emulator.front.log.after(0, limit=10_000) if one["path"].endswith("/send")]
    assert sent == []
    house.stopping.clear()
    house.worker("deliver", house.id)
    sent = [one for one in house.emulator.front.log.after(0, limit=10_000) if one["path"].endswith("/send")]
    assert len(sent) == 2


def test_after_the_first_reading_what_would_happen_tonight_is_there_to_be_read(house):
    house.worker("sync", house.id)
    house.worker("sync", house.id)

    with reading(house.context.engine) as conn:
        [only] = runs.list(conn, house.id)
    assert (only.kind, only.on.isoformat(), house.company.mode) == ("preview", "2026-10-31", Mode.SHADOW)
