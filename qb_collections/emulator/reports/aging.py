"""Aged receivables: how late what is owed is, summed by customer or document by document."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from qb_collections.emulator import applications, currencies, errors
from qb_collections.emulator.entities.payment import sign_of
from qb_collections.emulator.reports import shape
from qb_collections.emulator.wire import ZERO, Body, decode, money
from qb_collections.emulator.work import Work

_MOST_DAYS = 36_500
_MOST_BUCKETS = 50


@dataclass(frozen=True, slots=True)
class OpenItem:
    """One open document on the report's day; a credit has a negative amount and no due date."""

    entity: str
    id: str
    customer: str
    number: str
    txn_on: str
    due_on: str
    total: Decimal
    owed: Decimal
    memo: str


@dataclass(frozen=True, slots=True)
class _NotYet:
    """Applications that do not count on a day, because the payment or its document came later."""

    taken: Mapping[tuple[str, str, str], Decimal]  # of a document (or its line): what is still open on it
    # payment -> whose document -> what is not applied yet, in home currency
    money: Mapping[str, Mapping[str, Decimal]]


def open_items(work: Work, on: date) -> Iterator[OpenItem]:
    """Yield what was open at the end of a day: later documents and later applications do not count."""
    day = on.isoformat()
    not_yet = _not_yet(work, day)
    for entity, id_, balance, text in work.conn.execute(
        "SELECT entity, id, balance, body FROM object WHERE realm = ? AND deleted = 0 AND txn_on <= ?"
        " AND entity IN ('Invoice', 'CreditMemo', 'Payment') ORDER BY txn_on, id",
        (work.realm, day),
    ).fetchall():
        waiting = not_yet.money.get(str(id_), {}) if entity == "Payment" else {}
        if not balance and not waiting and (entity, str(id_), "") not in not_yet.taken:
            continue
        body = decode(text)
        own = body["CustomerRef"]["value"]
        owed = money(balance) + not_yet.taken.get((entity, str(id_), ""), ZERO)
        home = _home(work, entity, str(id_), body, owed)
        for who, part in {own: ZERO, **waiting}.items():
            if found := (home if who == own else ZERO) + part:
                yield _item(work, entity, body, who, found)
    yield from _booked(work, day, not_yet)


def _home(work: Work, entity: str, id_: str, body: Body, owed: Decimal) -> Decimal:
    if entity == "Payment":
        return currencies.home_amount(work, body, owed)
    return applications.home_open(work, entity, id_, "", body, owed)


def _item(work: Work, entity: str, body: Body, who: str, owed: Decimal) -> OpenItem:
    """Reports are in home currency: so is what is owed."""
    sign = 1 if entity == "Invoice" else -1
    if entity == "Payment" or not currencies.is_foreign(work, body):
        total = currencies.home_amount(work, body, body["TotalAmt"])
    else:
        total = applications.home_total(work, entity, body["Id"], "", body)
    return OpenItem(
        entity,
        body["Id"],
        who,
        body.get("DocNumber", ""),
        body["TxnDate"],
        str(body["DueDate"] if entity == "Invoice" else body["TxnDate"]),
        sign * total,
        sign * owed,
        body.get("PrivateNote", ""),
    )


def _not_yet(work: Work, day: str) -> _NotYet:
    taken: defaultdict[tuple[str, str, str], Decimal] = defaultdict(lambda: ZERO)
    waiting: defaultdict[str, defaultdict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    seen: set[tuple[int, str, int, str]] = set()
    for payment, paid_on, payer, entity, id_, line, amount, holder in work.conn.execute(
        "SELECT l.id, p.txn_on, p.customer, l.to_entity, l.to_id, l.to_line, l.amount, d.customer FROM link l"
        " JOIN object p ON p.realm = l.realm AND p.entity = l.entity AND p.id = l.id"
        " JOIN object d ON d.realm = l.realm AND d.entity = l.to_entity AND d.id = l.to_id"
        " WHERE l.realm = ? AND l.entity = 'Payment' AND (p.txn_on > ? OR d.txn_on > ?)",
        (work.realm, day, day),
    ).fetchall():
        if paid_on > day:
            taken[entity, str(id_), line] += money(amount)
        elif (payment, entity, id_, line) not in seen:
            seen.add((payment, entity, id_, line))
            part = applications.released(work, "Payment", str(payment))[entity, str(id_), line]
            waiting[str(payment)][holder or payer] += sign_of(work, entity, str(id_), line) * part
    return _NotYet(taken, waiting)


def _booked(work: Work, day: str, not_yet: _NotYet) -> Iterator[OpenItem]:
    """Receivable lines of journal entries, deposits and expenses, as far as nothing is applied to them."""
    for entity, id_, txn_on, text in work.conn.execute(
        "SELECT entity, id, txn_on, body FROM object WHERE realm = ? AND deleted = 0 AND txn_on <= ?"
        " AND entity IN ('JournalEntry', 'Deposit', 'Purchase') ORDER BY txn_on, id",
        (work.realm, day),
    ).fetchall():
        body = decode(text)
        for line, (customer, amount) in applications.open_lines(work, entity, str(id_)).items():
            used = applications.applied(work, entity, str(id_), line=line)
            used -= not_yet.taken.get((entity, str(id_), line), ZERO)
            owed = amount - used if amount > 0 else amount + used
            if owed:
                sign = 1 if amount > 0 else -1
                owed = sign * applications.home_open(work, entity, str(id_), line, body, abs(owed))
                amount = currencies.home_amount(work, body, amount)
                number, memo = body.get("DocNumber", ""), body.get("PrivateNote", "")
                yield OpenItem(entity, str(id_), customer, number, txn_on, txn_on, amount, owed, memo)


@dataclass(frozen=True, slots=True)
class _Buckets:
    days: int
    count: int
    titles: tuple[str, ...]

    def place(self, late_days: int) -> int:
        """Return the column: 0 is current, which the due day itself belongs to."""
        return 0 if late_days <= 0 else min((late_days - 1) // self.days + 1, self.count)


def _buckets(params: Mapping[str, str]) -> _Buckets:
    days, count = _whole(params, "aging_period", 30), _whole(params, "num_periods", 4)
    if count > _MOST_BUCKETS:
        raise errors.invalid_number("num_periods", count)
    titles = [f"{days * (step - 1) + 1} - {days * step}" for step in range(1, count)]
    return _Buckets(days, count, ("Current", *titles, f"{days * (count - 1) + 1} and over"))


def _whole(params: Mapping[str, str], name: str, otherwise: int) -> int:
    text = params.get(name) or str(otherwise)
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:9]) <= _MOST_DAYS):
        raise errors.invalid_number(name, text)
    return int(text)


def _late_days(work: Work, params: Mapping[str, str], item: OpenItem, on: date) -> int:
    by_issue = work.preference("ReportPrefs", "CalcAgingReportFromTxnDate")
    method = params.get("aging_method", "Report_Date")
    if method not in ("Report_Date", "Current"):
        raise errors.invalid_enum("aging_method", method)
    until = work.today() if method == "Current" else on
    return (until - date.fromisoformat(item.txn_on if by_issue else item.due_on)).days


@dataclass(frozen=True, slots=True)
class Book:
    """What is aged: whose items, and how they are found."""

    party: str  # Customer or Vendor
    name: str
    items: Callable[[Work, date], Iterator[OpenItem]]


RECEIVABLES = Book("Customer", "AgedReceivable", open_items)


def _chosen(work: Work, params: Mapping[str, str], on: date, book: Book) -> list[OpenItem]:
    wanted = {id_ for id_ in params.get(book.party.lower(), "").split(",") if id_}
    return [item for item in book.items(work, on) if not wanted or item.customer in wanted]


def summary(work: Work, params: Mapping[str, str], book: Book = RECEIVABLES) -> Body:
    """One row for each customer (or vendor); a customer with jobs becomes a section."""
    on = shape.as_of(work, params)
    buckets = _buckets(params)
    sums: defaultdict[str, list[Decimal]] = defaultdict(lambda: [ZERO] * len(buckets.titles))
    for item in _chosen(work, params, on, book):
        sums[item.customer][buckets.place(_late_days(work, params, item, on))] += item.owed
    rows = _tree(work, sums, book.party)
    if rows:
        total = [sum(column, ZERO) for column in zip(*sums.values(), strict=True)]
        cells = shape.cells("TOTAL", _texts(total))
        rows.append({"Summary": {"ColData": cells}, "type": "Section", "group": "GrandTotal"})
    titles = (*buckets.titles, "Total")
    columns = [shape.Column("", book.party), *(shape.Column(title, "Money") for title in titles)]
    header = {
        "DateMacro": params.get("date_macro", "today"),
        "StartPeriod": on.isoformat(),
        "EndPeriod": on.isoformat(),
    }
    return shape.report(
        work, f"{book.name}s", columns, rows, header=header, options={"report_date": on.isoformat()}
    )


def _texts(values: list[Decimal]) -> list[str]:
    return [*(shape.amount(value) for value in values), f"{sum(values, ZERO):.2f}"]


def _tree(work: Work, sums: Mapping[str, list[Decimal]], party: str) -> list[Body]:
    below: defaultdict[str, set[str]] = defaultdict(set)
    for id_ in sums:
        body = work.body(party, id_)
        while body is not None:
            parent = (body.get("ParentRef") or {}).get("value", "")
            below[parent].add(body["Id"])
            body = work.body(party, parent) if parent else None

    def name(id_: str) -> str:
        return str((work.body(party, id_) or {}).get("DisplayName", ""))

    def rows(parent: str) -> list[Body]:
        found: list[Body] = []
        for id_ in sorted(below[parent], key=lambda each: name(each).lower()):
            own = sums.get(id_)
            if not below[id_]:
                found.append({"ColData": shape.cells(name(id_), _texts(own or []), id_)})
                continue
            inner = rows(id_)
            whole = _family(id_)
            head = shape.cells(name(id_), _texts(own) if own else [""] * (len(whole) + 1), id_)
            found.append(shape.section(inner, shape.cells(f"Total {name(id_)}", _texts(whole)), header=head))
        return found

    def _family(id_: str) -> list[Decimal]:
        parts = [sums[id_]] if id_ in sums else []
        parts += [_family(child) for child in below[id_]]
        return [sum(column, ZERO) for column in zip(*parts, strict=True)]

    return rows("")


_DETAIL = (
    shape.Column("Date", "tx_date"),
    shape.Column("Transaction Type", "txn_type"),
    shape.Column("Num", "doc_num"),
    shape.Column("Customer", "cust_name"),
    shape.Column("Due Date", "due_date"),
    shape.Column("Past Due", "past_due"),
    shape.Column("Amount", "subt_amount"),
    shape.Column("Open Balance", "subt_open_bal"),
)
_TYPES = {
    "CreditMemo": "Credit Memo",
    "JournalEntry": "Journal Entry",
    "Purchase": "Expense",
    "VendorCredit": "Vendor Credit",
    "BillPayment": "Bill Payment",
}


def detail(work: Work, params: Mapping[str, str], book: Book = RECEIVABLES) -> Body:
    """One row for each open document, in sections by how late it is, the latest first."""
    on = shape.as_of(work, params)
    buckets = _buckets(params)
    least = _whole(params, "past_due", 0) if params.get("past_due") not in (None, "", "0") else 0
    groups: defaultdict[int, list[tuple[OpenItem, int]]] = defaultdict(list)
    for item in _chosen(work, params, on, book):
        late = _late_days(work, params, item, on)
        if _within(params, item) and (not least or late >= least):
            groups[buckets.place(late)].append((item, late))
    rows = []
    for place in sorted(groups, reverse=True):
        title = "Current" if place == 0 else f"{buckets.titles[place]} days past due"
        found = [_detail_row(work, item, late, book.party) for item, late in groups[place]]
        sums = [
            sum(values, ZERO) for values in zip(*((i.total, i.owed) for i, _ in groups[place]), strict=True)
        ]
        cells = shape.cells(f"Total for {title}", [""] * 5 + [f"{value:.2f}" for value in sums])
        rows.append(shape.section(found, cells, header=shape.cells(title, [""] * (len(_DETAIL) - 1))))
    if rows:
        whole = [item for group in groups.values() for item, _ in group]
        values = [f"{sum((i.total for i in whole), ZERO):.2f}", f"{sum((i.owed for i in whole), ZERO):.2f}"]
        cells = shape.cells("TOTAL", [""] * 5 + values)
        rows.append({"Summary": {"ColData": cells}, "type": "Section", "group": "GrandTotal"})
    header = {"DateMacro": params.get("date_macro", "today"), "EndPeriod": on.isoformat()}
    columns = [column if column.kind != "cust_name" else _named(book.party) for column in _DETAIL]
    return shape.report(
        work, f"{book.name}Detail", columns, rows, header=header, options={"report_date": on.isoformat()}
    )


def _named(party: str) -> shape.Column:
    return shape.Column(party, "cust_name" if party == "Customer" else "vend_name")


def _within(params: Mapping[str, str], item: OpenItem) -> bool:
    first, last = params.get("start_duedate") or "", params.get("end_duedate") or "9999-12-31"
    return first <= item.due_on <= last


def _detail_row(work: Work, item: OpenItem, late: int, party: str) -> Body:
    customer = work.body(party, item.customer) or {}
    values = [
        _TYPES.get(item.entity, item.entity),
        item.number,
        str(customer.get("FullyQualifiedName") or customer.get("DisplayName", "")),
        item.due_on,
        str(late),
        f"{item.total:.2f}",
        f"{item.owed:.2f}",
    ]
    row = shape.data_row(item.txn_on, values)
    row["ColData"][1]["id"] = item.id
    row["ColData"][3]["id"] = item.customer
    return row
