"""Business faults as QuickBooks words them.

Codes and texts follow recorded sandbox traffic and Intuit's "handling common errors" page.  The casing of
the envelope (`Fault`, `Error`, `Message`) is that of the accounting service; the gateway's lower-case
faults (401, 403, 429) belong to the HTTP front.
"""

from collections.abc import Iterable, Mapping
from typing import Any

_INACTIVE = (
    "Something you're trying to use has been made inactive. "
    "Check the fields with accounts, customers, items, vendors or employees."
)
# The doubled "through" is QuickBooks' own.
_CLOSED = (
    "The account period has closed and the account books cannot be updated through through the QBO Services "
    "API. Please use the QBO website to make these changes."
)
_MOST_NAMED = 1000  # characters of property names that are told


class Fault(Exception):
    """One refusal: the HTTP status and what stands inside `Fault.Error`."""

    def __init__(
        self,
        code: str,
        message: str,
        detail: str,
        *,
        element: str | None = "",
        type: str = "ValidationFault",
        status: int = 400,
        timed: bool = True,
    ) -> None:
        super().__init__(f"{code} {message}: {detail}")
        self.code = code
        self.message = message
        self.detail = detail
        self.element = element
        self.type = type
        self.status = status
        self.timed = timed  # the recorded fault 2030 came without the envelope's time

    def body(self) -> dict[str, Any]:
        """Return the `Fault` object; an element of None leaves the property out, as some recordings do."""
        error = {"Message": self.message, "Detail": self.detail, "code": self.code}
        if self.element is not None:
            error["element"] = self.element
        return {"Error": [error], "type": self.type}


def unsupported(path: str) -> Fault:
    """No such address or operation."""
    detail = f"Operation Could not find resource for relative : {path} is not supported."
    return Fault("500", "Unsupported Operation", detail, element=None)


def not_found(why: str = _INACTIVE) -> Fault:
    return Fault("610", "Object Not Found", f"Object Not Found : {why}")


def deleted_by_another() -> Fault:
    return not_found("Another user has deleted this transaction.")


def unknown_property(name: str, entity: str, known: Iterable[str]) -> Fault:
    """QuickBooks names the known properties, cut off after a while (recorded)."""
    names = list(known) if isinstance(known, Mapping) else sorted(known)
    told = ", ".join(f'"{one}"' for one in names)
    told = told if len(told) <= _MOST_NAMED else f"{told[:_MOST_NAMED]} [truncated]"
    detail = (
        f'Property Name:Unrecognized field "{name}" (class com.intuit.schema.finance.v3.{entity}), '
        f"not marked as ignorable ({len(names)} known properties: {told}])\n specified is unsupported or"
        " invalid"
    )
    return Fault("2010", "Request has invalid or unsupported property", detail, element=None)


def unreadable(why: str) -> Fault:
    detail = f"Property Name:{why} specified is unsupported or invalid"
    return Fault("2010", "Request has invalid or unsupported property", detail, element=None)


def missing(name: str) -> Fault:
    detail = f"Required parameter {name} is missing in the request"
    return Fault(
        "2020", "Required param missing, need to supply the required value for the API", detail, element=name
    )


def invalid_id(value: object) -> Fault:
    detail = f"Id should be a valid number. Supplied value:{value}"
    return Fault("2030", "Invalid ID", detail, element="Id", timed=False)


def too_long(name: str, most: int, got: int) -> Fault:
    detail = (
        "String length is either shorter or longer than supported by specification. "
        f"Min:0 Max:{most} supported. Supplied length:{got}"
    )
    return Fault("2050", "String length specified does not match the supported length", detail, element=name)


def invalid_number(name: str, value: object) -> Fault:
    return Fault("2080", "Invalid Number", f"Invalid Number : {value}", element=name)


def invalid_date(name: str, value: object) -> Fault:
    return Fault("2090", "Invalid Date", f"Date format is invalid. Supplied value:{value}", element=name)


def invalid_boolean(name: str, value: object) -> Fault:
    return Fault("2110", "Invalid Boolean", f"Invalid Boolean : {value}", element=name)


def invalid_enum(name: str, value: object) -> Fault:
    return Fault("2170", "Invalid Enumeration", f"Invalid Enumeration : {value}", element=name)


def invalid_email(name: str) -> Fault:
    return Fault(
        "2210",
        "Invalid Email Address format",
        "Email Address does not conform to the syntax rules",
        element=name,
    )


def negative_amount(name: str) -> Fault:
    return Fault("2240", "Invalid amount", "Amount must be greater than or equal to zero", element=name)


def invalid_reference(name: str) -> Fault:
    return Fault("2500", "Invalid Reference Id", f"Invalid Reference Id : {_INACTIVE}", element=name)


def bad_query_syntax(why: str) -> Fault:
    return Fault("4000", "Error parsing query", f"QueryParserError: {why}", element=None)


def bad_query(why: str) -> Fault:
    return Fault("4001", "Invalid query", f"QueryValidationError: {why}", element=None)


def stale() -> Fault:
    detail = (
        "Stale Object Error : You and another user were working on this at the same time. "
        "another user finished before you did, so your work was not saved."
    )
    return Fault("5010", "Stale Object Error", detail)


def business(why: str, *, code: str = "6000") -> Fault:
    """A rule of the books said no; the detail is meant for a person."""
    message = "A business validation error has occurred while processing your request"
    return Fault(code, message, f"Business Validation Error: {why}")


def amount_mismatch() -> Fault:
    return Fault(
        "6070",
        "Amount calculation incorrect in the request",
        "Amount calculation incorrect in the request : Amount is not equal to UnitPrice * Qty.",
    )


def duplicate_number(number: str, entity: str, id_: str) -> Fault:
    detail = (
        "Duplicate Document Number Error : You must specify a different number. "
        "This number has already been used. "
        f"DocNumber={number} is assigned to TxnType={entity} with TxnId={id_}"
    )
    return Fault("6140", "Duplicate Document Number Error", detail)


def lapsed() -> Fault:
    detail = (
        "Subscription period has ended or canceled or there was a billing problem : "
        "You can't add data to QuickBooks Online Plus because your trial or subscription period ended."
    )
    return Fault("6190", "Invalid Company Status", detail)


def books_closed() -> Fault:
    return Fault("6210", "Account Period Closed, Cannot Update Through Services API", _CLOSED)


def duplicate_name() -> Fault:
    detail = "The name supplied already exists. : null"
    return Fault("6240", "Duplicate Name Exists Error", detail, element=None)


def deposited() -> Fault:
    detail = (
        "This transaction has been deposited. If you want to change or delete it, "
        "you must edit the deposit it appears on and remove it first."
    )
    return Fault("6540", "Deposited Transaction cannot be changed", detail)
