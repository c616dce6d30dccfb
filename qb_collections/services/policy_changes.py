"""Change one setting of the policy in force: the next version, with every remark where it was."""

from __future__ import annotations

import re
import tomllib
from datetime import date, time
from decimal import Decimal

from qb_collections.core.policy import load
from qb_collections.core.policy_edit import Value, with_value
from qb_collections.core.policy_text import nearest
from qb_collections.services import policies
from qb_collections.services.context import Context
from qb_collections.services.policies import Checked
from qb_collections.services.refusal import Refusal
from qb_collections.store import policies as stored
from qb_collections.store.companies import Company
from qb_collections.store.engine import reading
from qb_collections.store.policies import StoredPolicy

_STEP = re.compile(r"ladder\[([A-Z][A-Z0-9]*)\]")
_KINDS = (bool, int, Decimal, str, date, time, list)


def change(
    context: Context,
    company: Company,
    path: str,
    written: str,
    *,
    author: str,
    note: str,
    name: str | None = None,
) -> StoredPolicy | Checked | Refusal:
    """Put the policy with this setting at this value in force as the next version.

    path is as problems name it; a step may be named by its code, as in ladder[S2].after_due_days.
    written is the value as the policy writes it; a text needs no quotes.
    """
    with reading(context.engine) as conn:
        beside = stored.named(conn, company.id)
        kept = next((one for one in beside if name is not None and one.casefold() == name.casefold()), None)
        if name is not None and kept is None:
            return Refusal(f'There is no policy kept as "{name[:60]}".')
        text = (beside[kept] if kept is not None else stored.current(conn, company.id)).text
    place = _by_number(path, text)
    if isinstance(place, Refusal):
        return place
    value = _value(written)
    if value is None:
        return Refusal(f'"{written[:60]}" is no single value. Write it as in 8, true or "09:00:00".')
    try:
        changed = with_value(text, place, value)
    except ValueError as error:
        return Refusal(f"{error}.")
    except LookupError as error:
        return Refusal(f"{error.args[0]}. Nothing was changed.")
    return policies.put(context, company, changed, author=author, note=note, name=kept)


def _by_number(path: str, text: str) -> str | Refusal:
    """ladder[S2] is the step of that code, whatever its place."""
    found = _STEP.match(path)
    if found is None:
        return path
    codes = [stage.code for stage in load(text).ladder]
    if found.group(1) not in codes:
        close = nearest(found.group(1), codes) or codes[0]
        return Refusal(
            f'There is no step "{found.group(1)}" ({", ".join(codes)}). Did you mean "{close}"? '
            "Nothing was changed."
        )
    return f"ladder[{codes.index(found.group(1))}]{path[found.end() :]}"


def _value(written: str) -> Value | None:
    """The value that was typed; what is no TOML is a text.  None for tables and for what has no end."""
    try:
        read = tomllib.loads(f"value = {written}", parse_float=Decimal)
    except (ValueError, RecursionError):
        return written if "\n" not in written and len(written) <= 100 else None
    value = read["value"]
    return value if len(read) == 1 and isinstance(value, _KINDS) else None
