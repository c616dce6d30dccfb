"""A local QuickBooks Online: the accounting API, its books, and what surrounds them."""
