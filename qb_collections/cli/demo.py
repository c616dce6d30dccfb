"""demo: the made-up company, or a ledger of one's own, through as many nights as one likes."""

from __future__ import annotations

NIGHTS = 30
NIGHTS_MAX = 120
