"""Files sent to the interface: multipart bodies read, kept beside their attachables, and given back."""

import base64
import binascii
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from qb_collections.emulator import errors
from qb_collections.emulator.errors import Fault
from qb_collections.emulator.wire import Body, decode

if TYPE_CHECKING:
    from qb_collections.emulator.engine import Engine

_MOST_BYTES = 100 * 1024 * 1024
_MOST_FILES = 20
_BOUNDARY = re.compile(r'boundary="?([^";]+)"?', re.IGNORECASE)
_NAME = re.compile(r'\bname="([^"]*)"', re.IGNORECASE)
_FILENAME = re.compile(r'\bfilename="([^"]*)"', re.IGNORECASE)


@dataclass(slots=True)
class _File:
    """One file of a request: what its metadata part says, and its content."""

    metadata: Body = field(default_factory=dict)
    content: bytes = b""
    content_type: str = "application/octet-stream"
    filename: str | None = None
    has_content: bool = False


@dataclass(frozen=True, slots=True)
class _Part:
    headers: dict[str, str]
    content: bytes


def upload(engine: "Engine", realm: str, content_type: str, body: bytes) -> Body:
    """Store each file as an Attachable and return {"AttachableResponse": [...]}, one answer per file.

    A file that QuickBooks refuses has its Fault in the list, under status 200 (recorded).  Raises Fault when
    the body itself cannot be read.
    """
    if len(body) > _MOST_BYTES:
        raise errors.business("The file is larger than 100 MB.")
    return {"AttachableResponse": [_one(engine, realm, file) for file in _files(content_type, body)]}


def _one(engine: "Engine", realm: str, file: _File) -> Body:
    sent = {
        "FileName": file.filename or "attachment",
        "ContentType": file.content_type,
        **_set(file.metadata),
    }
    try:
        with engine.store.transaction() as conn:
            saved = engine.save(realm, "Attachable", sent)
            known = str(sent["ContentType"])
            conn.execute(
                "INSERT OR REPLACE INTO upload VALUES (?, ?, ?, ?)",
                (realm, int(saved["Id"]), known, file.content),
            )
            return {"Attachable": _with_file(engine, realm, saved, len(file.content))}
    except Fault as fault:
        return {"Fault": fault.body()}


def _set(metadata: Body) -> Body:
    return {name: value for name, value in metadata.items() if value is not None}


def _with_file(engine: "Engine", realm: str, saved: Body, size: int) -> Body:
    place = f"/v3/company/{realm}/download/{saved['Id']}"
    with engine.writing(realm) as work:
        from qb_collections.emulator.entities import registry  # the entities import much of this package

        fresh = saved | {"Size": size, "FileAccessUri": place, "TempDownloadUri": f"{place}/content"}
        return work.put(registry.spec("Attachable"), fresh, "Update", bump=False).body


def content(engine: "Engine", realm: str, id_: str) -> tuple[bytes, str]:
    """Return a stored file and its type; raises Fault 610 when the attachable has none."""
    engine.read(realm, "Attachable", id_)
    with engine.store.reading() as conn:
        found = conn.execute(
            "SELECT content, content_type FROM upload WHERE realm = ? AND id = ?", (realm, int(id_))
        ).fetchone()
    if found is None:
        raise errors.not_found()
    return bytes(found[0]), str(found[1])


def _files(content_type: str, body: bytes) -> list[_File]:
    """Pair file_metadata_NN with file_content_NN; a file may come without metadata."""
    found: dict[str, _File] = {}
    for part in _parts(content_type, body):
        disposition = part.headers.get("content-disposition", "")
        named = _NAME.search(disposition)
        kind, _, number = (named[1] if named else "").rpartition("_")
        file = found.setdefault(number, _File())
        if kind == "file_metadata":
            file.metadata = _metadata(part.content)
        elif kind == "file_content":
            file.content, file.has_content = _decoded(part), True
            file.content_type = part.headers.get("content-type", file.content_type)
            shown = _FILENAME.search(disposition)
            file.filename = shown[1] if shown else None
    files = [file for _, file in sorted(found.items()) if file.has_content]
    if not files:
        raise errors.missing("file_content_01")
    if len(files) > _MOST_FILES:
        raise errors.business(f"A request can hold at most {_MOST_FILES} files.")
    return files


def _metadata(text: bytes) -> Body:
    try:
        read = decode(text)
    except ValueError as error:
        raise errors.unreadable("Unexpected text in file_metadata: it") from error
    if not isinstance(read, dict):
        raise errors.unreadable("file_metadata should be an object: it")
    return read


def _decoded(part: _Part) -> bytes:
    if part.headers.get("content-transfer-encoding", "").lower() != "base64":
        return part.content
    try:
        return base64.b64decode(part.content, validate=False)
    except binascii.Error as error:
        raise errors.unreadable("The base64 of file_content: it") from error


def _parts(content_type: str, body: bytes) -> list[_Part]:
    """Split a multipart body; python-quickbooks ends its lines with a line feed alone."""
    named = _BOUNDARY.search(content_type)
    if named is None:
        raise errors.unreadable("A body without a multipart boundary")
    found = []
    for piece in body.split(b"--" + named[1].strip().encode())[1:]:
        if piece.startswith(b"--"):
            break
        text = piece.removeprefix(b"\r\n").removeprefix(b"\n")
        head, gap, rest = text.partition(b"\r\n\r\n")
        if not gap or b"\n\n" in head:
            head, _, rest = text.partition(b"\n\n")
        headers = {}
        for line in head.decode("utf-8", "replace").splitlines():
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        ending = b"\r\n" if rest.endswith(b"\r\n") else b"\n"
        found.append(_Part(headers, rest.removesuffix(ending)))
    return found
