"""A backup is put back after nights that it knows nothing of: nothing is written or said twice."""

from datetime import date, timedelta
from functools import cache

import pytest

from qb_collections.core.company_gates import Mode
from qb_collections.services import backup, leasing, modes, restored, sync
from qb_collections.services.refusal import Refusal
from qb_collections.store import answers, companies, contacts, cycles, snapshot
from qb_collections.store.engine import durable, reading
from tests.journeys.story import Story
from tests.world import Saved


@cache
def owed() -> tuple[Saved, dict[str, str]]:
    """Three customers, each with one invoice that is two months late; and that invoice by its customer."""
    world, found = Story(), {}
    for name in ("Amy", "Bob", "Zoe"):
        customer = world.customer(name, f"{name.lower()}@birds.example")
        found[customer] = world.invoice(customer, "120.00", date(2025, 12, 1), date(2025, 12, 31))["Id"]
    world.connect()
    world.settled_in()
    return world.saved(), found


@pytest.fixture
def world():
    made = Story(saved=owed()[0])
    yield made
    made.close()


@pytest.fixture
def owing():
    return owed()[1]


def saved(world, name="monday.qbc"):
    file = world.folder / name
    made = backup.backup(world.context, file, by="Dana")
    assert isinstance(made, backup.Backup), made
    return file


def put_back(world, file):
    """As the command does it, with the service stopped."""
    world.context.engine.dispose()
    done = backup.restore(world.context.settings, file, world.clock, by="Dana")
    assert isinstance(done, backup.Restored), done
    world.restart()


def copied_back(world, file):
    """A person copies the file over the database and says nothing to anybody."""
    database = snapshot.database_file(world.context.engine)
    world.context.engine.dispose()
    for end in ("-wal", "-shm"):
        database.with_name(database.name + end).unlink(missing_ok=True)
    database.write_bytes(file.read_bytes())
    world.restart()


def look(world):
    with leasing.held(world.context, world.company) as lease:
        sync.sync(world.context, world.company, lease)


def said(world, customer):
    with reading(world.context.engine) as conn:
        found = contacts.of_customer(conn, world.company_id, customer, "USD")
        return [(one.contact.kind, one.contact.stage, one.contact.number, one.contact.on) for one in found]


def thanks(world, customer):
    with reading(world.context.engine) as conn:
        return [(one.state, one.because) for one in answers.list(conn, world.company_id, [customer])]


def running(world, customer):
    with reading(world.context.engine) as conn:
        return cycles.current(conn, world.company_id, customer, "USD")


def live_again(world):
    done = restored.release(world.context, world.company, "Dana")
    assert isinstance(done, restored.RestoredState), done
    changed = modes.set_mode(world.context, world.company, Mode.AUTOMATIC, by="Dana", confirmed=True)
    assert not isinstance(changed, Refusal), changed


@pytest.mark.parametrize("way", [put_back, copied_back])
def test_after_a_backup_was_put_back_no_night_says_or_writes_anything_twice(world, owing, way):
    file = saved(world)
    world.day()
    notes, sends, known = world.notes(), world.sends(), {one: said(world, one) for one in owing}
    before = {one: running(world, one) for one in owing}
    assert set(notes.values()) == set(sends.values()) == {1} and all(known.values())

    way(world, file)
    world.day()
    state = restored.state(world.context, world.company)

    assert world.company.mode is Mode.SHADOW
    assert (state.contacts, state.invoices, state.is_held) == (3, 3, True)
    assert {one: said(world, one) for one in owing} == known
    assert {one: running(world, one) for one in owing} == before
    live_again(world)
    world.day()
    assert (world.notes(), world.sends()) == (notes, sends)


@pytest.mark.parametrize("saved_at", ["before it was paid", "once it was paid", "once it was owed"])
def test_a_thank_you_that_may_have_left_since_the_backup_is_not_said_again(world, owing, saved_at):
    """It leaves no note in QuickBooks, so nothing tells whether it did."""
    customer, invoice = next(iter(owing.items()))
    [found] = world.engine.query(world.realm, f"SELECT * FROM Invoice WHERE Id = '{invoice}'")["Invoice"]
    world.day()  # everybody is asked
    file = saved(world)
    world.act("pay", invoice=found["DocNumber"])
    if saved_at == "once it was paid":
        file = saved(world, "paid.qbc")
    world.to_next_night()
    world.night()
    if saved_at == "once it was owed":
        file = saved(world, "owed.qbc")
    world.until_delivered()
    assert thanks(world, customer) == [("wanted", None)]  # and at hand for a person, who sends it

    put_back(world, file)
    look(world)
    dropped_at_once = [state for state, _ in thanks(world, customer)] == ["dropped"]
    live_again(world)
    world.day()
    world.day()

    assert dropped_at_once == (saved_at == "once it was owed")
    [(state, because)] = thanks(world, customer)
    assert (state, because.partition(":")[0]) == ("dropped", "Not sent")


def test_a_restored_company_is_not_released_before_its_books_were_read(world, owing):
    file = saved(world)
    world.day()
    put_back(world, file)

    early = restored.release(world.context, world.company, "Dana")
    louder = modes.set_mode(world.context, world.company, Mode.AUTOMATIC, by="Dana", confirmed=True)
    look(world)
    done = restored.release(world.context, world.company, "Dana")
    again = restored.release(world.context, world.company, "Dana")

    assert isinstance(early, Refusal) and "have not been read again yet" in early.message
    assert isinstance(louder, Refusal) and "nobody has released them" in louder.message
    assert (done.released_by, done.contacts) == ("Dana", 3)
    assert isinstance(again, Refusal)
    assert world.company.mode is Mode.SHADOW


def test_a_company_that_was_never_put_back_has_nothing_to_release(world, owing):
    world.day()

    assert restored.state(world.context, world.company) is None
    assert isinstance(restored.release(world.context, world.company, "Dana"), Refusal)
    assert world.company.mode is Mode.AUTOMATIC


def test_a_quiet_night_after_the_release_is_one_call_again(world, owing):
    file = saved(world)
    world.day()
    put_back(world, file)
    look(world)
    live_again(world)
    world.day()
    world.clock.advance(timedelta(hours=1))
    with leasing.held(world.context, world.company) as lease:
        calls = sync.sync(world.context, world.company, lease).calls

    assert calls == 1


def test_a_note_that_somebody_else_wrote_does_not_look_like_ours(world, owing):
    """It has the form of a marker, and is none that this installation could have made."""
    for invoice in owing.values():
        world.act("add_note", invoice={"id": invoice}, text="Nov 3: called (ref 7F3A9C)")

    look(world)

    assert restored.state(world.context, world.company) is None
    assert world.company.mode is Mode.AUTOMATIC


def without_notes(world):
    with durable(world.context.engine) as conn:
        companies.update(conn, world.company_id, note_place="neither")


def test_without_any_note_the_mark_beside_the_database_tells_that_it_is_older(world, owing):
    without_notes(world)
    file = saved(world)
    world.day()
    sends = world.sends()
    assert not any(world.notes().values()) and set(sends.values()) == {1}

    copied_back(world, file)
    world.day()
    state = restored.state(world.context, world.company)

    assert world.company.mode is Mode.SHADOW
    assert (state.is_held, state.because) == (True, "Something went out that these records do not know of.")
    assert world.sends() == sends


def test_once_released_the_records_are_as_new_as_the_mark_again(world, owing):
    without_notes(world)
    file = saved(world)
    world.day()
    copied_back(world, file)
    look(world)
    live_again(world)

    world.day()

    assert world.company.mode is Mode.AUTOMATIC
    assert not restored.state(world.context, world.company).is_held


def test_nothing_leaves_records_that_are_older_than_the_mark_also_when_no_sync_came_between(world, owing):
    without_notes(world)
    file = saved(world)
    world.day()
    sends = world.sends()
    copied_back(world, file)
    with reading(world.context.engine) as conn:
        assert not restored.held(conn, world.company_id)

    allowed = restored.allows(world.context, world.company)
    world.deliver()

    assert not allowed
    assert world.company.mode is Mode.SHADOW
    assert world.sends() == sends
