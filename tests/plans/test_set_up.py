"""The trial of account and item: whatever interrupts it, nothing of it stays, and nothing waits for it."""

import pytest

from qb_collections.core.intents import IntentKind, State
from qb_collections.services import leasing, plan_trial
from qb_collections.services.refusal import Refusal
from qb_collections.store import intents
from qb_collections.store.engine import interpose, reading
from tests.plans.books import PlanBooks
from tests.plans.test_trouble import KillAt, Killed

AMOUNT = ("100.01",)
STEP = 6  # `make test` tries every sixth moment, `make soak` each one


def set_up(books, **given):
    with leasing.held(books.context, books.company) as lease:
        gateway = books.context.gateway(books.company, lease)
        return plan_trial.set_up(books.context, books.company, lease, gateway, by="Sam", **given)


def begun(books):
    states = (State.PLANNED, State.READY, State.SENDING, State.UNKNOWN, State.PARKED)
    with reading(books.context.engine) as conn:
        kinds = (IntentKind.CLEARING_ACCOUNT, IntentKind.CLEARING_ITEM)
        return [one.key for one in intents.list(conn, books.company_id, states=states, kinds=kinds)]


def assert_nothing_left(books):
    assert books.rows("CreditMemo") == [] and books.rows("Payment") == []
    assert books.trial_balance() == books.before
    assert books.owed_most() == books.debt
    assert begun(books) == []


def test_where_quickbooks_applies_credits_by_itself_the_trial_leaves_nothing():
    """The only customer owes money, so the cent of the trial is applied before anybody looks."""
    books = PlanBooks(amounts=AMOUNT)
    books.act("set_preferences", preferences={"SalesFormsPrefs": {"AutoApplyCredit": True}})

    told = set_up(books)

    assert told[1] == "A credit memo with them was written, had no tax, and was deleted again."
    assert set_up(books)[1] == "They were tried before."
    assert_nothing_left(books)
    books.close()


def test_who_owes_nothing_is_tried_on_first():
    books = PlanBooks(amounts=AMOUNT)
    idle = books.customer("Somebody Who Owes Nothing")

    set_up(books)

    versions = books.engine.versions(books.realm, "CreditMemo", _trial_id(books))
    assert versions[0]["body"]["CustomerRef"]["value"] == idle
    assert_nothing_left(books)
    books.close()


def _trial_id(books):
    with reading(books.context.engine) as conn:
        key = f"setup:trial:{books.company.clearing_item_id}"
        return intents.by_key(conn, books.company_id, key).external_id


def killed_at(number, applied):
    books = PlanBooks(amounts=AMOUNT)
    if applied:
        books.act("set_preferences", preferences={"SalesFormsPrefs": {"AutoApplyCredit": True}})
    interpose(books.context.engine, KillAt(number, books))
    try:
        set_up(books)
        killed = False
    except Killed:
        killed = True
    finally:
        interpose(books.context.engine, None)
    books.settle()
    left = begun(books)
    again = set_up(books)
    assert left == [] and not isinstance(again, Refusal)
    assert_nothing_left(books)
    books.close()
    return killed


@pytest.mark.parametrize("applied", [False, True], ids=["", "applied by itself"])
@pytest.mark.parametrize(
    "shard", [5, *(pytest.param(one, marks=pytest.mark.soak) for one in range(STEP) if one != 5)]
)
def test_an_end_of_the_process_in_a_set_up_leaves_nothing_and_holds_nothing_up(shard, applied):
    number = shard + 1
    while killed_at(number, applied):
        number += STEP
    assert number > STEP


def test_an_account_that_a_person_chose_stays_the_one_after_a_crash():
    """The answer to the item is lost, and the process ends: the next delivery knows nothing of the name."""
    books = PlanBooks(amounts=AMOUNT)
    body = {"Name": "Our own", "AccountType": "Other Current Liability"}
    account = books.engine.save(books.realm, "Account", body | {"AccountSubType": "OtherCurrentLiabilities"})
    interpose(books.context.engine, KillAt(4, books))
    with pytest.raises(Killed):
        set_up(books, account="Our own")
    interpose(books.context.engine, None)

    books.settle()

    assert books.company.clearing_account_id == account["Id"]
    assert begun(books) == []
    books.close()


def test_what_a_person_has_to_put_right_holds_no_message_up():
    """An item of that name on another account, made while ours was on its way."""
    books = PlanBooks(amounts=AMOUNT)
    interpose(books.context.engine, KillAt(6, books))
    with pytest.raises(Killed):
        set_up(books)
    interpose(books.context.engine, None)
    assert begun(books) != []
    for account in books.engine.query(books.realm, "SELECT * FROM Account")["Account"]:
        if account["Name"] == "Payment plan clearing":
            changed = {"Id": account["Id"], "SyncToken": account["SyncToken"], "sparse": True}
            books.engine.save(books.realm, "Account", changed | {"Active": False})

    report = books.deliver()

    assert report.units < 10
    books.close()
