"""Finds templates by name: a company's own first, then those that came with the program."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from qb_collections.messages.template import Template, TemplateRefused, parse

_NAME = re.compile(r"[a-z][a-z0-9_]*(/[a-z][a-z0-9_]*){0,3}\Z")
_LANGUAGE = re.compile(r"[a-z]{2,3}\Z")
_HEADER = re.compile(r"([a-z_0-9]+):[ \t]+(.+)\Z")
TONES = ("soft", "firm", "final", "person")  # person: read by the company's own people only


@dataclass(frozen=True, slots=True)
class Text:
    """One template file: lines `key: value`, a line `---`, then the text."""

    name: str
    subject: Template
    body: Template
    blocks: tuple[str, ...]  # names of the templates that follow the text
    tone: str
    words_max: int  # for the text without its blocks


class Library:
    """Templates from folders, earlier folders first.  A file is read once.

    own: texts that go before the folders, by name and language.
    """

    def __init__(self, *folders: Path, own: Mapping[tuple[str, str], str] | None = None) -> None:
        self.folders = folders
        self.own = dict(own or {})
        self._texts: dict[tuple[str, str], Text] = {}
        self._languages: dict[tuple[str, str], str] = {}
        self._lines: dict[tuple[str, str], Mapping[str, Template]] = {}

    def text(self, name: str, language: str = "en") -> Text:
        """The template of that name, in that language if there is one, else in English."""
        if (name, language) not in self._texts:
            self._texts[name, language] = _read_text(name, self.source(name, language))
        return self._texts[name, language]

    def language(self, name: str, wanted: str) -> str:
        """The language in which the template will be found: the wanted one, or English."""
        found = self._languages.get((name, wanted))
        if found is None:
            here = (name, wanted) in self.own or self._file(name, wanted) is not None
            found = self._languages[name, wanted] = wanted if here else "en"
        return found

    def lines(self, name: str, language: str = "en") -> Mapping[str, Template]:
        """A file of short texts, one `key: text` a line; lines that begin with # are remarks."""
        if (name, language) not in self._lines:
            self._lines[name, language] = _read_lines(name, self.source(name, language))
        return self._lines[name, language]

    def source(self, name: str, language: str = "en") -> str:
        """The template as it was written, in that language if there is one, else in English."""
        if not _NAME.match(name) or not _LANGUAGE.match(language):
            raise TemplateRefused(
                name[:80], 1, "this is not the name of a template.", "names like mail/s1_one"
            )
        for spoken in dict.fromkeys((language, "en")):
            if (name, spoken) in self.own:
                return self.own[name, spoken]
            file = self._file(name, spoken)
            if file is not None:
                return file.read_text(encoding="utf-8")
        raise TemplateRefused(name, 1, "there is no template of this name.")

    def names(self) -> tuple[tuple[str, str], ...]:
        """Name and language of every template there is, sorted."""
        found = set(self.own)
        for folder in self.folders:
            for path in folder.rglob("*.txt"):
                name, _, language = path.relative_to(folder).as_posix().removesuffix(".txt").partition(".")
                if _NAME.match(name) and (not language or _LANGUAGE.match(language)):
                    found.add((name, language or "en"))
        return tuple(sorted(found))

    def _file(self, name: str, language: str) -> Path | None:
        """English ones carry no language in their name."""
        files = (f"{name}.txt", f"{name}.en.txt") if language == "en" else (f"{name}.{language}.txt",)
        paths = (folder / file for folder in self.folders for file in files)
        return next((path for path in paths if path.is_file()), None)


def is_language(text: str) -> bool:
    """Two or three small letters: en, de."""
    return bool(_LANGUAGE.match(text))


@cache
def packaged() -> Library:
    """The templates that came with the program: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "_templates"
    return Library(installed if installed.is_dir() else package.parent / "templates")


def _read_text(name: str, source: str) -> Text:
    head, mark, body = source.replace("\r\n", "\n").partition("\n---\n")
    if not mark:
        raise TemplateRefused(name, 1, "a line with --- must stand between the headings and the text.")
    settings: dict[str, str] = {"blocks": "", "tone": "soft", "words_max": "200"}
    for number, line in enumerate(head.split("\n"), 1):
        found = _HEADER.match(line)
        if not found or found[1] not in ("subject", *settings):
            raise TemplateRefused(
                name, number, f'"{line[:60]}" is not a heading.', "subject, blocks, tone, words_max"
            )
        settings[found[1]] = found[2].strip()
    if "subject" not in settings:
        raise TemplateRefused(name, 1, "the subject is missing.", "subject: …")
    if settings["tone"] not in TONES:
        raise TemplateRefused(name, 1, f'"{settings["tone"]}" is not a tone.', ", ".join(TONES))
    if not settings["words_max"].isdecimal():
        raise TemplateRefused(
            name, 1, f'"{settings["words_max"]}" is not a number of words.', "words_max: 200"
        )
    return Text(
        name=name,
        subject=parse(f"{name} (subject)", settings["subject"]),
        body=parse(name, "\n" * (head.count("\n") + 2) + body),  # so that refusals name the file's own line
        blocks=tuple(settings["blocks"].split()),
        tone=settings["tone"],
        words_max=int(settings["words_max"]),
    )


def _read_lines(name: str, source: str) -> Mapping[str, Template]:
    lines: dict[str, Template] = {}
    for number, line in enumerate(source.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        found = _HEADER.match(line.strip())
        if not found or found[1] in lines:
            raise TemplateRefused(name, number, f'"{line[:60]}" is not a new `key: text`.')
        lines[found[1]] = parse(f"{name} ({found[1]})", found[2])
    return lines
