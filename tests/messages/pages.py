"""Reads a message's HTML as a program for e-mail does: tags, attributes, and the words that are shown."""

from __future__ import annotations

from html.parser import HTMLParser

BLOCKS = {"p", "h1", "h2", "tr", "caption", "table", "main", "title"}
CELLS = {"td", "th"}
EMPTY = {"meta", "br", "img"}


class Page(HTMLParser):
    """tags: every opening tag with its attributes; words: what a person sees, a line for each block."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.lines: list[str] = [""]
        self.title = ""
        self.feed(source)
        self.close()
        assert self.open == [], f"never closed: {self.open}"

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in EMPTY:
            self.open.append(tag)
        if tag in BLOCKS or tag == "br":
            self.lines.append("")
        elif tag in CELLS:
            self.lines[-1] += "\t"

    def handle_endtag(self, tag):
        assert self.open.pop() == tag
        if tag in BLOCKS:
            self.lines.append("")

    def handle_data(self, data):
        if "style" in self.open:
            return
        if "title" in self.open:
            self.title += data
        else:
            self.lines[-1] += data.replace("\n", "")

    @property
    def words(self) -> str:
        return "\n".join(line.strip() for line in self.lines if line.strip())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]
