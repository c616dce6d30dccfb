"""Attachables: notes (and files' descriptions) that hang on other records."""

from typing import ClassVar

from qb_collections.emulator import errors
from qb_collections.emulator.entities import registry
from qb_collections.emulator.entities.base import COMMON_FILTERS, Asked, Entity, Filters, inside
from qb_collections.emulator.fields import COMMON, Fields, of_kind, text
from qb_collections.emulator.wire import Body
from qb_collections.emulator.work import Work


class Attachable(Entity):
    name = "Attachable"
    sequence = "Attachable"
    first_id = 5_000_000_000_000_000_001  # recorded ids are of this size
    can_delete = True
    fields: ClassVar[Fields] = {
        **COMMON,
        **text(
            FileName=1000,
            Note=2000,
            Category=100,
            ContentType=100,
            Tag=2000,
            PlaceName=2000,
            Lat=100,
            Long=100,
        ),
        **of_kind("lines", "AttachableRef"),
        **of_kind(
            "answer", "FileAccessUri TempDownloadUri Size ThumbnailFileAccessUri ThumbnailTempDownloadUri"
        ),
    }
    filters: ClassVar[Filters] = {
        **COMMON_FILTERS,
        "FileName": inside("FileName"),
        "Category": inside("Category"),
        "ContentType": inside("ContentType"),
        "Note": inside("Note"),
        "Tag": inside("Tag"),
        "AttachableRef.EntityRef.value": inside("AttachableRef[0].EntityRef.value"),
        "AttachableRef.EntityRef.type": inside("AttachableRef[0].EntityRef.type"),
    }

    def prepare(self, work: Work, new: Body, old: Body | None, asked: Asked) -> Body:
        if not new.get("FileName") and not new.get("Note"):
            raise errors.missing("FileName or Note")
        for ref in new.get("AttachableRef", []):
            target = ref.get("EntityRef") or {}
            kind, id_ = str(target.get("type", "")), str(target.get("value", ""))
            if not kind and not id_:
                continue
            if not registry.known(kind) or work.body(registry.spec(kind).name, id_) is None:
                raise errors.business(
                    f"The entity {kind} {id_} that you are trying to link does not exist. {kind} {id_}"
                )
            ref["EntityRef"] = {"type": registry.spec(kind).name, "value": id_}
            ref.setdefault("IncludeOnSend", False)
        return new
