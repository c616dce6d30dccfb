"""Who may sign in, and whose books they may see."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from qb_collections.store import people
from qb_collections.store.engine import durable, reading
from qb_collections.store.people import Role
from tests.store.conftest import NOW, add_company

PASSWORD = "correct horse battery"


@pytest.fixture
def ann(engine):
    with durable(engine) as conn:
        return people.add_user(conn, " Ann@Example.com", "Ann", at=NOW, password=PASSWORD)


def test_the_first_start_makes_one_practice_with_one_owner_and_the_second_none(engine):
    with durable(engine) as conn:
        first = people.ensure_first_practice(conn, NOW)
        second = people.ensure_first_practice(conn, NOW)

        assert first == second
        assert conn.execute(text("SELECT count(*) FROM practice")).scalar_one() == 1
        assert conn.execute(text('SELECT count(*) FROM "user"')).scalar_one() == 1
        assert not first.has_password


def test_the_owner_of_the_practice_sees_every_company_of_it(engine, company):
    other = add_company(engine, "Anchor Street")
    with durable(engine) as conn:
        owner = people.ensure_first_practice(conn, NOW)

        assert people.role_for(conn, owner.id, company.id) is Role.OWNER
        assert people.companies_of(conn, owner.id) == [other.id, company.id]


def test_a_collector_of_one_company_sees_no_other(engine, company, ann):
    other = add_company(engine, "Anchor Street")
    with durable(engine) as conn:
        people.join(conn, ann.id, company.practice_id, Role.VIEWER, at=NOW, company_id=company.id)
        people.join(conn, ann.id, company.practice_id, Role.COLLECTOR, at=NOW, company_id=company.id)

        assert people.role_for(conn, ann.id, company.id) is Role.COLLECTOR
        assert people.role_for(conn, ann.id, other.id) is None
        assert people.companies_of(conn, ann.id) == [company.id]


@pytest.mark.parametrize(
    ("role", "needed", "may"),
    [
        (Role.OWNER, Role.VIEWER, True),
        (Role.COLLECTOR, Role.COLLECTOR, True),
        (Role.COLLECTOR, Role.MANAGER, False),
        (Role.VIEWER, Role.COLLECTOR, False),
    ],
)
def test_a_role_covers_the_ones_below_it(role, needed, may):
    assert role.covers(needed) is may


def test_the_first_run_link_signs_in_once(engine):
    with durable(engine) as conn:
        earlier = people.first_run_link(conn, NOW)
        token = people.first_run_link(conn, NOW)

        assert people.use_first_run_link(conn, earlier) is None
        assert people.use_first_run_link(conn, token).id == people.ensure_first_practice(conn, NOW).id
        assert people.use_first_run_link(conn, token) is None


def test_neither_the_link_nor_the_password_is_kept_in_the_clear(engine, ann):
    with durable(engine) as conn:
        token = people.first_run_link(conn, NOW)
        kept = str(conn.execute(text("SELECT * FROM setting")).all())
        kept += str(conn.execute(text('SELECT * FROM "user"')).all())

    assert token not in kept
    assert PASSWORD not in kept
    assert "$argon2id$" in kept


@pytest.mark.parametrize(
    ("email", "password", "good"),
    [
        ("ann@example.com", PASSWORD, True),
        ("ANN@example.com ", PASSWORD, True),
        ("ann@example.com", PASSWORD + " ", False),
        ("ann@example.com", "", False),
        ("bob@example.com", PASSWORD, False),
    ],
)
def test_only_the_right_password_signs_in(engine, ann, email, password, good):
    with durable(engine) as conn:
        found = people.sign_in(conn, email, password)

    assert found == (ann if good else None)


def test_a_user_who_is_switched_off_cannot_sign_in_and_their_sessions_end(engine, ann, company):
    with durable(engine) as conn:
        people.join(conn, ann.id, company.practice_id, Role.MANAGER, at=NOW)
        people.set_active(conn, ann.id, False)

        assert people.sign_in(conn, ann.email, PASSWORD) is None
        assert people.role_for(conn, ann.id, company.id) is None
        assert people.get(conn, ann.id).session_epoch == 1


def test_a_new_password_ends_every_session(engine, ann):
    with durable(engine) as conn:
        people.set_password(conn, ann.id, "another long password")

        assert people.get(conn, ann.id).session_epoch == 1
        assert people.sign_in(conn, ann.email, PASSWORD) is None


def test_five_failures_in_fifteen_minutes_lock_the_account_from_that_address(engine):
    with durable(engine) as conn:
        for minute in range(4):
            people.note_attempt(conn, "Ann@example.com", "10.0.0.1", False, NOW + timedelta(minutes=minute))
        after_four = people.locked_until(conn, "ann@example.com", "10.0.0.1", NOW + timedelta(minutes=5))
        people.note_attempt(conn, "ann@example.com", "10.0.0.1", False, NOW + timedelta(minutes=5))
        after_five = people.locked_until(conn, "ann@example.com", "10.0.0.1", NOW + timedelta(minutes=6))
        elsewhere = people.locked_until(conn, "ann@example.com", "10.0.0.2", NOW + timedelta(minutes=6))
        later = people.locked_until(conn, "ann@example.com", "10.0.0.1", NOW + timedelta(minutes=15))

    assert after_four is None
    assert after_five == NOW + timedelta(minutes=15)
    assert elsewhere is None
    assert later is None


def test_a_success_clears_the_failures(engine):
    with durable(engine) as conn:
        for _ in range(5):
            people.note_attempt(conn, "ann@example.com", "10.0.0.1", False, NOW)
        people.note_attempt(conn, "ann@example.com", "10.0.0.1", True, NOW)

    with reading(engine) as conn:
        assert people.locked_until(conn, "ann@example.com", "10.0.0.1", NOW) is None
