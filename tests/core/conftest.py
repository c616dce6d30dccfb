"""Every run of these tests begins with nothing remembered from a run before it in the same process.

make mutation forks one process for each change, after all tests have passed in it once: an answer that is
remembered from then would hide the change.
"""

import sys

import pytest

from . import chances


@pytest.fixture(autouse=True, scope="session")
def nothing_is_remembered():
    chances.rules_of.cache_clear()
    for name, module in list(sys.modules.items()):
        if name.startswith("qb_collections.core"):
            for value in list(vars(module).values()):
                forget = getattr(value, "cache_clear", None)
                if callable(forget):
                    forget()
