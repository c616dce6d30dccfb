"""A database as it stood at one moment, put back between tests while the engines stay open on its file.

Bringing a database up, and compiling statements for a new engine, costs more than most tests do.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path


class Kept:
    def __init__(self, path: Path) -> None:
        self.path = path
        self._copy = sqlite3.connect(":memory:")
        with closing(sqlite3.connect(path)) as conn:
            conn.backup(self._copy)

    def put_back(self) -> None:
        """Everything written since is gone, for connections that are open too."""
        with closing(sqlite3.connect(self.path)) as conn:
            self._copy.backup(conn)
