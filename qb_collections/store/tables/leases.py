"""Who works for a company now, and how far its books have been read."""

from __future__ import annotations

from sqlalchemy import Column, String, Table

from qb_collections.store.metadata import company_id, count, day, document, instant, metadata, words

lease = Table(
    "lease",
    metadata,
    company_id(primary_key=True),
    words("holder", nullable=True),  # host:pid:start time of the process; None: free
    Column("token", String(32), nullable=True),  # which taking it was, among threads of one process
    count("fence"),  # rises with every taking
    instant("expires_at"),  # real time, also for a company that lives on an emulator's clock
    document("limiter"),  # last minute's calls, the month's reads, not-before
)

sync_cursor = Table(
    "sync_cursor",
    metadata,
    company_id(primary_key=True),
    instant("since", nullable=False),  # QuickBooks' own time: ask for changes from here
    instant("synced_at", nullable=False),
    instant("first_synced_at"),  # None while the first sync is under way
    day("tied_out_on"),
    document("progress"),
)
