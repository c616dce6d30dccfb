"""What may happen to a random company: sales, purchases, payments, second thoughts, and people's acts."""

from decimal import ROUND_HALF_UP, Decimal

from qb_collections.emulator import acts
from tests.emulator.small_company import REALM

DAYS = ("2026-07-31", "2026-09-30", "2026-10-01", "2026-10-15", "2026-10-30", "2026-11-02")
RATES = ("1", "1.1", "1.0837", "0.9913", "1.33333")
SALES = ("Invoice", "Invoice", "Invoice", "CreditMemo", "SalesReceipt", "RefundReceipt", "Estimate")
SPENDING = ("Bill", "Bill", "VendorCredit", "Purchase", "PurchaseOrder")
VOIDABLE = ("Invoice", "Payment", "SalesReceipt", "BillPayment")
DOCUMENTS = (
    *("Invoice", "CreditMemo", "SalesReceipt", "RefundReceipt", "Estimate", "Payment", "Deposit"),
    *("JournalEntry", "Bill", "VendorCredit", "BillPayment", "Purchase", "Transfer"),
)
FORMS = ("Invoice", "CreditMemo", "SalesReceipt", "RefundReceipt")


# Amounts, names, lines


def any_customer(books, rng):
    return rng.choice(books.rows("Customer", "where Active = true"))


def any_vendor(books, rng):
    return rng.choice(books.rows("Vendor", "where Active = true"))


def an_amount(rng, code):
    cents = rng.choice((1, 3, 99, 100, 3333, 10000, rng.randint(1, 60000)))
    return Decimal(cents) if code == "JPY" else Decimal(cents) / 100


def cut(amount, code):
    return amount.quantize(Decimal(1) if code == "JPY" else Decimal("0.01"), ROUND_HALF_UP)


def a_part(rng, amount, code):
    return min(amount, cut(amount * rng.choice((1, 33, 50, 99, 100, 100)) / 100, code))


def currency(books, rng, code):
    """The currency of a document, at a rate; sometimes none is named, and it is the day's."""
    if code == books.home or rng.random() < 0.1:
        return {}
    return {"CurrencyRef": {"value": code}, "ExchangeRate": rng.choice(RATES)}


def a_day(rng):
    return {"TxnDate": rng.choice(DAYS)}


def tax_code(books, rng):
    if books.kind == "uk":
        return {"TaxCodeRef": books.ref(rng.choice(("std", "low", "odd")))}
    return {"TaxCodeRef": {"value": rng.choice(("TAX", "NON"))}}


def treatment(books, rng):
    if books.kind != "uk":
        return {"TxnTaxDetail": {"TxnTaxCodeRef": books.ref("odd")}} if rng.random() < 0.7 else {}
    return {
        "GlobalTaxCalculation": rng.choice(("TaxExcluded", "TaxExcluded", "TaxInclusive", "NotApplicable"))
    }


def sale_lines(books, rng, code):
    lines = []
    for _ in range(rng.randint(1, 3)):
        item = rng.choice(("work", "part", "pump", "valve", "pump"))
        detail = {"ItemRef": books.ref(item), **tax_code(books, rng)}
        if rng.random() < 0.3:
            detail["ClassRef"] = books.ref("north")
        amount = an_amount(rng, code)
        if item in ("pump", "valve") and rng.random() < 0.9:
            qty = rng.choice((Decimal(1), Decimal(3), Decimal("0.5"), Decimal(7)))
            detail |= {"Qty": qty, "UnitPrice": amount}
            amount = cut(qty * amount, code)
        lines.append({"Amount": amount, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail})
    if rng.random() < 0.2:
        detail = {"PercentBased": True, "DiscountPercent": rng.choice((10, "33.3"))}
        detail["DiscountAccountRef"] = books.ref("discounts")
        lines.append({"DetailType": "DiscountLineDetail", "DiscountLineDetail": detail})
    return lines


def spending_lines(books, rng, code):
    lines = []
    for _ in range(rng.randint(1, 3)):
        amount, tax = an_amount(rng, code), tax_code(books, rng) if books.kind == "uk" else {}
        if rng.random() < 0.6:
            kind = "ItemBasedExpenseLineDetail"
            qty = rng.choice((Decimal(1), Decimal(10), Decimal("2.5"), Decimal(3)))
            detail = {"ItemRef": books.ref(rng.choice(("pump", "pump", "valve", "part"))), **tax}
            if rng.random() < 0.9:
                detail |= {"Qty": qty, "UnitPrice": amount}
                amount = cut(qty * amount, code)
        else:
            kind = "AccountBasedExpenseLineDetail"
            detail = {"AccountRef": books.ref(rng.choice(("cost", "cost2", "clearing"))), **tax}
        lines.append({"Amount": amount, "DetailType": kind, kind: detail})
    return lines


def a_sale(books, rng, entity):
    who = any_customer(books, rng)
    code = who["CurrencyRef"]["value"]
    body = {"CustomerRef": {"value": who["Id"]}, "Line": sale_lines(books, rng, code), **a_day(rng)}
    body |= currency(books, rng, code) | treatment(books, rng)
    if entity.endswith("Receipt"):
        body["DepositToAccountRef"] = books.ref(rng.choice(("undeposited", "undeposited", "bank")))
    if rng.random() < 0.2:
        body["DepartmentRef"] = books.ref("shop")
    if entity == "Invoice" and rng.random() < 0.1:
        body["Deposit"] = 1
    return body


def a_purchase(books, rng, entity):
    who = any_vendor(books, rng)
    code = who["CurrencyRef"]["value"]
    body = {"Line": spending_lines(books, rng, code), **a_day(rng), **currency(books, rng, code)}
    if books.kind == "uk":
        body |= treatment(books, rng)
    if entity != "Purchase":
        return body | {"VendorRef": {"value": who["Id"]}}
    if rng.random() < 0.5:
        paid = {"PaymentType": "CreditCard", "AccountRef": books.ref("card"), "Credit": rng.random() < 0.4}
    else:
        paid = {"PaymentType": "Check", "AccountRef": books.ref("bank")}
    return body | paid | {"EntityRef": {"value": who["Id"], "type": "Vendor"}}


# Documents are made


def sell(books, rng):
    entity = rng.choice(SALES)
    books.save(entity, **a_sale(books, rng, entity))


def buy(books, rng):
    entity = rng.choice(SPENDING)
    books.save(entity, **a_purchase(books, rng, entity))


def _received(books, rng, who, kinds):
    """Lines that pay up to two open documents of each kind, and what they come to."""
    lines, total = [], Decimal(0)
    code = who["CurrencyRef"]["value"]
    for kind, sign in kinds:
        found = books.rows(kind, f"where Balance > '0' and CustomerRef = '{who['Id']}'")
        for row in rng.sample(found, min(len(found), rng.randint(1, 2))):
            part = a_part(rng, row["Balance"], code)
            lines.append({"Amount": part, "LinkedTxn": [{"TxnId": row["Id"], "TxnType": kind}]})
            total += sign * part
    return lines, total


def receive(books, rng):
    """Money for invoices, sometimes with credits used beside it, sometimes too much of it."""
    who = any_customer(books, rng)
    code = who["CurrencyRef"]["value"]
    kinds = rng.choice(((("Invoice", 1),), (("Invoice", 1), ("CreditMemo", -1)), ()))
    lines, total = _received(books, rng, who, kinds)
    total = max(total, Decimal(0)) + rng.choice((0, 0, an_amount(rng, code)))
    into = {"DepositToAccountRef": books.ref("bank")} if rng.random() < 0.3 else {}
    customer = {"CustomerRef": {"value": who["Id"]}}
    books.save(
        "Payment", **customer, TotalAmt=total, Line=lines, **into, **a_day(rng), **currency(books, rng, code)
    )


def settle(books, rng):
    """A payment that settles receivable lines of a journal entry, a deposit or an expense."""
    kind, named = rng.choice(
        (("JournalEntry", "JournalEntry"), ("Purchase", "Expense"), ("Deposit", "Deposit"))
    )
    row = books.one(rng, kind)
    if row is not None:
        who = any_customer(books, rng)
        link = {"TxnId": row["Id"], "TxnType": named}
        lines = [{"Amount": an_amount(rng, who["CurrencyRef"]["value"]), "LinkedTxn": [link]}]
        more, _ = _received(books, rng, who, (("Invoice", 1),))
        books.save(
            "Payment",
            CustomerRef={"value": who["Id"]},
            TotalAmt=rng.choice((0, 1000)),
            Line=lines + more,
            **a_day(rng),
        )


def pay_bills(books, rng):
    who = any_vendor(books, rng)
    code = who["CurrencyRef"]["value"]
    lines, total = [], Decimal(0)
    for kind, sign in (("Bill", 1), ("VendorCredit", -1)):
        found = [
            row for row in books.rows(kind, "where Balance > '0'") if row["VendorRef"]["value"] == who["Id"]
        ]
        for row in found[:2]:
            part = a_part(rng, row["Balance"], code)
            lines.append({"Amount": part, "LinkedTxn": [{"TxnId": row["Id"], "TxnType": kind}]})
            total += sign * part
    total = max(total, Decimal(0)) + rng.choice((0, 0, an_amount(rng, code)))
    books.save(
        "BillPayment",
        VendorRef={"value": who["Id"]},
        PayType="Check",
        CheckPayment={"BankAccountRef": books.ref("bank")},
        TotalAmt=total,
        Line=lines,
        **a_day(rng),
        **currency(books, rng, code),
    )


def journal(books, rng):
    """Two or three lines, among them what customers or vendors owe."""
    party = rng.choice(("Customer", "Vendor", None))
    code, named, control = books.home, {}, books.ref("bank")
    if party:
        who = (any_customer if party == "Customer" else any_vendor)(books, rng)
        code = who["CurrencyRef"]["value"]
        named = {"Entity": {"Type": party, "EntityRef": {"value": who["Id"]}}}
        kind = "Accounts Receivable" if party == "Customer" else "Accounts Payable"
        found = [
            row
            for row in books.rows("Account", f"where AccountType = '{kind}'")
            if row["CurrencyRef"]["value"] == code
        ]
        if not found:
            return
        control = {"value": found[0]["Id"]}
    whole, sides = an_amount(rng, code), rng.choice((("Debit", "Credit"), ("Credit", "Debit")))
    first = a_part(rng, whole, code)
    parts = [(sides[0], control, whole, named), (sides[1], books.ref("services"), first, {})]
    parts += [(sides[1], books.ref("cost"), whole - first, {})] if whole != first else []
    lines = [
        {
            "Amount": amount,
            "DetailType": "JournalEntryLineDetail",
            "JournalEntryLineDetail": {"PostingType": side, "AccountRef": account, **extra},
        }
        for side, account, amount, extra in parts
    ]
    books.save("JournalEntry", Line=lines, **a_day(rng), **currency(books, rng, code))


def lend(books, rng):
    """An expense or a deposit that moves what a customer owes."""
    who = any_customer(books, rng)
    code, amount = who["CurrencyRef"]["value"], an_amount(rng, who["CurrencyRef"]["value"])
    found = [
        row
        for row in books.rows("Account", "where AccountType = 'Accounts Receivable'")
        if row["CurrencyRef"]["value"] == code
    ]
    if not found:
        return
    receivable, rated = {"value": found[0]["Id"]}, currency(books, rng, code) | a_day(rng)
    if rng.random() < 0.5:
        detail = {"AccountRef": receivable, "Entity": {"value": who["Id"], "type": "CUSTOMER"}}
        line = {"Amount": amount, "DetailType": "DepositLineDetail", "DepositLineDetail": detail}
        books.save("Deposit", DepositToAccountRef=books.ref("bank"), Line=[line], **rated)
        return
    kind = "AccountBasedExpenseLineDetail"
    line = {"Amount": amount, "DetailType": kind, kind: {"AccountRef": receivable}}
    payee = {"value": who["Id"], "type": "Customer"}
    paid = {"PaymentType": "Cash", "AccountRef": books.ref("bank"), "EntityRef": payee}
    books.save("Purchase", Line=[line], **paid, **rated)


def deposit(books, rng):
    held = [("Payment", row) for row in books.rows("Payment") if row["TotalAmt"]]
    held += [(kind, row) for kind in ("SalesReceipt", "RefundReceipt") for row in books.rows(kind)]
    chosen = rng.sample(held, min(len(held), rng.randint(1, 3)))
    lines = [
        {
            "Amount": row["TotalAmt"],
            "LinkedTxn": [{"TxnType": kind, "TxnId": row["Id"], "TxnLineId": "0"}],
        }
        for kind, row in chosen
    ]
    if rng.random() < 0.4:
        detail = {"AccountRef": books.ref("services")}
        lines.append({"Amount": 5, "DetailType": "DepositLineDetail", "DepositLineDetail": detail})
    back = {"CashBack": {"AccountRef": books.ref("clearing"), "Amount": 1}} if rng.random() < 0.2 else {}
    code = chosen[0][1]["CurrencyRef"]["value"] if chosen else books.home
    into = books.ref("bank")
    books.save(
        "Deposit", DepositToAccountRef=into, Line=lines, **back, **a_day(rng), **currency(books, rng, code)
    )


def move(books, rng):
    accounts = {"FromAccountRef": books.ref("bank"), "ToAccountRef": books.ref("clearing")}
    books.save("Transfer", Amount=an_amount(rng, books.home), **accounts, **a_day(rng))


# Second thoughts


def _named(row):
    return {"Id": row["Id"], "SyncToken": row["SyncToken"]}


def edit(books, rng):
    """Other lines, another day or another rate, under whatever is applied to it."""
    entity = rng.choice((*FORMS, "Bill", "VendorCredit", "Purchase"))
    row = books.one(rng, entity)
    if row is None:
        return
    code = row["CurrencyRef"]["value"]
    lines = sale_lines if entity in FORMS else spending_lines
    body = rng.choice(({"Line": lines(books, rng, code)}, a_day(rng), currency(books, rng, code)))
    books.save(entity, **_named(row), sparse=True, **body)


def write_again(books, rng):
    """A full update: what was read is sent back, with another customer or day."""
    entity = rng.choice((*FORMS, "Payment", "JournalEntry", "Deposit", "Bill", "BillPayment", "Purchase"))
    row = books.one(rng, entity)
    if row is not None:
        other = {"CustomerRef": {"value": any_customer(books, rng)["Id"]}} if "CustomerRef" in row else {}
        books.save(entity, **row | rng.choice(({}, other, a_day(rng))))


def apply_anew(books, rng):
    """A payment's lines are replaced, or its amount."""
    row = books.one(rng, "Payment")
    if row is None:
        return
    who = books.engine.read(REALM, "Customer", row["CustomerRef"]["value"])
    lines, total = _received(books, rng, who, (("Invoice", 1),))
    body = rng.choice(
        (
            {"Line": [], "TotalAmt": row["TotalAmt"]},
            {"Line": lines, "TotalAmt": row["TotalAmt"]},
            {"Line": lines, "TotalAmt": total},
        )
    )
    books.save("Payment", **_named(row), sparse=True, CustomerRef=row["CustomerRef"], **body)


def void(books, rng):
    entity = rng.choice(VOIDABLE)
    row = books.one(rng, entity)
    if row is not None:
        books.engine.void(REALM, entity, _named(row))


def delete(books, rng):
    entity = rng.choice(DOCUMENTS)
    row = books.one(rng, entity)
    # A revaluation is left alone: half of the pair would leave the ageing in the older rate.
    if row is not None and not row.get("Adjustment"):
        books.engine.delete(REALM, entity, _named(row))


def batch(books, rng):
    """Several of these at once; one that fails undoes only itself."""
    items = []
    for index in range(rng.randint(1, 4)):
        entity = rng.choice(FORMS)
        row = books.one(rng, entity)
        if row is None or rng.random() < 0.5:
            item = {"operation": "create", entity: a_sale(books, rng, entity)}
        else:
            item = {"operation": rng.choice(("delete", "void")), entity: _named(row)}
        items.append(item | {"bId": str(index)})
    found = books.engine.batch(REALM, {"BatchItemRequest": items})["BatchItemResponse"]
    assert [one["bId"] for one in found] == [one["bId"] for one in items]


# Lists and settings


def cost_otherwise(books, rng):
    """An item gets another estimate, or another name."""
    row = books.one(rng, "Item", "where Type = 'Inventory'")
    if row is not None:
        books.save("Item", **_named(row), sparse=True, PurchaseCost=an_amount(rng, books.home))


def rehang(books, rng):
    """A customer becomes another one's job, or nobody's."""
    row, other = any_customer(books, rng), any_customer(books, rng)
    if row["CurrencyRef"] == other["CurrencyRef"]:
        parent = {"ParentRef": {"value": other["Id"]}, "Job": True, "BillWithParent": rng.random() < 0.5}
        books.save("Customer", **_named(row), sparse=True, **parent)


def merge(books, rng):
    entity = rng.choice(("Customer", "Vendor", "Account", "Item", "Class"))
    losing, into = (books.one(rng, entity) for _ in range(2))
    # Those that later steps name by heart stay.
    if losing and into and losing["Id"] not in books.needed(entity) and losing["Id"] != into["Id"]:
        act = {"act": "merge", "entity": entity, "from": {"id": losing["Id"]}, "into": {"id": into["Id"]}}
        acts.perform(books.engine, REALM, act)


def join(books, rng):
    """Somebody new, who may be merged later."""
    number = rng.randint(1, 10**9)
    kind = rng.choice(("Customer", "Vendor"))
    code = rng.choice((books.home, "EUR", "JPY")) if books.several else books.home
    books.save(kind, DisplayName=f"{kind} {number}", CurrencyRef={"value": code})
    books.save("Account", Name=f"Cost {number}", AccountType="Expense")


def revalue(books, rng):
    if books.several:
        act = {"act": "revalue", "currency": "EUR", "rate": rng.choice(RATES), "on": rng.choice(DAYS)}
        try:
            acts.perform(books.engine, REALM, act)
        except ValueError as refusal:
            assert "would change" in str(refusal)


def prefer(books, rng):
    chosen = {"AutoApplyCredit": rng.random() < 0.5, "CustomTxnNumbers": rng.random() < 0.3}
    books.engine.set_preferences(REALM, {"SalesFormsPrefs": chosen})


def close(books, rng):
    """The books are closed through a day, or opened again."""
    day = rng.choice((None, None, "2026-07-31", "2026-09-30"))
    books.engine.set_preferences(REALM, {"AccountingInfoPrefs": {"BookCloseDate": day}})


STEPS = {
    step.__name__: step
    for step in (
        *(sell, buy, receive, settle, pay_bills, journal, lend, deposit, move),
        *(edit, write_again, apply_anew, void, delete, batch),
        *(cost_otherwise, rehang, merge, join, revalue, prefer, close),
    )
}
# How often each is drawn: money and documents more than lists and settings.
DRAWN = (
    *(sell, sell, sell, sell, buy, buy, buy, receive, receive, receive, receive, settle, pay_bills),
    *(pay_bills, journal, lend, deposit, move, edit, edit, write_again, apply_anew, apply_anew, void),
    *(delete, batch, cost_otherwise, rehang, merge, join, revalue, prefer, close),
)
NAMES = tuple(step.__name__ for step in DRAWN)
