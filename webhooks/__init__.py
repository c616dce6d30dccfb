"""Where QuickBooks tells us that something changed: verify, store, answer.  Never calls QuickBooks."""

from webhooks.receiver import receiver
from webhooks.verifiers import Verifiers

__all__ = ["Verifiers", "receiver"]
