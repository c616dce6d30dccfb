"""What people and editors read about the settings is what the schema says."""

import json
import tomllib
from pathlib import Path

import jsonschema
import pytest

from qb_collections.core.policy import Policy, parse
from qb_collections.core.policy_meanings import MEANINGS, SECTIONS
from qb_collections.core.policy_reference import markdown, schema, settings
from qb_collections.core.policy_values import Section

from .making import STANDARD

ROOT = Path(__file__).resolve().parents[2]
SHORT = """
name = "Short"
[[ladder]]
code = "A"
name = "only step"
after_due_days = 1
channel = "email"
template = "monthly"
"""
PRESETS = sorted((ROOT / "qb_collections" / "presets").glob("*.toml"))


def test_the_reference_in_the_documents_is_the_schemas():
    text = (ROOT / "docs" / "policy.md").read_text(encoding="utf-8")

    assert text.endswith(f"\n\n{markdown()}")


def test_every_setting_has_a_meaning_and_every_meaning_a_setting():
    named = {f"{one.section}.{one.key}".removeprefix(".") for one in settings()}

    assert named == set(MEANINGS)
    assert set(SECTIONS) | {"name"} == set(Policy.model_fields)


def test_the_default_that_is_told_is_the_one_that_holds():
    short = parse(SHORT)
    told = {(one.section, one.key): one for one in settings()}

    assert told["limits", "contact_gap_days"].default == "6"
    assert told["limits", "contact_gap_days"].allowed == "3 to 365"
    assert told["contact_hours", "opens"].default == "09:00:00"
    assert told["traits", "wait_for_usual_day"].default == "false"
    assert told["ladder", "tone"].default == "not set"
    assert told["ladder", "code"].default == ""
    for section in SECTIONS:
        holder = getattr(short, section)
        if isinstance(holder, Section):
            written = [
                one for one in settings() if one.section == section and one.default not in ("not set", "{}")
            ]
            text = f"[{section}]\n" + "".join(f"{one.key} = {one.default}\n" for one in written)
            read = type(holder).model_validate(tomllib.loads(text)[section])
            assert read == holder, section


@pytest.mark.parametrize("path", PRESETS, ids=lambda path: path.stem)
def test_the_schema_accepts_each_preset(path):
    written = json.loads(json.dumps(tomllib.loads(path.read_text(encoding="utf-8")), default=str))

    jsonschema.validate(written, schema())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**written, "limit": {}}, schema())


def test_an_editor_is_told_what_a_setting_means():
    found = schema()

    limits = found["$defs"]["Limits"]["properties"]
    assert limits["oldest_debt_days"]["description"] == "Older invoices wait for your look."
    assert limits["smallest_balance"]["default"] == 25
    assert found["properties"]["limits"]["description"] == SECTIONS["limits"]


def test_the_documents_tell_the_presets_offsets():
    text = (ROOT / "docs" / "policy.md").read_text(encoding="utf-8")
    (line,) = (one for one in text.splitlines() if one.startswith("| Standard |"))

    for stage in STANDARD.ladder:
        days = f"{stage.after_due_days} business days" if stage.business else str(stage.after_due_days)
        assert f"({days})" in line
