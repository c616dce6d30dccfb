"""What the operator does now and then: backup, restore, keys, doctor."""

from __future__ import annotations

import os
import sqlite3
import stat
from base64 import b64decode

import pytest

from qb_collections.store.key_file import KeyFile


def lines_of(told, level):
    return [line["about"] for line in told["lines"] if line["level"] == level]


def key_secrets(world):
    """Id and bytes of each key in the key file."""
    lines = (world.folder / "key").read_text(encoding="ascii").split()
    return {line.partition(":")[0]: b64decode(line.partition(":")[2]) for line in lines}


def test_a_backup_is_whole_private_without_the_key_and_never_overwrites(connected, tmp_path):
    file = tmp_path / "backups" / "monday.qbc"
    file.parent.mkdir()
    told = connected.told("backup", str(file))
    content = file.read_bytes()

    again = connected.told("backup", str(file), code=1)

    assert told["bytes"] == len(content)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not any(secret in content for secret in key_secrets(connected).values())
    assert (connected.folder / "key").read_bytes().strip() not in content
    assert "never overwrites" in again["error"]["message"]
    assert file.read_bytes() == content
    with sqlite3.connect(file) as conn:
        assert conn.execute("SELECT name FROM company").fetchall() == [("Harbor Light Supply",)]
    conn.close()
    assert [one.name for one in file.parent.iterdir()] == ["monday.qbc"]


@pytest.mark.parametrize("name", ["nowhere", "file"])
def test_a_backup_into_what_is_no_folder_is_refused_and_none_is_made(connected, tmp_path, name):
    (tmp_path / "file").write_text("no folder")
    before = sorted(tmp_path.iterdir())

    told = connected.told("backup", str(tmp_path / name / "monday.qbc"), code=1)

    assert told["error"]["message"].startswith(
        f"There is no folder {tmp_path / name}, so the backup was not written."
    )
    assert sorted(tmp_path.iterdir()) == before


def test_a_restore_keeps_the_earlier_database_and_opens_every_company_in_shadow(live, tmp_path):
    file = tmp_path / "friday.qbc"
    live.told("backup", str(file))
    live.told("night", "--until-delivered")

    restored = live.told("restore", str(file))

    assert restored["in_shadow"] == ["Harbor Light Supply"]
    assert live.folder.joinpath(restored["set_aside"]).exists()
    (company,) = live.told("companies")["companies"]
    assert company["mode"] == "shadow"
    (task,) = live.told("task", "list")["tasks"]
    assert task["kind"] == "restored"
    assert "friday.qbc" in task["text"]


def test_after_a_restore_nothing_is_sent_or_written_twice(live, tmp_path):
    """The backup knows nothing of Friday's six messages; QuickBooks does."""
    file = tmp_path / "friday.qbc"
    live.told("backup", str(file))
    live.told("night", "--until-delivered")
    live.told("restore", str(file))
    live.told("night", code=1)
    found = live.told("company", "restored")
    too_early = live.told("company", "mode", "automatic", "--yes", code=1)

    live.told("company", "restored", "--release")
    live.told("company", "mode", "automatic", "--yes")
    live.told("night", "--until-delivered")

    assert (found["contacts"], found["plans"]) == (6, [])
    assert "nobody has released them" in too_early["error"]["message"]
    assert len(live.sends()) == 6
    assert {len(lines) for lines in live.notes().values()} == {1}


def test_a_database_that_is_in_use_is_not_replaced(connected, tmp_path):
    file = tmp_path / "monday.qbc"
    connected.told("backup", str(file))
    other = sqlite3.connect(connected.folder / "qb-collections.sqlite3")
    other.execute("SELECT count(*) FROM company").fetchall()

    told = connected.told("restore", str(file), code=1)

    other.close()
    assert "stop the service first" in told["error"]["message"]
    assert [one.name for one in connected.folder.iterdir() if "before" in one.name] == []


@pytest.mark.parametrize("content", [b"", b"not a database", b"SQLite format 3\0" + b"\0" * 4096])
def test_what_is_no_backup_is_refused_and_the_database_stays(connected, tmp_path, content):
    file = tmp_path / "wrong.qbc"
    file.write_bytes(content)

    told = connected.told("restore", str(file), code=1)

    assert "wrong.qbc" in told["error"]["message"]
    assert len(connected.told("companies")["companies"]) == 1


def test_a_backup_from_a_newer_version_is_refused(connected, tmp_path):
    file = tmp_path / "future.qbc"
    connected.told("backup", str(file))
    with sqlite3.connect(file) as conn:
        conn.execute("UPDATE alembic_version SET version_num = '9999_from_the_future'")
    conn.close()

    assert "newer version" in connected.told("restore", str(file), code=1)["error"]["message"]


def test_a_restore_into_an_empty_folder_works_with_a_copy_of_the_key(connected, tmp_path):
    file = tmp_path / "monday.qbc"
    connected.told("backup", str(file))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "key").write_bytes((connected.folder / "key").read_bytes())
    (elsewhere / "key").chmod(0o600)
    connected.folder = elsewhere

    assert connected.told("restore", str(file))["set_aside"] is None
    assert connected.told("sync")["invoices"] == 0  # nothing has changed since, and the tokens still open


def test_rotated_keys_seal_everything_again_and_the_old_one_stays(connected):
    (old,) = key_secrets(connected)

    told = connected.told("keys", "rotate")

    assert list(key_secrets(connected)) == [told["key"], old]
    assert told["key"] != old
    with sqlite3.connect(connected.folder / "qb-collections.sqlite3") as conn:
        (sealed,) = conn.execute("SELECT realm_sealed, refresh_sealed FROM connection").fetchall()
    conn.close()
    assert all(value.startswith(f"v1.{told['key']}.") for value in sealed)
    assert connected.told("sync")["invoices"] == 0
    again = connected.told("connect", "--emulator", connected.server.base_url)
    assert again["id"] == 1  # the same company is still known by its sealed number


def test_a_rotation_that_was_cut_off_is_finished_without_a_further_key(connected):
    """The key is in the file and nothing is sealed with it: as after a kill in between."""
    new = KeyFile(connected.folder / "key").rotate()

    told = connected.told("keys", "rotate")

    assert (told["key"], told["finished_earlier"]) == (new, True)
    assert len(key_secrets(connected)) == 2
    assert connected.told("keys", "rotate")["finished_earlier"] is False


def test_a_good_installation_has_nothing_bad(live):
    told = live.told("doctor")

    assert told["bad"] == 0
    assert lines_of(told, "bad") == []
    about = {line["about"] for line in told["lines"]}
    assert {"settings", "key file", "database", "disk", "installation: audit"} <= about
    assert {f"Harbor Light Supply: {what}" for what in ("permission", "policy", "writes", "at work")} <= about


def test_looking_makes_no_database_and_no_key(world):
    told = world.told("doctor")

    assert told["bad"] == 0
    assert not world.folder.exists()


def test_beside_a_database_in_which_nothing_is_yet_no_key_is_missing(world):
    """As on a server where the operator has made an empty one."""
    world.folder.mkdir()
    (world.folder / "qb-collections.sqlite3").touch()

    told = world.told("doctor")

    assert told["bad"] == 0
    assert "key file" in lines_of(told, "ok")


def test_a_missing_key_is_bad_and_said_before_anything_is_opened(connected):
    (connected.folder / "key").unlink()

    told = connected.told("doctor", code=1)

    assert lines_of(told, "bad") == ["key file"]
    assert not (connected.folder / "key").exists()


@pytest.mark.skipif(os.name != "posix", reason="modes of files are POSIX's")
@pytest.mark.parametrize(("mode", "level"), [(0o640, "warn"), (0o644, "bad")])
def test_a_key_that_others_can_read_is_told(connected, mode, level):
    (connected.folder / "key").chmod(mode)

    told = connected.told("doctor", code=1 if level == "bad" else 0)

    assert "key file" in lines_of(told, level)
    assert any("chmod 600" in str(line["remedy"]) for line in told["lines"])


def test_a_changed_audit_entry_is_found(connected):
    with sqlite3.connect(connected.folder / "qb-collections.sqlite3") as conn:
        conn.execute("UPDATE audit SET detail = '{}' WHERE seq = 1 AND company_id = 1")
    conn.close()

    told = connected.told("doctor", code=1)

    assert lines_of(told, "bad") == ["Harbor Light Supply: audit"]


def test_an_emulator_that_does_not_answer_is_a_warning(connected):
    connected.server.stop()

    told = connected.told("doctor")

    found = [line["found"] for line in told["lines"] if "does not answer" in line["found"]]
    assert len(found) == 1


def test_a_stop_and_a_company_that_needs_reconnecting_are_told(connected):
    connected.told("stop")
    with sqlite3.connect(connected.folder / "qb-collections.sqlite3") as conn:
        conn.execute("UPDATE company SET state = 'reconnect'")
    conn.close()

    told = connected.told("doctor", code=1)

    assert "stop" in lines_of(told, "warn")
    assert lines_of(told, "bad") == ["Harbor Light Supply"]


def test_an_up_to_date_database_stays_as_it_is(connected):
    assert connected.told("db", "upgrade") == {"before": "current", "changed": False}


def test_a_sign_in_link_is_fresh_each_time(connected):
    first, second = connected.told("user", "link")["url"], connected.told("user", "link")["url"]

    assert first.startswith("http://127.0.0.1:5000/welcome/")
    assert first != second
