"""python-quickbooks' models without their inventions.

A stock Invoice() with one field set sends 27 keys, among them AllowOnlineACHPayment:
false, which switches the pay link off.  A lean one sends what it was given.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar, cast

from quickbooks.mixins import UpdateMixin
from quickbooks.objects.account import Account
from quickbooks.objects.attachable import Attachable
from quickbooks.objects.creditmemo import CreditMemo
from quickbooks.objects.customer import Customer
from quickbooks.objects.invoice import Invoice
from quickbooks.objects.item import Item
from quickbooks.objects.payment import Payment

from qb_collections.quickbooks import wire
from qb_collections.quickbooks.client import Client
from qb_collections.quickbooks.errors import AnswerLost


class Lean:
    """Put before a model of the library: it starts empty, sends only what was set, and keeps the answer."""

    qbo_object_name: ClassVar[str]
    Id: str | None = None  # the library asks for it to tell an update from a creation
    SyncToken: str | None = None

    def __init__(self, body: Mapping[str, Any]) -> None:
        for name, value in body.items():
            setattr(self, name, value)

    def to_json(self) -> str:
        return wire.encode(vars(self))

    @classmethod
    def from_json(cls, answer: object) -> Lean:
        """What the library found under the model's name.  Raises AnswerLost when it is no record."""
        if not isinstance(answer, dict):
            raise AnswerLost(detail="the answer has no record in it")
        return cls(answer)


class LeanInvoice(Lean, Invoice):  # type: ignore[misc]  # the library has no types
    pass


class LeanPayment(Lean, Payment):  # type: ignore[misc]  # the library has no types
    pass


class LeanCreditMemo(Lean, CreditMemo):  # type: ignore[misc]  # the library has no types
    pass


class LeanItem(Lean, Item):  # type: ignore[misc]  # the library has no types
    pass


class LeanAccount(Lean, Account):  # type: ignore[misc]  # the library has no types
    pass


class LeanAttachable(Lean, Attachable):  # type: ignore[misc]  # the library has no types
    # Attachable's own save() is for files and cannot carry a request id.
    qbo_json_object_name = ""
    save = UpdateMixin.save


class LeanCustomer(Lean, Customer):  # type: ignore[misc]  # the library has no types
    pass


MODELS: Mapping[str, type[Lean]] = {
    model.qbo_object_name: model
    for model in (
        LeanInvoice,
        LeanPayment,
        LeanCreditMemo,
        LeanItem,
        LeanAccount,
        LeanAttachable,
        LeanCustomer,
    )
}


def save(client: Client, kind: str, body: Mapping[str, Any], request_id: str) -> dict[str, Any]:
    """Create, or update when the body has an Id, through the library's own save; answer the record's JSON."""
    model = cast(Any, MODELS[kind](body))
    with _whole():
        answer: dict[str, Any] = vars(model.save(qb=client, request_id=request_id))
    return answer


def void(client: Client, kind: str, id: str, sync_token: str, request_id: str) -> dict[str, Any]:
    """The library knows which kind is voided how; its own void() cannot carry a request id."""
    model = cast(Any, MODELS[kind]({"Id": id, "SyncToken": sync_token}))
    answer = client.post(
        client.company_url(kind.lower()),
        wire.encode(model.get_void_data()),
        params=dict(model.get_void_params()),
        request_id=request_id,
    )
    with _whole():
        return cast(dict[str, Any], answer[kind])


def delete(client: Client, kind: str, id: str, sync_token: str, request_id: str) -> dict[str, Any]:
    body = wire.encode({"Id": id, "SyncToken": sync_token})
    answer = client.delete_object(kind, body, request_id=request_id)
    with _whole():
        return cast(dict[str, Any], answer[kind])


@contextmanager
def _whole() -> Iterator[None]:
    """A 200 without the record leaves open what happened."""
    try:
        yield
    except KeyError:
        raise AnswerLost(detail="the answer has no record in it") from None
