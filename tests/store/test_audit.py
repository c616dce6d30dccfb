"""The audit shows every later change, down to one byte, and a cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from qb_collections.store import audit, schema
from qb_collections.store.audit import Anchor
from qb_collections.store.engine import durable, open_engine, reading
from tests.store.conftest import NOW, add_company

COLUMNS = ["at", "actor", "action", "subject", "detail", "hash"]


def fill(engine, company_id, count=3):
    with durable(engine) as conn:
        for number in range(count):
            audit.append(
                conn, company_id, "Ann", "hold added", f"invoice 10{number}", {"until": "6 November"}, NOW
            )


def verify(engine, company_id, anchor=None):
    with reading(engine) as conn:
        return audit.verify_chain(conn, company_id, anchor)


def test_an_untouched_chain_is_whole(engine, company):
    fill(engine, company.id)

    report = verify(engine, company.id)

    assert (report.entries, report.broken_at, report.problem) == (3, None, None)


def test_an_entry_falls_with_the_transaction_of_its_change(engine, company):
    fill(engine, company.id, 1)

    with pytest.raises(RuntimeError), durable(engine) as conn:
        audit.append(conn, company.id, "Ann", "x", "y", None, NOW)
        raise RuntimeError

    assert verify(engine, company.id).entries == 1


@pytest.fixture(scope="module")
def chained():
    engine = open_engine("sqlite://")
    schema.upgrade(engine)
    company = add_company(engine)
    fill(engine, company.id)
    return engine, company.id


@given(data=st.data(), column=st.sampled_from(COLUMNS), seq=st.integers(1, 3))
def test_any_changed_byte_of_any_entry_is_found(chained, data, column, seq):
    engine, company_id = chained
    where = f"FROM audit WHERE chain = {company_id} AND seq = {seq}"
    change = text(f"UPDATE audit SET {column} = :value WHERE chain = {company_id} AND seq = {seq}")
    with reading(engine) as conn:
        original = conn.execute(text(f"SELECT {column} {where}")).scalar_one()
    position = data.draw(st.integers(0, len(original) - 1))
    other = chr((ord(original[position]) + data.draw(st.integers(1, 127))) % 128)

    with durable(engine) as conn:
        conn.execute(change, {"value": original[:position] + other + original[position + 1 :]})
    report = verify(engine, company_id)
    with durable(engine) as conn:
        conn.execute(change, {"value": original})

    assert report.broken_at == seq
    assert verify(engine, company_id).problem is None


@pytest.mark.parametrize("seq", [1, 2])
def test_a_missing_entry_is_found(engine, company, seq):
    fill(engine, company.id)
    with durable(engine) as conn:
        conn.execute(text(f"DELETE FROM audit WHERE seq = {seq}"))

    assert verify(engine, company.id).broken_at == seq


def test_a_cut_end_is_found_by_the_stored_head(engine, company):
    fill(engine, company.id)
    with durable(engine) as conn:
        conn.execute(text("DELETE FROM audit WHERE seq = 3"))

    report = verify(engine, company.id)

    assert report.problem == "the chain ends after 2 entries; 3 were written"


def test_a_cut_together_with_its_head_is_found_by_an_anchor_kept_elsewhere(engine, company):
    fill(engine, company.id, 2)
    with reading(engine) as conn:
        earlier = audit.head(conn, company.id)
    fill(engine, company.id, 1)
    with reading(engine) as conn:
        anchor = audit.head(conn, company.id)
    with durable(engine) as conn:
        conn.execute(text("DELETE FROM audit WHERE seq = 3"))
        conn.execute(text("UPDATE audit_head SET seq = :seq, hash = :hash"), vars_of(earlier))

    assert verify(engine, company.id).problem is None
    assert verify(engine, company.id, anchor).broken_at == 3


def vars_of(anchor: Anchor):
    return {"seq": anchor.seq, "hash": anchor.hash}


def test_companies_and_the_installation_have_chains_of_their_own(engine, company):
    fill(engine, company.id, 2)
    fill(engine, None, 1)

    assert verify(engine, company.id).entries == 2
    assert verify(engine, None).entries == 1
    with reading(engine) as conn:
        assert [one.subject for one in audit.entries(conn, company.id)] == ["invoice 101", "invoice 100"]
        assert audit.entries(conn, None)[0].detail == {"until": "6 November"}
