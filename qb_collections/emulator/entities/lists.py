"""Name lists: records that are never deleted, only made inactive, and whose names are unique."""

from typing import ClassVar

from qb_collections.emulator import errors
from qb_collections.emulator.entities.base import COMMON_FILTERS, Asked, Entity, Filters, column, inside
from qb_collections.emulator.entities.base import Filter as Filter
from qb_collections.emulator.fields import COMMON, Fields, of_kind, text
from qb_collections.emulator.wire import Body, decode, encode
from qb_collections.emulator.work import Columns, Work

LIST_FILTERS = {**COMMON_FILTERS, "Active": Filter("active", "flag"), "Name": column("name", "text")}
DELETED = " (deleted)"


class NameList(Entity):
    """A list whose records have a Name; some lists nest."""

    name_field: ClassVar[str] = "Name"
    unique_among: ClassVar[tuple[str, ...]] = ()  # other entities that share the names; empty: only this one
    nested_flag: ClassVar[str | None] = None  # the property that says the record stands under another
    filters: ClassVar[Filters] = LIST_FILTERS

    def columns(self, body: Body) -> Columns:
        return Columns(name=body.get(self.name_field), parent=(body.get("ParentRef") or {}).get("value"))

    def prepare(self, work: Work, new: Body, old: Body | None, asked: Asked) -> Body:
        """Check the name and keep the full name; a record made inactive is renamed, as recorded."""
        name = str(new.get(self.name_field) or "").strip()
        if not name:
            raise errors.missing(self.name_field)
        new[self.name_field] = name
        new.setdefault("Active", True)
        if new["Active"] is False and not name.endswith(DELETED):
            new[self.name_field] = name + DELETED
        elif new["Active"] and old is not None and old.get("Active") is False and name.endswith(DELETED):
            new[self.name_field] = name.removesuffix(DELETED)
        self.check_unique(work, new)
        if "FullyQualifiedName" in self.fields:
            new["FullyQualifiedName"] = self._full_name(work, new)
        if self.nested_flag is not None:
            new[self.nested_flag] = "ParentRef" in new
        return new

    def check_unique(self, work: Work, new: Body) -> None:
        """Raise Fault 6240 when another live record of these lists has the name."""
        among = self.unique_among or (self.name,)
        marks = ", ".join("?" for _ in among)
        for entity, id_, parent in work.conn.execute(
            f"SELECT entity, id, parent FROM object WHERE realm = ? AND name = ? AND entity IN ({marks})"
            " AND deleted = 0",
            (work.realm, new[self.name_field], *among),
        ):
            same = (entity, str(id_)) == (self.name, new.get("Id"))
            siblings = self.nested_flag is None or parent == (new.get("ParentRef") or {}).get("value")
            if not same and siblings:
                raise errors.duplicate_name()

    def saved(self, work: Work, body: Body, old: Body | None) -> None:
        """Those under a record that was renamed or moved follow with their full names."""
        if old is not None and old.get("FullyQualifiedName") != body.get("FullyQualifiedName"):
            self.renest(work, body["Id"])

    def renest(self, work: Work, id_: str) -> None:
        """Give everything that stands under a record its full name again; tokens and times stay."""
        parent = work.body(self.name, id_)
        for key, text_ in work.conn.execute(
            "SELECT key, body FROM object WHERE realm = ? AND entity = ? AND parent = ? AND deleted = 0",
            (work.realm, self.name, id_),
        ).fetchall():
            child = decode(text_)
            assert parent is not None
            own, above = child[self.name_field], parent.get("FullyQualifiedName", parent[self.name_field])
            child["FullyQualifiedName"] = f"{above}:{own}"
            child["ParentRef"] = child["ParentRef"] | {"name": parent[self.name_field]}
            if "Level" in child:
                child["Level"] = child["FullyQualifiedName"].count(":")
            work.conn.execute("UPDATE object SET body = ? WHERE key = ?", (encode(child).decode(), key))
            work.forget(frozenset({self.name}))
            self.renest(work, child["Id"])

    def ancestors(self, work: Work, body: Body) -> list[str]:
        """Return the ids of those that a record stands under, the nearest first."""
        found: list[str] = []
        above = (body.get("ParentRef") or {}).get("value")
        while above is not None:
            found.append(str(above))
            above = ((work.body(self.name, above) or {}).get("ParentRef") or {}).get("value")
        return found

    def _full_name(self, work: Work, new: Body) -> str:
        name = str(new[self.name_field])
        ref = new.get("ParentRef")
        if ref is None:
            return name
        parent = work.referred(self.name, ref, "ParentRef", inactive=True)
        if new.get("Id") in (parent["Id"], *self.ancestors(work, parent)):
            raise errors.business(f"{name} cannot stand under itself")
        ref["name"] = parent[self.name_field]
        return f"{parent.get('FullyQualifiedName', parent[self.name_field])}:{name}"


class Class(NameList):
    name = "Class"
    sequence = "Class"
    nested_flag = "SubClass"
    fields: ClassVar[Fields] = {
        **COMMON,
        **text(Name=100),
        **of_kind("flag", "Active SubClass"),
        **of_kind("ref", "ParentRef"),
        **of_kind("answer", "FullyQualifiedName"),
    }
    filters: ClassVar[Filters] = {**LIST_FILTERS, "FullyQualifiedName": inside("FullyQualifiedName")}


class Department(NameList):
    name = "Department"
    sequence = "Department"
    nested_flag = "SubDepartment"
    fields: ClassVar[Fields] = {
        **COMMON,
        **text(Name=100),
        **of_kind("flag", "Active SubDepartment"),
        **of_kind("ref", "ParentRef"),
        **of_kind("free", "Address"),
        **of_kind("answer", "FullyQualifiedName"),
    }
    filters: ClassVar[Filters] = {**LIST_FILTERS, "FullyQualifiedName": inside("FullyQualifiedName")}


class PaymentMethod(NameList):
    name = "PaymentMethod"
    sequence = "PaymentMethod"
    fields: ClassVar[Fields] = {**COMMON, **text(Name=31, Type=30), **of_kind("flag", "Active")}

    def prepare(self, work: Work, new: Body, old: Body | None, asked: Asked) -> Body:
        new.setdefault("Type", "NON_CREDIT_CARD")
        return super().prepare(work, new, old, asked)
