"""The command line: one module per noun.  `main` is the whole of it."""

from qb_collections.cli.main import main

__all__ = ["main"]
