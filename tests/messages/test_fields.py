"""The owner's page about templates names every field there is, and none that is not."""

import re
from pathlib import Path

from qb_collections.messages.fields import SHAPE

PAGE = Path(__file__).parents[2] / "docs" / "templates.md"


def test_the_page_lists_exactly_the_fields_there_are():
    _, _, tables = PAGE.read_text(encoding="utf-8").partition("## Fields\n")
    named = set(re.findall(r"`([a-z0-9_]+)`", tables))
    of_rows = {name for names in SHAPE.lists.values() for name in names}

    assert named == SHAPE.names | of_rows


def test_the_page_lists_the_names_of_every_row():
    page = PAGE.read_text(encoding="utf-8")

    for names in set(SHAPE.lists.values()):
        assert " ".join(f"`{name}`" for name in names) in page
