"""How many SQL statements a page costs, whatever base.html asks included."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, event

MOST = 12  # a page, the signed-in user, the company and the line on sending included
EVERY_PAGE = 3  # of these: who is signed in, the company with their role, the stop with what waits


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """The statements that are run inside; what begins and ends a transaction is not one."""
    seen: list[str] = []

    def note(_conn, _cursor, statement, *_):
        if not statement.startswith(("PRAGMA", "BEGIN")):
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def statements_of(house, path: str, role: str = "owner") -> list[str]:
    """What one GET of somebody who is signed in costs; path begins behind the company."""
    browser = house.browser(f"{role}@ours.example")
    with statements(house.context.engine) as seen:
        answer = browser.get(f"/companies/{house.ours.id}/{path}")
    assert answer.status_code == 200, answer.status
    return seen
