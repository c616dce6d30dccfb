"""The time the emulator lives by; whoever starts it hands one in."""

from datetime import datetime
from typing import Protocol


class EmulatorClock(Protocol):
    """Anything that can say what time it is."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        ...
