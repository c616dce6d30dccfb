"""What each customer owes on a day."""

from collections.abc import Mapping

from qb_collections.emulator import ledger
from qb_collections.emulator.reports import shape
from qb_collections.emulator.wire import Body, money
from qb_collections.emulator.work import Work


def by_customer(work: Work, params: Mapping[str, str]) -> Body:
    """Receivables by customer as of report_date, from the ledger; customers that owe nothing are left out."""
    on = shape.as_of(work, params)
    receivable = ledger.receivable_accounts(work.conn, work.realm)
    marks = ", ".join("?" for _ in receivable)
    found = work.conn.execute(
        f"SELECT customer, sum(amount) FROM posting WHERE realm = ? AND account IN ({marks})"
        " AND txn_on <= ? AND customer IS NOT NULL GROUP BY customer HAVING sum(amount) <> 0",
        (work.realm, *receivable, on.isoformat()),
    ).fetchall()
    wanted = {id_ for id_ in params.get("customer", "").split(",") if id_}
    named = []
    for id_, owed in found:
        body = work.body("Customer", id_)
        if body is not None and (not wanted or id_ in wanted):
            named.append((body["FullyQualifiedName"], id_, money(owed)))
    rows: list[Body] = [
        {"ColData": shape.cells(name, [shape.amount(owed)], id_)}
        for name, id_, owed in sorted(named, key=lambda row: row[0].lower())
    ]
    if rows:
        total = f"{sum(owed for _, _, owed in named):.2f}"
        rows.append(
            {"Summary": {"ColData": shape.cells("TOTAL", [total])}, "type": "Section", "group": "GrandTotal"}
        )
    columns = [shape.Column("", "Customer"), shape.Column("Total", "Money")]
    header = {"DateMacro": params.get("date_macro", "all"), "EndPeriod": on.isoformat()}
    return shape.report(
        work, "CustomerBalance", columns, rows, header=header, options={"report_date": on.isoformat()}
    )
