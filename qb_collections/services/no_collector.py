"""A night without Python's cycle collector: it makes hundreds of thousands of values and no cycles.

Values that are let go are freed at once all the same; what the collector would do is walk through
the living ones again and again, which takes a third of a night's time.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_pausing = 0  # nights of several companies may overlap in one process
_was_on = False


@contextmanager
def no_collector() -> Iterator[None]:
    """Collect no cycles inside, in any thread; the last one out turns the collector on again."""
    global _pausing, _was_on
    with _lock:
        if _pausing == 0:
            _was_on = gc.isenabled()
            gc.disable()
        _pausing += 1
    try:
        yield
    finally:
        with _lock:
            _pausing -= 1
            if _pausing == 0 and _was_on:
                gc.enable()
