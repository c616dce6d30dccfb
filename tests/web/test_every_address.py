"""What holds for every address there is, found in the url map: a new one is held to it at once."""

import pytest

from qb_collections import config
from tests.web.conftest import furnished

VALUES = {
    "customer_id": "7",
    "invoice_id": "70",
    "run_id": 1,
    "hold_id": 1,
    "task_id": 1,
    "token": "some-token",
    "filename": "app.css",
    "number": 1,
    "label": "PP1",
    "message_id": 1,
    "reply_id": 1,
    "person_id": 1,
    "document_id": "5000",
    "name": "mail/s1_one",
    "practice_id": 1,
    "user_id": 1,
    "report": "aging",
    "form": "csv",
}

# Which role each form needs; the ones below it get 403.  A form without an entry fails the test.
FORMS = {
    "stop.stop_one": "collector",
    "stop.lift_one": "manager",
    "companies.cut": "owner",
    "companies.reconnect": "owner",
    "dashboard.read": "collector",
    "dashboard.preview": "collector",
    "dashboard.tonight": "manager",
    "dashboard.set_mode": "owner",
    "customers.hold": "collector",
    "customers.lift": "collector",
    "invoices.hold": "collector",
    "runs.approve": "manager",
    "drafts.edit": "manager",
    "drafts.skip": "collector",
    "drafts.snooze": "collector",
    "tasks.done": "collector",
    "about_you.save": "manager",
    "questions.answer": "manager",
    "preset_choice.choose": "manager",
    "review.mark": "collector",
    "review.seen": "collector",
    "review.go_on": "manager",
    "review.try_one": "manager",
    "customers.mark_important": "collector",
    "customers.as_usual": "manager",
    "customers.say_kind": "manager",
    "customers.change_hold": "collector",
    "customers.say_language": "collector",
    "customers.add_person": "collector",
    "customers.remove_person": "collector",
    "customers.write_to": "manager",
    "customers.write_note": "collector",
    "customers.look_at_documents": "collector",
    "customers.say_document": "collector",
    "invoices.read": "collector",
    "watching.books_are_current": "manager",
    "watching.stop_history": "collector",
    "watching.go_on_with_history": "collector",
    "watching.compare": "collector",
    "watching.release": "owner",
    "policies.save": "manager",
    "policies.roll_back": "manager",
    "policies.move": "manager",
    "policies_tried.play": "collector",
    "texts.save": "manager",
    "replies.record": "collector",
    "plans.propose": "manager",
    "plans.confirm_basis": "owner",
    "plans.offer": "collector",
    "plans.end": "manager",
    "undoing.undo": "manager",
    "letters.print_them": "collector",
    "mail.save": "owner",
    "mail.test": "owner",
    "mail.turn_on": "owner",
    "mail.turn_off": "manager",
    "mail.allow": "manager",
    "replies.dealt_with": "collector",
    "texts.roll_back": "manager",
    "texts.logo": "manager",
    "reports.work_out": "collector",
    "settings.take_out": "owner",
    "settings.delete": "owner",
}
# Pages that not everybody may see.
PAGES = {
    "policies_tried.trial": "manager",
    "companies.ask": "owner",
    "settings.writes": "manager",
    "settings.check": "manager",
    "settings.ask": "owner",
    "team.history": "manager",
    "mail.edit": "owner",
    "plans.new": "manager",
    "plans.days": "manager",
}
# Forms that are not about one company.
GENERAL = {
    "auth.enter",
    "auth.choose",
    "auth.leave",
    "stop.stop_all",
    "stop.lift_all",
    "connect.begin",
    "connect.choose_emulator",
    "team.invite",
    "team.new_link",
    "team.give_role",
    "team.switch",
    "team.add_practice",
    "team.rename_practice",
    "team.move_company",
    "client_policies.compare",
    "client_policies.put",
}
RANKS = ("viewer", "collector", "manager", "owner")


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    house = furnished(config.read({}, data_dir=tmp_path_factory.mktemp("house"), log_level="error"))
    made = house.browser("owner@ours.example").post(f"/companies/{house.ours.id}/preview")
    assert made.location.endswith("/runs/1")
    return house


def addresses(house, method):
    """(endpoint, path) of every rule that takes the method, for our company."""
    adapter = house.web.url_map.bind("127.0.0.1")
    for rule in house.web.url_map.iter_rules():
        if method in rule.methods:
            wanted = {name: {**VALUES, "company_id": house.ours.id}[name] for name in rule.arguments}
            yield rule.endpoint, adapter.build(rule.endpoint, wanted, method=method)


@pytest.mark.req("IR-02")
@pytest.mark.parametrize("signed_in", [True, False])
def test_every_page_carries_the_security_headers_and_is_kept_nowhere(shared, signed_in):
    browser = shared.browser("owner@ours.example" if signed_in else None)

    for endpoint, path in addresses(shared, "GET"):
        headers = browser.get(path).headers
        assert headers["Content-Security-Policy"] == (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
            "connect-src 'self'; form-action 'self' https://appcenter.intuit.com; base-uri 'none'; "
            "frame-ancestors 'none'"
        ), endpoint
        assert headers["X-Content-Type-Options"] == "nosniff", endpoint
        assert headers["Referrer-Policy"] == "no-referrer", endpoint
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin", endpoint
        assert "Access-Control-Allow-Origin" not in headers, endpoint
        assert "Strict-Transport-Security" not in headers, endpoint
        if endpoint != "static":
            assert headers["Cache-Control"] == "no-cache, no-store", endpoint
            assert "charset=utf-8" in headers["Content-Type"] or endpoint == "health.show", endpoint


def test_what_is_not_found_carries_them_too(shared):
    answer = shared.browser("owner@ours.example").get("/nowhere")

    assert answer.status_code == 404
    assert answer.headers["Cache-Control"] == "no-cache, no-store"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_over_https_browsers_are_told_to_stay_there(shared):
    answer = shared.web.test_client().get("/sign-in", base_url="https://127.0.0.1")

    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


@pytest.mark.req("IR-03")
def test_trace_is_refused_everywhere(shared):
    client = shared.browser("owner@ours.example").client
    everywhere = {path for method in ("GET", "POST") for _, path in addresses(shared, method)}

    answers = {path: client.open(path, method="TRACE").status_code for path in everywhere}

    assert set(answers.values()) == {405}


def test_no_form_is_taken_without_its_token(shared):
    browser = shared.browser("owner@ours.example")
    before = shared.dump()

    answers = {path: browser.client.post(path, data={}).status_code for _, path in addresses(shared, "POST")}

    assert set(answers.values()) == {403}
    assert shared.dump() == before


def test_no_form_is_taken_with_the_token_of_another_session(shared):
    browser = shared.browser("owner@ours.example")
    foreign = shared.browser("owner@theirs.example").token()
    before = shared.dump()

    for endpoint, path in addresses(shared, "POST"):
        answer = browser.client.post(path, data={"csrf_token": foreign})
        assert answer.status_code == 403, endpoint
    assert shared.dump() == before


def test_looking_changes_nothing(shared):
    browser = shared.browser("owner@ours.example")
    before = shared.dump()

    for endpoint, path in addresses(shared, "GET"):
        if endpoint != "connect.callback":  # it ends what a form began, once, with a state of its own
            assert browser.get(path).status_code in (200, 302, 303, 404), endpoint
    assert shared.dump() == before


def test_signed_out_only_the_open_addresses_answer(shared):
    browser = shared.browser()

    for endpoint, path in addresses(shared, "GET"):
        answer = browser.get(path)
        is_open = endpoint in {"static", "auth.sign_in", "auth.follow", "auth.welcome", "health.show"}
        if is_open or endpoint == "pages.disconnected":
            continue
        assert answer.status_code == 303, endpoint
        assert answer.location.startswith("/sign-in"), endpoint


def test_no_form_reaches_a_company_of_others(shared):
    """What its pages answer is in test_isolation, role by role."""
    browser = shared.browser("owner@theirs.example")
    before = shared.dump()

    for endpoint, path in addresses(shared, "POST"):
        if path.startswith(f"/companies/{shared.ours.id}"):
            assert browser.post(path).status_code == 404, endpoint
    assert shared.dump() == before


@pytest.mark.parametrize("role", RANKS)
def test_a_role_may_send_what_its_rank_allows_and_no_more(shared, role):
    browser = shared.browser(f"{role}@ours.example")
    before = shared.dump()
    for endpoint, path in addresses(shared, "POST"):
        if endpoint in FORMS and RANKS.index(role) < RANKS.index(FORMS[endpoint]):
            assert browser.post(path).status_code == 403, endpoint
    assert shared.dump() == before


def test_every_form_says_which_role_it_needs(shared):
    endpoints = {endpoint for endpoint, _ in addresses(shared, "POST")}

    assert endpoints == FORMS.keys() | GENERAL
