"""What a night costs grows with what is due, not with what is open.  Counted, never timed."""

from contextlib import contextmanager
from unittest import mock

from sqlalchemy import event

from qb_collections.services import leasing, night
from tests.benchmarks._overdue import company_with

EVERY = 100  # steps of SQLite's machine between two counts


class Count:
    statements = 0
    steps = 0  # in hundreds: what SQLite looked at to answer


@contextmanager
def counted(engine):
    """Count what is asked of the database from here on."""
    count = Count()

    def step():
        count.steps += 1

    def connected(connection, _):
        connection.set_progress_handler(step, EVERY)

    def executed(*_):
        count.statements += 1

    engine.dispose()
    event.listen(engine, "connect", connected)
    event.listen(engine, "before_cursor_execute", executed)
    yield count
    event.remove(engine, "connect", connected)
    event.remove(engine, "before_cursor_execute", executed)
    engine.dispose()


def cost_of_a_night(folder, *, invoices, due):
    context, company = company_with(folder, invoices=invoices, due=due)
    with (
        mock.patch.object(night.sync, "sync"),
        mock.patch.object(night.foreign, "record"),
        mock.patch.object(night.run_gates, "hold", return_value=None),
        leasing.held(context, company) as lease,
        counted(context.engine) as first,
    ):
        night.night(context, company, lease)
    with context.engine.connect() as conn:
        assert conn.exec_driver_sql("SELECT count(*) FROM finding").scalar_one() == due
    return first


def test_twenty_due_cost_the_same_among_two_hundred_and_among_two_thousand_open(tmp_path):
    few = cost_of_a_night(tmp_path / "few", invoices=200, due=20)
    many = cost_of_a_night(tmp_path / "many", invoices=2000, due=20)

    assert many.statements == few.statements
    assert many.steps <= 1.1 * few.steps


def test_a_night_run_again_reads_no_case_and_queues_nothing(tmp_path):
    context, company = company_with(tmp_path, invoices=200, due=200)
    with (
        mock.patch.object(night.sync, "sync"),
        mock.patch.object(night.foreign, "record"),
        mock.patch.object(night.run_gates, "hold", return_value=None),
        leasing.held(context, company) as lease,
    ):
        night.night(context, company, lease)
        with (
            mock.patch.object(night, "_apply") as apply,
            mock.patch("qb_collections.store.cases.load") as load,
        ):
            night.night(context, company, lease)

    assert not load.called and not apply.called
    with context.engine.connect() as conn:
        assert conn.exec_driver_sql("SELECT count(*) FROM intent").scalar_one() == 40
