"""eBay: orders of the Fulfillment API; returns, cancellations and item-not-received inquiries of the Post-Order API.

The Post-Order API wants the same token under another word (IAF), and finds cases by when they were made only. Its pages
are described as counted in pages here and in records there: no page is asked for. A list of orders tells that one was
cancelled, and leaves the reason to the cancellations. Orders are there for two years, cases for eighteen months.
Whether inquiries in which the account is the buyer are listed too, and what the header with the marketplace leaves out,
is unconfirmed. Limits count by the day; the documented ones are far from what a sync needs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from pipelines.sources.ebay_cases import UNDONE
from pipelines.sync.auth import OAuth
from pipelines.sync.feeds import told
from pipelines.sync.vendor import Document, Rate, Vendor
from pipelines.sync.windows import Windows

_TITLE = "eBay"


def _written(at: datetime | None) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z") if at else ""


def _changed(start: datetime, end: datetime | None) -> Mapping[str, str]:
    return {"filter": f"lastmodifieddate:[{_written(start)}..{_written(end)}]"}


def _is_open_return(each: Document) -> bool:
    return "CLOSED" not in (each.get("state"), each.get("status"))


def _is_open_cancellation(each: Document) -> bool:
    status = str(each.get("cancelStatus"))
    return each.get("cancelState") != "CLOSED" and not status.startswith(("CANCEL_CLOSED", "CANCEL_REJECTED"))


def _has_cancelled(each: Document) -> bool:
    """Whether it came to a cancellation: one that is pending or was refused is nothing to count."""
    return str(each.get("cancelStatus") or each.get("cancelState")).upper() not in UNDONE


def _is_open_inquiry(each: Document) -> bool:
    return "CLOSED" not in str(each.get("inquiryStatusEnum"))


def _cases(
    name: str,
    path: str,
    records: str,
    id_name: str,
    made: str,
    is_open: Callable[[Document], bool],
    prefix: str = "",
    counts: Callable[[Document], bool] = lambda _: True,
    **params: str,
) -> Windows:
    def created(start: datetime, end: datetime | None) -> Mapping[str, str]:
        until = {f"{prefix}creation_date_range_to": _written(end)} if end else {}
        return {f"{prefix}creation_date_range_from": _written(start), **until}

    return Windows(
        name,
        f"post-order/v2/{path}/search",
        records,
        id_name,
        created,
        told(made),
        _TITLE,
        params=params,
        headers={"Authorization": "IAF {access}"},
        overlap=timedelta(days=30),
        lookback=timedelta(days=90),
        is_open=is_open,
        counts=counts,
    )


EBAY = Vendor(
    name="ebay",
    title=_TITLE,
    address="https://api.ebay.com",
    settings={"marketplace": r"EBAY_[A-Z]+(_[A-Z]+)?"},
    defaults={"marketplace": "EBAY_US"},
    auths=(
        OAuth(
            ("client_id", "client_secret", "refresh_token"),
            "identity/v1/oauth2/token",
            {"grant_type": "refresh_token", "refresh_token": "{refresh_token}"},
            is_basic=True,
        ),
    ),
    headers={"X-EBAY-C-MARKETPLACE-ID": "{marketplace}"},
    scopes="api_scope, sell.fulfillment.readonly",
    rate=Rate(5, 1),
    feeds=(
        Windows(
            "orders",
            "sell/fulfillment/v1/order",
            "orders",
            "orderId",
            _changed,
            told("lastModifiedDate"),
            _TITLE,
            earliest=timedelta(days=729),
        ),
        _cases(
            "returns",
            "return",
            "members",
            "returnId",
            "creationInfo.creationDate.value",
            _is_open_return,
            role="SELLER",
        ),
        _cases(
            "cancellations",
            "cancellation",
            "cancellations",
            "cancelId",
            "cancelRequestDate.value",
            _is_open_cancellation,
            counts=_has_cancelled,
            role="SELLER",
        ),
        _cases(
            "inquiries",
            "inquiry",
            "members",
            "inquiryId",
            "creationDate.value",
            _is_open_inquiry,
            prefix="inquiry_",
        ),
    ),
)
