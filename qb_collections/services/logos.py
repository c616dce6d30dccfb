"""A company's logo: taken when it is a small picture, shown in messages and on letters."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection

from qb_collections.messages.look import LOGO_MAX, PLAIN, LogoRefused, Look, logo_type
from qb_collections.services.context import Context
from qb_collections.services.refusal import Refusal
from qb_collections.store import audit
from qb_collections.store import logos as stored
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable


def look_for(conn: Connection, company: Company) -> Look:
    """How the company's messages and letters look."""
    found = stored.get(conn, company.id)
    return Look(*found) if found else PLAIN


def take(context: Context, company: Company, data: bytes, *, by: str) -> Look | Refusal:
    """Keep a PNG or JPEG picture of up to 1 MB as the company's logo; the bytes say what it is."""
    try:
        look = Look(data, logo_type(data))
    except LogoRefused as refused:
        return Refusal(f"{refused} Nothing was changed.")
    now = context.clock.now()
    with durable(context.engine) as conn:
        stored.put(conn, company.id, look.logo, look.logo_type, author=by, at=now)
        detail = {"type": look.logo_type, "bytes": len(data)}
        audit.append(conn, company.id, by, "logo changed", "logo", detail, now)
    return look


def take_file(context: Context, company: Company, file: Path, *, by: str) -> Look | Refusal:
    """The same from a file, of which no more is read than a logo may have."""
    size = file.stat().st_size
    if size > LOGO_MAX:
        megabytes = f"{size / 1_000_000:,.1f} MB"
        return Refusal(
            f"This file has {megabytes}; a logo has at most 1 MB. A smaller copy looks the same. "
            "Nothing was changed."
        )
    return take(context, company, file.read_bytes(), by=by)


def remove(context: Context, company: Company, *, by: str) -> bool:
    """Take the logo away; False when there was none."""
    now = context.clock.now()
    with durable(context.engine) as conn:
        if stored.get(conn, company.id) is None:
            return False
        stored.put(conn, company.id, None, None, author=by, at=now)
        audit.append(conn, company.id, by, "logo removed", "logo", {}, now)
    return True
