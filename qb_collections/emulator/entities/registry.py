"""The entities that exist, by their name and by their place in an address."""

from qb_collections.emulator import errors
from qb_collections.emulator.entities.base import Entity

_by_name: dict[str, Entity] = {}
_by_lower: dict[str, Entity] = {}


def register(*specs: Entity) -> None:
    for spec in specs:
        _by_name[spec.name] = spec
        _by_lower[spec.name.lower()] = spec
        _by_lower[spec.shown_name.lower()] = spec


def spec(name: str) -> Entity:
    """Return the entity of this name in any casing; raises Fault 500 when there is none."""
    found = _by_name.get(name) or _by_lower.get(name.lower())
    if found is None:
        raise errors.unsupported(name)
    return found


def known(name: str) -> bool:
    return name.lower() in _by_lower


def all_specs() -> list[Entity]:
    return list(_by_name.values())
