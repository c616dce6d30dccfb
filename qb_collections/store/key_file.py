"""The key file: one key a line, `id:base64 of 32 bytes`; the first one seals.  It lies apart from data."""

from __future__ import annotations

import os
import secrets
import stat
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from qb_collections.store.vault import KEY_BYTES, Key, Vault

EXAMPLE = "/etc/qb-collections/key"


class BadKeyFile(Exception):
    """The key file cannot be used; the message says why and what to do."""


class KeyFile:
    def __init__(self, path: Path) -> None:
        self.path = path

    def ensure(self) -> Vault:
        """Open the key file; make one with a fresh key, readable by its owner only, where there is none."""
        if not self.path.exists():
            try:
                self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                with suppress(FileExistsError):  # another process was quicker: its key is the one
                    self._create([_fresh()])
            except OSError as error:
                folder = self.path.parent
                why = f"{folder} is no folder" if folder.exists() else error.strerror
                raise self._bad(f"cannot be made: {why}") from None
        return self.load()

    def load(self) -> Vault:
        """Raises BadKeyFile when the file is missing, readable by everybody, or holds no good key."""
        return Vault(self._keys())

    def rotate(self) -> str:
        """Put a fresh key first and keep the older ones; return its id.  Rows are resealed by the caller."""
        key = _fresh()
        self._replace([key, *self._keys()])
        return key.id

    def forget_old(self) -> list[str]:
        """Keep only the first key, once every row is resealed; return the ids that are gone."""
        first, *old = self._keys()
        self._replace([first])
        return [key.id for key in old]

    def _bad(self, what: str) -> BadKeyFile:
        return BadKeyFile(f"QBC_KEY_FILE: {self.path} {what}. Example: QBC_KEY_FILE={EXAMPLE}")

    def _keys(self) -> list[Key]:
        if self.path.is_dir():
            raise self._bad("is a folder; name the file in it that holds the key")
        try:
            mode = self.path.stat().st_mode
            text = self.path.read_text(encoding="ascii")
        except FileNotFoundError:
            raise BadKeyFile(f"The key file {self.path} is missing. Restore it from your backup.") from None
        except OSError as error:
            raise self._bad(f"cannot be read ({error.strerror})") from None
        except UnicodeDecodeError:
            raise self._bad("is not a key file: it holds more than plain letters") from None
        if os.name == "posix" and mode & stat.S_IRWXO:
            raise BadKeyFile(
                f"The key file {self.path} is open to every user of this machine. Run: chmod 600 {self.path}"
            )
        keys = [self._key(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
        if not keys:
            raise BadKeyFile(f"The key file {self.path} holds no key. Restore it from your backup.")
        if len({key.id for key in keys}) != len(keys):
            raise BadKeyFile(f"The key file {self.path} names one key twice.")
        return keys

    def _key(self, number: int, line: str) -> Key:
        key_id, _, encoded = line.strip().partition(":")
        try:
            return Key(key_id, b64decode(encoded, validate=True))
        except (NotBase64, ValueError):
            raise BadKeyFile(
                f"Line {number} of the key file {self.path} is not a key: it needs a name, a colon "
                f"and {KEY_BYTES} bytes in base64."
            ) from None

    def _create(self, keys: Sequence[Key]) -> None:
        draft = self._draft(keys)
        try:
            os.link(draft, self.path)  # appears whole, and only where there is none
        finally:
            draft.unlink()
        self._sync_directory()

    def _replace(self, keys: Sequence[Key]) -> None:
        draft = self._draft(keys)
        draft.replace(self.path)
        self._sync_directory()

    def _draft(self, keys: Sequence[Key]) -> Path:
        draft = self.path.with_name(f".{self.path.name}.{secrets.token_hex(6)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.writelines(f"{key.id}:{b64encode(key.secret).decode()}\n" for key in keys)
            file.flush()
            os.fsync(file.fileno())
        return draft

    def _sync_directory(self) -> None:
        if os.name != "posix":
            return
        descriptor = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _fresh() -> Key:
    return Key(f"k{secrets.token_hex(4)}", secrets.token_bytes(KEY_BYTES))
