"""Everything that can go wrong between us and QuickBooks.

QuickBooksError
├── Unreachable          no connection: nothing was sent
├── AnswerLost           a write was sent and no answer came: it may have happened
├── ServerTrouble        QuickBooks answered 5xx (on a write: it may have happened)
├── TooHeavy             a page that timed out, answered 504 or was too large: ask for less at once
├── Throttled            429: nothing was done, wait
├── Unreadable           an answer that is not what the API answers (HTML, cut off, wrong shape)
├── Unauthorized         401, also after a fresh token
│   └── ReconnectNeeded  invalid_grant: only a person can connect again
├── OperatorSetting      invalid_client: the client id or secret in our settings is wrong
├── Forbidden            403, 3100, 120, 5020: this app or this user may not
├── Refused              QuickBooks read the request and said no
│   ├── NotFound         610: deleted, or made inactive
│   ├── Stale            5010: somebody changed it since we read it
│   ├── DuplicateNumber  6140
│   ├── BooksClosed      6210
│   ├── SubscriptionEnded 6190
│   └── BadReference     2500: something it refers to is inactive or missing
└── WrongCompany         the answer belongs to another company

`retryable` says whether trying again later can help; `definite` says that the
request surely had no effect.  Codes: developer.intuit.com, "Error codes" and
"Handling common errors".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from quickbooks.exceptions import QuickbooksException


@dataclass(frozen=True, slots=True)
class FaultError:
    """One error of a Fault, in QuickBooks' own words."""

    code: str
    message: str
    detail: str = ""
    element: str = ""


class QuickBooksError(QuickbooksException):  # type: ignore[misc]  # the library has no types
    """The root; a python-quickbooks exception, so that code written for the library still catches it."""

    retryable: ClassVar[bool] = False
    definite: ClassVar[bool] = True
    meaning: ClassVar[str] = "QuickBooks did not do what was asked"

    def __init__(
        self,
        message: str = "",
        *,
        status: int | None = None,
        code: str | None = None,
        detail: str = "",
        intuit_tid: str | None = None,
        retry_after: float | None = None,
        errors: tuple[FaultError, ...] = (),
    ) -> None:
        number = int(code) if code is not None and code.isdigit() else 0
        super().__init__(message or self.meaning, number, detail)
        self.message: str = message or self.meaning
        self.detail: str = detail
        self.status = status
        self.code = code
        self.intuit_tid = intuit_tid
        self.retry_after = retry_after  # seconds
        self.errors = errors

    def __str__(self) -> str:
        """A sentence, with what support will ask for."""
        facts = [
            f"{name} {value}"
            for name, value in (("HTTP", self.status), ("code", self.code), ("intuit_tid", self.intuit_tid))
            if value is not None
        ]
        said = f": {self.detail}" if self.detail else ""
        return f"{self.message}{said}" + (f" ({', '.join(facts)})" if facts else "")


class Unreachable(QuickBooksError):
    retryable = True
    meaning = "QuickBooks could not be reached; nothing was sent"


class AnswerLost(QuickBooksError):
    retryable = True
    definite = False
    meaning = "QuickBooks was asked to write and its answer did not arrive; it may have written"


class ServerTrouble(QuickBooksError):
    retryable = True
    definite = False
    meaning = "QuickBooks has trouble of its own"


class TooHeavy(QuickBooksError):
    retryable = True
    meaning = "QuickBooks cannot answer so much at once"


class Throttled(QuickBooksError):
    retryable = True
    meaning = "QuickBooks asks us to wait: too many requests for this company"


class Unreadable(QuickBooksError):
    retryable = True
    meaning = "QuickBooks' answer cannot be read"


class Unauthorized(QuickBooksError):
    meaning = "QuickBooks does not accept our access"


class ReconnectNeeded(Unauthorized):
    meaning = "QuickBooks has ended our access; the company has to be connected again"


class OperatorSetting(QuickBooksError):
    meaning = (
        "Intuit does not know this app: check QBC_INTUIT_CLIENT_ID and QBC_INTUIT_CLIENT_SECRET "
        "against the Keys page at developer.intuit.com"
    )


class Forbidden(QuickBooksError):
    meaning = "QuickBooks does not allow this app or its user to do that in this company"


class Refused(QuickBooksError):
    meaning = "QuickBooks refused the request"


class NotFound(Refused):
    meaning = "QuickBooks no longer has it, or it was made inactive"


class Stale(Refused):
    meaning = "somebody changed it in QuickBooks since we read it"


class DuplicateNumber(Refused):
    meaning = "that number is already used in QuickBooks"


class BooksClosed(Refused):
    meaning = "the books are closed for that date"


class SubscriptionEnded(Refused):
    meaning = "the company's QuickBooks subscription has ended or has a billing problem"


class BadReference(Refused):
    meaning = "something it refers to is inactive or missing in QuickBooks"


class WrongCompany(QuickBooksError):
    meaning = "the answer belongs to another company"


BY_CODE: dict[str, type[QuickBooksError]] = {
    "120": Forbidden,
    "600": ServerTrouble,
    "610": NotFound,
    "2500": BadReference,
    "3001": Throttled,
    "3100": Forbidden,
    "3200": Unauthorized,
    "5010": Stale,
    "5020": Forbidden,
    "6140": DuplicateNumber,
    "6190": SubscriptionEnded,
    "6210": BooksClosed,
    "10000": ServerTrouble,
}
