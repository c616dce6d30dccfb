"""A one-page PDF of a form, written by hand: enough for a reader and for a person."""

from qb_collections.emulator.wire import Body

_TITLES = {
    "Invoice": "INVOICE",
    "CreditMemo": "CREDIT MEMO",
    "Payment": "PAYMENT RECEIPT",
    "SalesReceipt": "SALES RECEIPT",
    "RefundReceipt": "REFUND RECEIPT",
    "Estimate": "ESTIMATE",
    "PurchaseOrder": "PURCHASE ORDER",
}
_LINES_MOST = 40


def render(name: str, body: Body, company: Body) -> bytes:
    """Return a valid PDF 1.4 of one page; what does not fit is counted on the last line."""
    stream = "\n".join(
        [
            "BT",
            "/F1 11 Tf",
            "14 TL",
            "56 780 Td",
            *(f"({_escaped(line)}) Tj T*" for line in _text(name, body, company)),
            "ET",
        ]
    ).encode("latin-1", "replace")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def _text(name: str, body: Body, company: Body) -> list[str]:
    currency = body["CurrencyRef"]["value"]
    head = [
        str(company.get("CompanyName", "")),
        "",
        f"{_TITLES[name]} {body.get('DocNumber') or body.get('PaymentRefNum') or body['Id']}",
        f"Date: {body['TxnDate']}",
        *([f"Due: {body['DueDate']}"] if "DueDate" in body else []),
        *_party(body),
        "",
    ]
    rows = [
        f"{line.get('Description') or _item(line)}   {line.get('Amount', '')}"
        for line in body.get("Line", [])
        if line.get("DetailType") != "SubTotalLineDetail"
    ]
    more = [f"... and {len(rows) - _LINES_MOST} more lines"] if len(rows) > _LINES_MOST else []
    tail = ["", f"Total: {body['TotalAmt']} {currency}"]
    if name in ("Invoice", "CreditMemo"):
        tail.append(f"Balance due: {body['Balance']} {currency}")
    return [line[:100] for line in (*head, *rows[:_LINES_MOST], *more, *tail)]


def _party(body: Body) -> list[str]:
    """Name whom the document is for; a receipt may be for nobody in particular, an order is for a vendor."""
    for label, ref in (("Customer", body.get("CustomerRef")), ("Vendor", body.get("VendorRef"))):
        if ref:
            return [f"{label}: {ref.get('name', ref.get('value', ''))}"]
    return []


def _item(line: Body) -> str:
    """Say what a line is about: a product, an account, or the document that a payment pays."""
    for detail in ("SalesItemLineDetail", "ItemBasedExpenseLineDetail", "AccountBasedExpenseLineDetail"):
        named = (line.get(detail) or {}).get("ItemRef") or (line.get(detail) or {}).get("AccountRef")
        if named:
            return str(named.get("name", ""))
    if line.get("LinkedTxn"):
        triples = (line.get("LineEx") or {}).get("any", [])
        values = {one["value"]["Name"]: one["value"]["Value"] for one in triples}
        link = line["LinkedTxn"][0]
        return f"{link['TxnType']} {values.get('txnReferenceNumber', link['TxnId'])}"
    return ""


def _escaped(text: str) -> str:
    plain = "".join(sign if sign.isprintable() else " " for sign in text)
    return plain.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
