"""The owner of a ledger's company: sends what waits, and calls by a rule that is said openly."""

from __future__ import annotations

import zlib

from qb_collections.demo.owner import Owner
from qb_collections.demo.world import World
from qb_collections.services.tasks import Report
from qb_collections.store.companies import Company
from qb_collections.store.leases import Lease
from qb_collections.store.tasks import Task

NAME = "The bookkeeper"
ANSWERED_OF_THREE = 2


class GenericOwner(Owner):
    """What these customers said is not known, so nothing is made up: they pay when the ledger says so."""

    role = "Bookkeeper"
    phone = "(212) 555-0100"
    payment_instructions = "Bank transfer or check, as printed on the invoice"
    introduces = (
        "The ledger does not say what customers answered, so nothing of it is made up: messages leave by "
        "e-mail, and a script makes the calls. Two calls of three reach somebody, drawn from the customer's "
        "name and the day, and nothing is agreed. Money arrives on the days that the ledger tells."
    )

    def __init__(self, world: World) -> None:
        super().__init__(world, NAME)

    def call(self, company: Company, lease: Lease, task: Task, customer: str) -> bool:
        drawn = zlib.crc32(f"{customer} {self.world.today}".encode()) % 3
        if drawn >= ANSWERED_OF_THREE:
            return super().call(company, lease, task, customer)
        self._report(company, lease, task, Report("spoke", self.name))
        return True
