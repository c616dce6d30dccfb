"""What must hold of money at rest: plans move nothing and are whole, amounts are whole units."""

from __future__ import annotations

from typing import Any

from tests.simulation import ground_truth as truth


def inv_04_05_plans_move_nothing(world: Any) -> None:
    """What our documents book adds up to nothing: by account, customer, class, place, tax and day.

    Customers whose plan documents people have touched, paid or merged are left out; so are those whose plan
    was lost with newer files, where the service found it in the books and said so: it may have been half
    written, and who reads that deletes it in QuickBooks.
    """
    for realm, documents in truth.made_by_us(world).items():
        touched = truth.customers_touched(world, realm, documents)
        if touched is not None and realm in world.plans_lost:
            touched |= truth.customers_of_unknown(world, realm, documents)
        left = {
            key: amount
            for key, amount in truth.postings(world, realm, documents).items()
            if touched is not None and key[1] not in touched
        }
        if left:
            world.wrong("INV-05", f"plan documents of {realm} leave {left}")


def inv_06_plans_are_whole_or_nothing(world: Any) -> None:
    """As many installments as were agreed, or none that counts."""
    rows = world.journal.execute(
        "SELECT p.company_id, p.id, p.number, p.state, p.principal, count(*), sum(i.amount)"
        " FROM plan p JOIN installment i ON i.plan_id = p.id AND i.company_id = p.company_id GROUP BY p.id"
    ).fetchall()
    for company_id, _, number, state, principal, count, total in rows:
        if state == "building":
            world.wrong("INV-06", f"plan PP{number} of company {company_id} is still half built")
        if total != principal:
            world.wrong("INV-07", f"plan PP{number}: {count} installments of {total} for {principal}")


def inv_20_money_is_whole_units(world: Any) -> None:
    for table, column in (
        ("mirror_invoice", "balance"),
        ("mirror_invoice", "total"),
        ("mirror_payment", "unapplied"),
        ("installment", "amount"),
    ):
        bad = world.journal.execute(
            f"SELECT count(*) FROM {table} WHERE {column} IS NOT NULL AND typeof({column}) <> 'integer'"
        ).fetchone()[0]
        if bad:
            world.wrong("INV-20", f"{bad} amounts in {table}.{column} are no whole numbers")
