"""The small world of a story: the real client libraries, and no socket between them and the emulator."""

from __future__ import annotations

import shutil

from qb_collections.services.context import Context
from tests.simulation.memory_transport import Direct
from tests.world import World


class Story(World):
    """A World whose requests stay in this process: a story asks what they say, not how they travel."""

    over_http = False

    def open(self) -> Context:
        context = super().open()
        context.intuit.http.mount("http://", Direct(self.emulator.front, self.clock))
        return context

    def close(self) -> None:
        super().close()
        shutil.rmtree(self.folder, ignore_errors=True)
