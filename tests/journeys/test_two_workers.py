"""Two workers, one company: they take turns, and nothing is done twice."""

from __future__ import annotations

import threading
from datetime import date

from qb_collections.services import deliver, leasing, night
from tests.world import World


def test_two_workers_on_the_same_night_send_each_copy_once():
    world = World()
    for number in range(6):
        customer = world.customer(f"Customer {number}", f"ap{number}@books.example")
        world.invoice(customer, "640.00", date(2026, 2, 2), date(2026, 2, 25))
    world.connect()
    world.settled_in()
    other = world.open()  # a second process on the same files
    failures = []

    def work(context) -> None:
        try:
            for _ in range(3):
                with leasing.held(context, world.company) as lease:
                    night.night(context, world.company, lease)
                with leasing.held(context, world.company) as lease:
                    deliver.deliver(context, world.company, lease)
        except BaseException as error:  # told in the test's own thread
            failures.append(error)

    workers = [threading.Thread(target=work, args=(context,)) for context in (world.context, other)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    world.until_delivered()

    assert failures == []
    assert sorted(world.sends().values()) == [1] * 6
    assert sorted(world.notes().values()) == [1] * 6
    other.engine.dispose()
    world.close()


def test_a_quiet_night_asks_quickbooks_exactly_once():
    world = World()
    customer = world.customer("Lookout Bakery", "ap@lookout.example")
    world.invoice(customer, "640.00", date(2026, 2, 20), date(2026, 3, 22))
    world.connect()
    world.settled_in()
    world.day()
    before = world.emulator.front.log.after(0, limit=1000)[-1]["seq"]

    world.day()

    calls = [
        call["path"]
        for call in world.emulator.front.log.after(before, limit=1000)
        if call["path"].startswith("/v3/")
    ]
    assert [path.rsplit("/", 1)[-1] for path in calls] == ["cdc"]
    world.close()
