"""The stylesheet has what the pages use and nothing else: no class without a rule, no rule without a page."""

import re
from pathlib import Path

from qb_collections.web import template_folder

PACKAGE = Path(__file__).resolve().parents[2] / "qb_collections"
PAGES = [*template_folder().glob("web/*.html")]
# Classes that are put together on a page, from its own lists of kinds.
COMPOSED = re.compile(r"(bar|dot|step|sending)-?\w*")


def styled():
    text = re.sub(r"/\*.*?\*/", "", (PACKAGE / "static" / "app.css").read_text(), flags=re.DOTALL)
    selectors = re.findall(r"([^{}]+)\{", text)
    return {name for one in selectors for name in re.findall(r"\.([a-zA-Z][\w-]*)", one)}


def words_of_pages():
    """Every word of the templates, of the modules that name a badge's tone, and of the script."""
    files = [*PAGES, *(PACKAGE / "web").glob("*.py"), *(PACKAGE / "services").glob("*.py")]
    files.append(PACKAGE / "static" / "app.js")
    return set(re.findall(r"[a-zA-Z][\w-]*", " ".join(file.read_text() for file in files)))


def written_classes():
    """The classes that stand in the templates as they are, without those that an expression writes."""
    found = set()
    for page in PAGES:
        text = re.sub(r"\{#.*?#\}", "", page.read_text(), flags=re.DOTALL)
        for value in re.findall(r'class="([^"]*)"', text):
            plain = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "\0", value)
            found |= {name for name in plain.split() if "\0" not in name}
    return found


def test_every_class_of_the_stylesheet_is_used_by_a_page():
    unused = {name for name in styled() - words_of_pages() if not COMPOSED.fullmatch(name)}

    assert unused == set()


def test_every_class_of_a_page_has_a_rule():
    assert len(written_classes()) > 80
    assert written_classes() - styled() == set()
