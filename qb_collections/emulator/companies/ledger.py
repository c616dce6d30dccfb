"""A company made from a CSV ledger."""
