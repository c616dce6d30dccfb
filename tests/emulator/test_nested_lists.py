"""Lists that nest: full names follow their parents, and nothing stands under itself."""

import pytest

from qb_collections.emulator.errors import Fault
from tests.emulator.small_company import small_company


def test_full_names_follow_a_parent_that_is_renamed():
    company = small_company()
    room = company.save("Customer", DisplayName="Room 2", ParentRef={"value": company.ids["job"]})
    bill = company.read("Customer", company.ids["bill"])

    company.save("Customer", Id=bill["Id"], SyncToken=bill["SyncToken"], sparse=True, DisplayName="Bill")

    assert company.read("Customer", company.ids["job"])["FullyQualifiedName"] == "Bill:Pier 4"
    assert company.read("Customer", room["Id"])["FullyQualifiedName"] == "Bill:Pier 4:Room 2"


@pytest.mark.parametrize("entity", ["Account", "Class", "Department", "Item"])
def test_full_names_follow_a_parent_that_moves(entity):
    company = small_company()
    more = {"AccountType": "Income"} if entity == "Account" else {}
    more |= {"Type": "Category"} if entity == "Item" else {}
    top = company.save(entity, Name="Top", **more)
    middle = company.save(entity, Name="Middle", **more)
    low = company.save(entity, Name="Low", ParentRef={"value": middle["Id"]}, **more)

    company.save(entity, Id=middle["Id"], SyncToken="0", sparse=True, ParentRef={"value": top["Id"]})

    assert company.read(entity, low["Id"])["FullyQualifiedName"] == "Top:Middle:Low"


def test_nothing_stands_under_what_stands_under_it():
    company = small_company()
    bill = company.read("Customer", company.ids["bill"])

    with pytest.raises(Fault, match="cannot stand under itself"):
        company.save(
            "Customer",
            Id=bill["Id"],
            SyncToken=bill["SyncToken"],
            sparse=True,
            ParentRef={"value": company.ids["job"]},
        )
