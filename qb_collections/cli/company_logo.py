"""company logo: the picture on a company's messages and letters."""

from __future__ import annotations

from pathlib import Path

import click

from qb_collections.cli.answers import Answer, accepted
from qb_collections.cli.opening import actor, company_named, open_context
from qb_collections.services import logos


def answer(words: tuple[str, ...], remove: bool) -> Answer:
    """words: a company's name that may be left out, and a file unless the logo is taken away."""
    if len(words) > (1 if remove else 2) or not (words or remove):
        raise click.UsageError(
            "Say the picture's file, or --remove, after a company's name if you have several."
        )
    name = words[0] if remove and words else words[0] if len(words) == 2 else None
    context = open_context()
    company = company_named(context, name)
    if remove:
        removed = logos.remove(context, company, by=actor())
        said = "The logo is gone." if removed else "There was no logo. Nothing was changed."
        return Answer({"company": company.name, "logo": None}, [said])
    file = Path(words[-1])
    if not file.is_file():
        raise click.UsageError(f"There is no file {words[-1][:200]!r}. Nothing was changed.")
    look = accepted(logos.take_file(context, company, file, by=actor()))
    width, height = look.logo_size or (0, 0)
    said = f"{company.name} has a logo; messages and letters show it {width} by {height} pixels large."
    data = {"company": company.name, "logo": {"type": look.logo_type, "width": width, "height": height}}
    return Answer(data, [said])
