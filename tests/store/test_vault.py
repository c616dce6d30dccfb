"""Sealed texts open in their own place only, and keys can be changed without losing anything."""

import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qb_collections.store.key_file import BadKeyFile, KeyFile
from qb_collections.store.vault import CannotOpen, Key, Vault

VAULT = Vault([Key("k1", b"1" * 32)])
SEALED = VAULT.seal("a refresh token", "connection:1:refresh")


@given(st.text(), st.text())
def test_what_was_sealed_opens_in_its_place(text, place):
    assert VAULT.open(VAULT.seal(text, place), place) == text


def test_a_sealed_text_names_version_and_key_and_never_looks_the_same_twice():
    first, second = VAULT.seal("token", "a"), VAULT.seal("token", "a")

    assert first.startswith("v1.k1.")
    assert first != second
    assert "token" not in first


@given(st.data())
def test_one_changed_character_anywhere_is_refused(data):
    position = data.draw(st.integers(0, len(SEALED) - 1))
    other = chr((ord(SEALED[position]) + data.draw(st.integers(1, 127))) % 128)

    with pytest.raises(CannotOpen):
        VAULT.open(SEALED[:position] + other + SEALED[position + 1 :], "connection:1:refresh")


def test_a_row_moved_to_another_company_does_not_open():
    with pytest.raises(CannotOpen):
        VAULT.open(SEALED, "connection:2:refresh")


@pytest.mark.parametrize("sealed", ["", "v1", "v1.k1", "v1.k1.", "v1.k1.AAAA", "v2.k1.AAAA", "plain text"])
def test_what_was_never_sealed_is_refused(sealed):
    with pytest.raises(CannotOpen):
        VAULT.open(sealed, "a")


def test_the_keyed_hash_needs_the_key_and_differs_by_purpose():
    other = Vault([Key("k1", b"2" * 32)])

    assert VAULT.keyed_hash("9130", "realm") == VAULT.keyed_hash("9130", "realm")
    assert VAULT.keyed_hash("9130", "realm") != other.keyed_hash("9130", "realm")
    assert VAULT.keyed_hash("9130", "realm") != VAULT.keyed_hash("9130", "session")


def test_a_new_key_file_is_the_owners_alone_and_stays_the_same(tmp_path):
    file = KeyFile(tmp_path / "keys" / "vault.key")

    sealed = file.ensure().seal("x", "a")

    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.path.parent.stat().st_mode) == 0o700
    assert file.ensure().open(sealed, "a") == "x"
    assert [path.name for path in file.path.parent.iterdir()] == ["vault.key"]


def test_after_rotation_the_new_key_seals_and_the_old_one_still_opens(tmp_path):
    file = KeyFile(tmp_path / "vault.key")
    old = file.ensure()
    sealed = old.seal("x", "a")

    new_id = file.rotate()
    new = file.load()

    assert (new.primary, new.is_current(sealed)) == (new_id, False)
    assert new.open(sealed, "a") == "x"
    assert file.forget_old() == [old.primary]
    with pytest.raises(CannotOpen):
        file.load().open(sealed, "a")


def test_a_key_file_that_everybody_may_read_is_refused_with_the_remedy(tmp_path):
    file = KeyFile(tmp_path / "vault.key")
    file.ensure()
    file.path.chmod(0o644)

    with pytest.raises(BadKeyFile, match="chmod 600"):
        file.load()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "holds no key"),
        ("k1:" + "QUFB", "Line 1"),  # three bytes
        ("k1:not base64!", "Line 1"),
        ("k1", "Line 1"),
        ("k1:" + "MTEx" * 10 + "MTE=\nk1:" + "MTEx" * 10 + "MTE=", "twice"),
    ],
)
def test_a_key_file_without_good_keys_is_refused(tmp_path, content, said):
    path = tmp_path / "vault.key"
    path.write_text(content)
    path.chmod(0o600)

    with pytest.raises(BadKeyFile, match=said):
        KeyFile(path).load()


def test_a_missing_key_file_is_not_replaced_unless_asked_for(tmp_path):
    with pytest.raises(BadKeyFile, match="missing"):
        KeyFile(tmp_path / "vault.key").load()
