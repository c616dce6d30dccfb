"""Move an emulator's clock on, through its control address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import requests

from qb_collections.cli.answers import Cannot
from qb_collections.services.context import Context
from qb_collections.store.companies import Company

TIMEOUT_SECONDS = (3.05, 60.0)  # moving on a month lets a month of scheduled acts happen


@dataclass(frozen=True, slots=True)
class Mover:
    """context is the service's own, from which the company's time is read anew after each move."""

    context: Context
    clock_url: str

    def move_to(self, at: datetime) -> datetime:
        """Move the clock on to that instant, or a moment later; one that has passed moves nothing."""
        now = self._asked("GET", None)
        return now if at <= now else self._asked("POST", {"now": at.isoformat()})

    def _asked(self, method: str, body: dict[str, str] | None) -> datetime:
        try:
            answer = self.context.intuit.http.request(
                method, self.clock_url, json=body, timeout=TIMEOUT_SECONDS
            )
            told = answer.json()
            if answer.status_code != 200:
                raise Cannot(f"The emulator's clock was not moved: {told.get('error', answer.status_code)}")
            return datetime.fromisoformat(told["now"]).astimezone(UTC)
        except (requests.RequestException, ValueError, KeyError) as error:
            raise Cannot(
                f"The emulator's clock was not moved: {self.clock_url} did not answer "
                f"({type(error).__name__}). What was delivered stays; start the same command again."
            ) from None


def mover_of(context: Context, company: Company) -> Mover:
    """Raises Cannot, before anything is done, where the time cannot be moved."""
    if company.emulator_url is None:
        raise Cannot(
            f"--until-delivered moves the clock, and {company.name} lives on real time. Nothing was done. "
            "Leave the option out: what waits for its hour leaves while `qb-collections serve` runs."
        )
    told = context.intuit.get_json(f"{company.emulator_url}/emulator/credentials")
    control_url, kind = told.get("control_url"), told.get("clock")
    if not control_url:
        raise Cannot(
            f"--until-delivered needs the control address of the emulator at {company.emulator_url}, and it "
            "was started without. Nothing was done. Start it with: qb-collections emulator serve --control"
        )
    if kind == "real":
        raise Cannot(
            f"The emulator at {company.emulator_url} runs on real time, which cannot be moved. "
            "Nothing was done. Start it with: qb-collections emulator serve --control --clock shifted"
        )
    return Mover(context, f"{control_url}/clock")
