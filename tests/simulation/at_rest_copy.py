"""What must hold of our copy of the books at rest, and of what QuickBooks pushed."""

from __future__ import annotations

from typing import Any

from qb_collections.services import leasing, sync
from tests.simulation import ground_truth as truth
from tests.simulation import known
from tests.simulation.telling import amount, invoice


def inv_18_what_was_pushed_is_known(world: Any, pushed: list[Any]) -> None:
    """Once a push is worked off our copy says what QuickBooks says of the invoice it was about."""
    about = {(one.realm_id, one.id) for one in pushed if one.entity == "Invoice"}
    for company_id, realm in world.companies:
        for _, id_ in sorted(one for one in about if one[0] == realm and company_id not in world.absent):
            found = truth.row(world, realm, "Invoice", id_) or {"balance": 0, "due_on": None}
            ours, due_on = world.journal.execute(
                "SELECT max(balance), max(due_on) FROM mirror_invoice WHERE company_id = ? AND id = ?",
                (company_id, id_),
            ).fetchone()
            told = f"QuickBooks pushed a change of {invoice(world, realm, id_)} of {realm}, and our copy says"
            if (ours or 0) != found["balance"]:
                world.wrong("INV-18", f"{told} {amount(ours)} open, not {amount(found['balance'])}")
            elif ours and due_on != found["due_on"]:
                world.wrong("INV-18", f"{told} due on {due_on}, not {found['due_on']}")


def inv_18_the_mirror_equals_the_books(world: Any) -> None:
    """After one more look our copy says what the books say, whatever was lost or came twice."""
    for place, (company_id, realm) in enumerate(world.companies):
        if not world.is_connected(place):
            continue
        company = world.company(place)
        if company.state != "connected":
            continue
        with leasing.held(world.context, company) as lease:
            sync.sync(world.context, company, lease)
        for what, ours, theirs in known.both_sides(world, company_id, realm):
            if ours != theirs:
                odd = sorted(ours ^ theirs)[:4]
                world.wrong("INV-18", f"company {company_id}: {what} differ in our copy and the books: {odd}")


def inv_19_what_was_taken_is_there(world: Any) -> None:
    """Every body that was answered with 200 is in the files."""
    stored = world.journal.execute("SELECT count(*) FROM inbox WHERE split_from IS NULL").fetchone()[0]
    if stored < len(world.acked):
        world.wrong("INV-19", f"{len(world.acked)} bodies were acknowledged and {stored} are stored")
