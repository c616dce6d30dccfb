"""The two ordered tuples of gates.  In both the order is the precedence."""

from __future__ import annotations

from qb_collections.core.customer_gates import CUSTOMER_GATES
from qb_collections.core.invoice_gates import INVOICE_GATES

__all__ = ["CUSTOMER_GATES", "INVOICE_GATES"]
