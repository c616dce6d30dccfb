"""Accounts-receivable collections for QuickBooks Online: it asks before it assumes, and says why."""

__version__ = "0.1.0"
