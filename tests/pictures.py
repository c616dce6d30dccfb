"""Pictures of every message and letter that the presets send, to be looked at: make pictures.

They are written to docs/images/messages, a file for each text, with a page that says which step of which
preset sends it.  Mail is what Chromium shows, letters are their pages.
"""

from __future__ import annotations

import base64
import shutil
import struct
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from qb_collections.core import policy as policies
from qb_collections.core.policy_stage import Stage
from qb_collections.emulator.companies import demo
from qb_collections.emulator.companies.demo import story
from qb_collections.messages.check import check
from qb_collections.messages.facts import CompanyFacts, MessageFacts
from qb_collections.messages.html import html_of
from qb_collections.messages.letters import Letter, data_of
from qb_collections.messages.look import PNG, Look
from qb_collections.messages.reminders import STEPS, TEMPLATES, compose
from qb_collections.messages.statements import statement_of
from qb_collections.messages.typesetting import pictures_of
from qb_collections.services import presets
from tests.messages.facts import CASES, FIRM, GERMAN_CASES, SEVERAL
from tests.messages.pictures_small import chunk

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "images" / "messages"
MAIL_WIDTH, PHONE_WIDTH = 660, 360
PAGE_PPI = 72

# Steps by the text that the policy names; facts as they are when the step comes.
_FACTS: dict[str, tuple[tuple[str, str, MessageFacts], ...]] = {
    "before_due": (CASES["s0"],),
    "did_it_reach_you": (CASES["s1_one_unusual"], CASES["s1_several_credit"]),
    "may_we_have_a_date": (CASES["s2_first"], CASES["s2_unanswered"]),
    "missed_you": (CASES["s3_missed_call"],),
    "past_due": (CASES["s4"], CASES["s4_broken_promise"]),
    "final_notice": (CASES["s5"], CASES["s5_letter"]),
    "decision": (CASES["s6_message"],),
    "monthly": (CASES["monthly"],),
}
_BESIDE = (
    *("backlog_several", "thank_you", "promise_noted", "promise_missed", "dispute_received"),
    *("dispute_answered", "plan_offer", "installment_before", "installment_missed"),
)
_SIGNERS = {
    "accounts": (story.OFFICE_MANAGER, "office manager"),
    "contact": (story.OFFICE_MANAGER, "office manager"),
    "owner": (story.OWNER, "owner"),
}
_LOGO = """
<body style="margin:0;background:transparent"><svg width="360" height="96" viewBox="0 0 360 96"
xmlns="http://www.w3.org/2000/svg"><path d="M8 88C8 40 36 10 84 8c-2 48-28 78-70 76" fill="#b8693a"/>
<path d="M10 90C28 60 46 42 70 24" stroke="#fff" stroke-width="4" fill="none"/>
<text x="100" y="64" font-family="Georgia,serif" font-size="46" fill="#8a4a24">Copperleaf</text></svg>"""


@dataclass(frozen=True)
class Sent:
    """One picture to take: a text with its facts, and the steps that send it."""

    name: str
    stage: str
    variant: str
    facts: MessageFacts
    where: str


def main() -> int:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    chosen: dict[str, list[str]] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--hide-scrollbars"]
        )
        look = _look(browser)
        for sent in (*_of_presets(), *_beside()):
            if sent.name not in chosen:
                _take(browser, sent, look)
            chosen.setdefault(sent.name, []).append(sent.where)
        browser.close()
    _write_page(chosen)
    sizes = sum(file.stat().st_size for file in FOLDER.iterdir())
    print(f"{len(chosen)} texts, {sizes / 1000:,.0f} kB in {FOLDER}")  # noqa: T201
    return 0


def _of_presets() -> Iterator[Sent]:
    for preset in presets.every():
        for stage in policies.load(preset.text).ladder:
            yield from _of_stage(preset.title, stage)


def _of_stage(preset: str, stage: Stage) -> Iterator[Sent]:
    for number, (code, variant, facts) in enumerate(_FACTS[stage.template]):
        assert TEMPLATES.get((code, variant)) and STEPS[stage.template][:2] == code[:2]
        sender = "owner" if stage.channel == "decision" else stage.sender or "accounts"
        facts = replace(facts, company=_signed(facts.company, sender), tone=stage.tone)
        parts = [stage.template, variant, str(number + 1) if number and not variant else "", stage.tone or ""]
        name = "_".join(part for part in parts if part)
        yield Sent(name, code, variant, facts, f"{preset}: {stage.code}, {stage.name}")


def _beside() -> Iterator[Sent]:
    for name in _BESIDE:
        yield Sent(name, *_of_demo(CASES[name]), where="beside the steps")
    firm = _of_demo(("", "statement", FIRM))
    yield Sent("statement", *firm, "enclosed with firm messages")
    for name in ("s2_unanswered", "s5_letter", "promise_noted"):
        yield Sent(f"{name}.de", *GERMAN_CASES[f"{name}.de"], where="written in German")
    for name, where in (("phone", "on a phone"), ("dark", "where the screen is dark")):
        yield Sent(f"past_due_{name}", *_of_demo(CASES["s4"]), where=where)
    many = tuple(
        replace(item, number=str(10400 + number), issued_on=date(2026, 8, 1 + number % 28))
        for number, item in enumerate(SEVERAL.items * 18)
    )
    yield Sent(
        "statement_long", "", "statement", replace(firm[2], items=many), "a statement of several pages"
    )


def _of_demo(case: tuple[str, str, MessageFacts]) -> tuple[str, str, MessageFacts]:
    stage, variant, facts = case
    return stage, variant, replace(facts, company=_signed(facts.company, "accounts"))


def _signed(company: CompanyFacts, sender: str) -> CompanyFacts:
    name, role = _SIGNERS[sender]
    return replace(
        company,
        name=demo.NAME,
        contact_name=name,
        contact_role=role,
        contact_phone=story.OFFICE_PHONE,
        payment_instructions=story.PAYMENT_INSTRUCTIONS,
    )


def _take(browser: Browser, sent: Sent, look: Look) -> None:
    if sent.variant == "statement":
        letter = statement_of(sent.facts)
    else:
        letter = Letter(compose(sent.stage, sent.variant, sent.facts), sent.facts)
    faults = check(letter.message, letter.facts)
    assert faults == (), (sent.name, faults)
    if letter.message.template.startswith("letters/"):
        country = "DE" if sent.name.endswith(".de") else "US"
        pages = pictures_of(data_of([letter], look, country=country), ppi=PAGE_PPI)
        for number, page in enumerate(pages, 1):
            (FOLDER / f"{sent.name}_page{number}.png").write_bytes(_small(browser, page))
        return
    html = html_of(letter.message, letter.facts, look)
    assert look.logo is not None
    data = base64.b64encode(look.logo).decode()
    shown = html.replace(f"cid:{look.logo_cid}", f"data:{look.logo_type};base64,{data}")
    page = browser.new_page(
        viewport={"width": PHONE_WIDTH if "phone" in sent.name else MAIL_WIDTH, "height": 600},
        color_scheme="dark" if sent.name.endswith("dark") else "light",
    )
    page.set_content(shown)
    taken = page.screenshot(full_page=True)
    page.close()
    (FOLDER / f"{sent.name}.png").write_bytes(_small(browser, taken))


_FEW_COLOURS = """async ([data, most]) => {
  const image = await createImageBitmap(await (await fetch(data)).blob());
  const canvas = new OffscreenCanvas(image.width, image.height), drawn = canvas.getContext("2d");
  drawn.drawImage(image, 0, 0);
  const pixels = drawn.getImageData(0, 0, image.width, image.height).data, counts = new Map();
  const key = place => (pixels[place] & 240) << 12 | (pixels[place + 1] & 240) << 4 | pixels[place + 2] >> 4;
  for (let i = 0; i < pixels.length; i += 4) counts.set(key(i), (counts.get(key(i)) || 0) + 1);
  const parts = colour => [colour >> 12 & 240, colour >> 4 & 240, (colour & 15) << 4];
  const vivid = colour => 1 + (Math.max(...parts(colour)) - Math.min(...parts(colour))) / 4;
  const weight = colour => counts.get(colour) * vivid(colour);
  const kept = [...counts.keys()].sort((a, b) => weight(b) - weight(a)).slice(0, most);
  const far = (a, b) => parts(a).reduce((sum, part, i) => sum + (part - parts(b)[i]) ** 2, 0);
  const nearest = new Map(), closer = (colour, best, one, i) =>
    far(one, colour) < far(kept[best], colour) ? i : best;
  for (const colour of counts.keys())
    nearest.set(colour, kept.reduce((best, one, i) => closer(colour, best, one, i), 0));
  const wide = Math.ceil(image.width / 2) + 1, rows = new Uint8Array(wide * image.height);
  for (let y = 0; y < image.height; y++)
    for (let x = 0; x < image.width; x++)
      rows[y * wide + 1 + (x >> 1)] |= nearest.get(key((y * image.width + x) * 4)) << (x % 2 ? 0 : 4);
  let text = "";
  for (let i = 0; i < rows.length; i += 8192) text += String.fromCharCode(...rows.subarray(i, i + 8192));
  return [image.width, image.height, kept.map(parts).flat(), btoa(text)];
}"""


def _small(browser: Browser, picture: bytes) -> bytes:
    """The same picture in sixteen colours, half a byte for each point."""
    page = browser.new_page()
    data = "data:image/png;base64," + base64.b64encode(picture).decode()
    width, height, palette, rows = page.evaluate(_FEW_COLOURS, [data, 16])
    page.close()
    palette = [min(255, round(part * 255 / 240)) for part in palette]
    head = struct.pack(">IIBBBBB", width, height, 4, 3, 0, 0, 0)
    chunks = (
        (b"IHDR", head),
        (b"PLTE", bytes(palette)),
        (b"IDAT", zlib.compress(base64.b64decode(rows), 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(kind, data) for kind, data in chunks)


def _look(browser: Browser) -> Look:
    page = browser.new_page(viewport={"width": 360, "height": 96})
    page.set_content(_LOGO)
    logo = page.screenshot(omit_background=True)
    page.close()
    return Look(logo, PNG)


def _write_page(chosen: dict[str, list[str]]) -> None:
    lines = [
        "# Every message and letter, as the customer sees it",
        "",
        "Written by `make pictures`, filled with a made-up customer of the demo's company. A preset's step",
        "sends the text under which it stands here.",
        "",
    ]
    for name, places in chosen.items():
        lines += [f"## {name}", "", *(f"- {place}" for place in dict.fromkeys(places)), ""]
        files = sorted(FOLDER.glob(f"{name}.png")) + sorted(FOLDER.glob(f"{name}_page*.png"))
        lines += [f"![{name}]({file.name})" for file in files] + [""]
    (FOLDER / "README.md").write_text("\n".join(lines).rstrip("\n") + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
