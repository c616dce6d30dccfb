"""The company's e-mail in the demonstration: it leaves through a mail server on this machine."""

from __future__ import annotations

from dataclasses import dataclass

from qb_collections.demo.owner import Owner, Surprise
from qb_collections.demo.world import World
from qb_collections.messages.mail_address import NoAddress, address
from qb_collections.services import mail_doctor, mail_settings
from qb_collections.services.mail_settings import WantedAccount
from qb_collections.services.refusal import Refusal

WITHOUT_AN_ADDRESS = "office@company.example"
PER_MINUTE = 600


@dataclass(frozen=True, slots=True)
class Taken:
    """One message that the mail server took, in its own words."""

    message_id: str
    recipient: str
    subject: str


def set_up(world: World, owner: Owner) -> str:
    """The account is set, tested by a message to the owner, and turned on.  Returns what is said of it."""
    office = _office(world)
    wanted = WantedAccount(
        world.mail.host, office, port=world.mail.port, security="loopback", per_minute=PER_MINUTE
    )
    company = world.company
    for done in (
        mail_settings.put(world.context, company, wanted, by=owner.name),
        mail_doctor.send_test(world.context, company, office, by=owner.name),
        mail_settings.turn_on(world.context, company, by=owner.name),
    ):
        if isinstance(done, Refusal):
            raise Surprise(done.message)
    return (
        f"{owner.name} sets up the company's mail account, reads a test in it and turns it on: from now on "
        f"messages leave by themselves, from {office}. A mail server on this machine takes them and passes "
        "nothing on; what is said below of e-mail was counted there."
    )


def taken(world: World) -> list[Taken]:
    """What the server took since the test, in its order."""
    office = _office(world)
    found = [(one.recipient, one.parsed) for one in world.mail.received]
    return [
        Taken(str(mail["Message-ID"]).strip(), recipient, str(mail["Subject"]))
        for recipient, mail in found
        if recipient != office
    ]


def _office(world: World) -> str:
    """The address that QuickBooks has of the company."""
    try:
        return address(world.company.reply_to or "")
    except NoAddress:
        return WITHOUT_AN_ADDRESS
