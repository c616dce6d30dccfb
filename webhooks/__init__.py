"""Where QuickBooks tells us that something changed: verify, store, answer.  Never calls QuickBooks."""

from webhooks.desk import Channel, Desk
from webhooks.receiver import receiver
from webhooks.verifiers import Verifiers

__all__ = ["Channel", "Desk", "Verifiers", "receiver"]
