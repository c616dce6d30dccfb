"""Every page that a link leads to, after thirty nights, in a real browser: as a person finds it.

The pages are found by following links, so one that nobody can reach fails here too.  PICTURES_DIR names a
folder that keeps what was seen.
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, field, replace
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Error, Page, sync_playwright
from werkzeug.exceptions import HTTPException

from qb_collections import server
from qb_collections.jobs.runner import Runner
from qb_collections.server import Service

pytestmark = pytest.mark.xdist_group("demo")  # thirty nights, lived through once

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text()
DESK, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}
PAGES_MAX = 120
# No link of a signed-in person leads there: who is not signed in, what QuickBooks or a mail program calls,
# what a page asks for beside itself, what a form's answer leads to, and a file that hangs in QuickBooks.
NO_LINK = {
    "static",
    "auth.sign_in",
    "auth.welcome",
    "auth.follow",
    "certificates.show",
    "certificates.text",
    "connect.callback",
    "customers.open_document",
    "drafts.show",
    "health.healthz",
    "health.show",
    "pages.disconnected",
    "pages.launch",
    "pages.reconnect",
    "plans.days",
    "policies_tried.played",
    "policies_tried.trial",
    "tasks.download",
    "unsubscribing.show",
}
# Linked to only before the first message, or from two companies on.
BESIDE = ("review.show", "companies.worklist_all", "client_policies.choose", "reports.of_day")
# What colors and the width can change; the rest of a page is the same page.
BY_LOOKS = [
    "color-contrast",
    "link-in-text-block",
    "scrollable-region-focusable",
    "target-size",
    "aria-hidden-focus",
]
SAME_TEMPLATE = {"team.everything"}  # the list of what was done: that of one company is looked at
LOOK = """async (rules) => {
  const only = rules ? {runOnly: {type: "rule", values: rules}} : {};
  const found = await axe.run(document, {resultTypes: ["violations"], ...only});
  return found.violations.map(one => `${one.id}: ${one.help}: ${one.nodes.slice(0, 3).map(
    node => node.target.join(" ") + " " + (node.any[0]?.message || node.html.slice(0, 120))).join(" | ")}`);
}"""


@dataclass
class Seen:
    """What was found of each page, by its endpoint."""

    paths: dict[str, str] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    faults: dict[str, list[str]] = field(default_factory=dict)
    wide: dict[str, int] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)
    weights: dict[str, int] = field(default_factory=dict)


@pytest.fixture(scope="module")
def service(played):
    world = played.world
    world.read_past()
    runner = Runner()
    listening = server.listen(world.context.settings.model_copy(update={"port": 0}))
    settings = server.at_port(world.context.settings, listening)
    context = replace(world.context, settings=settings, wake=runner.enqueue)
    running = Service(context.on_clock(context, world.clock), runner, tick=False)
    running.start()
    thread = threading.Thread(target=running.serve, args=(listening,))
    thread.start()
    yield running
    running.stop()
    thread.join(30)


@pytest.fixture(scope="module")
def seen(service, chromium):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        context = browser.new_context(viewport=DESK, color_scheme="light", bypass_csp=False)
        page = context.new_page()
        page.set_default_timeout(30_000)
        found = Seen()
        page.on("console", lambda message: found.complaints.append(f"{page.url}: {message.text}"))
        page.on("pageerror", lambda error: found.complaints.append(f"{page.url}: {error}"))
        page.goto(server.first_run_link(service.context))
        page.get_by_role("button", name="Look around first").click()
        walk(service, page, found)
        browser.close()
    return found


def walk(service: Service, page: Page, found: Seen) -> None:
    base = service.context.settings.base_url
    adapter = service.web.url_map.bind(urlsplit(base).netloc)
    waiting = [page.url]
    for rule in service.web.url_map.iter_rules():
        if rule.endpoint in BESIDE:
            of = {
                name: {"company_id": 1, "report": "aging", "form": "csv"}.get(name, 1)
                for name in rule.arguments
            }
            waiting.append(base + adapter.build(rule.endpoint, of))
    while waiting and len(found.paths) < PAGES_MAX:
        address = waiting.pop(0)
        try:
            endpoint, _ = adapter.match(urlsplit(address).path, method="GET")
        except HTTPException:
            continue
        if endpoint in found.paths or endpoint in NO_LINK:
            continue
        found.paths[endpoint] = address
        try:
            answer = page.goto(address, wait_until="domcontentloaded")
        except Error:  # a file to keep, and no page
            found.statuses[endpoint] = page.request.get(address).status
            continue
        found.statuses[endpoint] = answer.status if answer else 0
        arrived, _ = adapter.match(urlsplit(page.url).path, method="GET")
        if arrived in found.faults or endpoint in SAME_TEMPLATE:
            continue
        found.paths.setdefault(arrived, page.url)
        look(page, arrived, found)
        links = page.eval_on_selector_all("a[href]", "all => all.map(one => one.href)")
        waiting += [link.split("#")[0] for link in links if link.startswith(base)]


def look(page: Page, endpoint: str, found: Seen) -> None:
    """Light on a desk, and dark on a phone; axe is put beside the page, not into it."""
    page.evaluate(AXE)
    faults = [f"light, desk: {one}" for one in page.evaluate(LOOK, None)]
    keep(page, f"{endpoint}-light")
    page.emulate_media(color_scheme="dark")
    keep(page, f"{endpoint}-dark")
    page.set_viewport_size(PHONE)
    faults += [f"dark, phone: {one}" for one in page.evaluate(LOOK, BY_LOOKS)]
    found.wide[endpoint] = page.evaluate("document.documentElement.scrollWidth")
    keep(page, f"{endpoint}-phone")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(DESK)
    found.faults[endpoint] = faults


def keep(page: Page, name: str) -> None:
    if folder := os.environ.get("PICTURES_DIR"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_every_page_can_be_reached_by_links_and_answers(service, seen):
    pages = {
        rule.endpoint
        for rule in service.web.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and rule.endpoint not in NO_LINK
    }

    assert seen.statuses == dict.fromkeys(seen.statuses, 200)
    missed = sorted(pages - seen.paths.keys())
    assert not missed, f"no link leads to {missed}"


def test_axe_finds_nothing_on_any_page_in_light_dark_and_on_a_phone(seen):
    assert len(seen.faults) > 25
    found = [f"{endpoint}: {fault}" for endpoint, faults in seen.faults.items() for fault in faults]
    assert not found, "\n".join(found)


def test_no_page_is_wider_than_a_phone(seen):
    assert {endpoint: width for endpoint, width in seen.wide.items() if width != PHONE["width"]} == {}


def test_no_page_says_anything_into_the_console(seen):
    """The content security policy among them: nothing of a page is refused by its own rules."""
    assert seen.complaints == []
