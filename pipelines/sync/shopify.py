"""Shopify: orders by their last change, with lines, refunds, returns and parcels, from the GraphQL Admin API.

A query costs points by what it may return, out of a bucket that fills up again; a page is made smaller when it would
cost more than one query may. Lists inside an order that are longer than asked for are read to their end before the
order counts as read. Refunds, returns and parcels are handed on as records of their own. Nothing personal is asked for
but the country and province of an address; where an app may not see these, nor the place a parcel left from, they stay
blank. Without the scope `read_all_orders` the API tells of 60 days only. Tokens of apps made since 2026 last a day and
are fetched by the client's id and secret.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pipelines.messages import Message
from pipelines.sync.auth import Token, by_client
from pipelines.sync.vendor import (
    Answer,
    Ask,
    Document,
    Page,
    Position,
    Rate,
    Record,
    SyncError,
    Vendor,
    inside,
    moment,
    written,
)

VERSION = "2026-07"
_HEADER = "X-Shopify-Access-Token"
_PAGE_INFO = "pageInfo { hasNextPage endCursor }"
_MONEY = "{ shopMoney { amount currencyCode } }"
_LINE = f"""
    id sku name title variantTitle vendor quantity unfulfilledQuantity requiresShipping
    originalUnitPriceSet {_MONEY}
"""
_REFUND_LINE = f"quantity restockType subtotalSet {_MONEY} lineItem {{ id sku }}"
_RETURN_LINE = """
    id quantity returnReason returnReasonNote customerNote returnReasonDefinition { handle }
    ... on ReturnLineItem { fulfillmentLineItem { lineItem { id sku } } }
"""
_RETURN = f"""
    id name status createdAt
    returnLineItems(first: 5) {{ nodes {{ {_RETURN_LINE} }} {_PAGE_INFO} }}
"""
_EVENT = "status happenedAt"
_ORDER = f"""
    id name createdAt updatedAt cancelledAt cancelReason displayFinancialStatus displayFulfillmentStatus
    sourceName tags currencyCode
    totalPriceSet {_MONEY} totalRefundedSet {_MONEY}
    shippingAddress {{ countryCodeV2 provinceCode }}
    customAttributes {{ key value }}
    lineItems(first: 20) {{ nodes {{ {_LINE} }} {_PAGE_INFO} }}
    refunds(first: 10) {{
        id createdAt updatedAt note return {{ id }} totalRefundedSet {_MONEY}
        refundLineItems(first: 5) {{ nodes {{ {_REFUND_LINE} }} {_PAGE_INFO} }}
    }}
    returns(first: 3) {{ nodes {{ {_RETURN} }} {_PAGE_INFO} }}
    fulfillments(first: 5) {{
        id name status displayStatus createdAt updatedAt inTransitAt deliveredAt estimatedDeliveryAt
        trackingInfo(first: 5) {{ company number }}
        location {{ name }}
        events(first: 5) {{ nodes {{ {_EVENT} }} {_PAGE_INFO} }}
    }}
"""
_ORDERS = f"""
query Orders($first: Int!, $after: String, $query: String) {{
    orders(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {{
        nodes {{ {_ORDER} }}
        {_PAGE_INFO}
    }}
}}
"""
#: a list inside an order: the type it belongs to, and the fields of what it lists
_LISTS = {
    "lineItems": ("Order", _LINE),
    "returns": ("Order", _RETURN),
    "refundLineItems": ("Refund", _REFUND_LINE),
    "returnLineItems": ("Return", _RETURN_LINE),
    "events": ("Fulfillment", _EVENT),
}
_REST_SIZE = 50
#: what an app may be kept from seeing without the rest being worth less
_OPTIONAL = {"shippingAddress", "location", "events"}


@dataclass(frozen=True)
class Orders:
    """Orders by their last change. The cursor holds a time, so that an order that changes is met again later."""

    name: str = "orders"
    size: int = 20
    overlap: timedelta = timedelta(minutes=10)
    is_newest_first: bool = False

    def begin(self, since: datetime | None) -> Position:
        return {"since": written(since) if since else None, "after": None, "first": self.size, "unread": []}

    def ask(self, position: Position) -> Ask:
        if position["unread"]:
            query, variables = _rest_of(position["unread"][0])
        else:
            since = f"updated_at:>='{position['since']}'" if position["since"] else None
            variables = {"first": position["first"], "after": position["after"], "query": since}
            query = _ORDERS
        path = f"admin/api/{VERSION}/graphql.json"
        return Ask(path, method="POST", body={"query": query, "variables": variables})

    def take(self, position: Position, answer: Answer) -> Page:
        if "MAX_COST_EXCEEDED" in _codes(answer):
            if position["unread"] or position["first"] == 1:
                raise SyncError(
                    Message("sync_not_understood", {"system": SHOPIFY.title, "said": "MAX_COST_EXCEEDED"})
                )
            return Page(following={**position, "first": position["first"] // 2})
        unread = list(position["unread"])
        if unread:
            found = inside(answer.data, "data.node") or {}
            owner, name = _unread_list(unread[0]) or ({}, "")
            more = found.get(name) or {"nodes": [], "pageInfo": {}}
            owner[name] = {"nodes": owner[name]["nodes"] + more["nodes"], "pageInfo": more["pageInfo"]}
            orders, unread = ([unread[0]], unread[1:]) if not _unread_list(unread[0]) else ([], unread)
            following: Position | None = {**position, "unread": unread}
        else:
            page = inside(answer.data, "data.orders") or {}
            orders = [order for order in page.get("nodes") or [] if not _unread_list(order)]
            unread = [order for order in page.get("nodes") or [] if _unread_list(order)]
            after = inside(page, "pageInfo.endCursor") if inside(page, "pageInfo.hasNextPage") else None
            following = {**position, "after": after, "unread": unread, "is_last": after is None}
        if following and following.get("is_last") and not unread:
            following = None
        return Page([record for order in orders for record in _records(order)], following)


def _unread_list(value: Any) -> tuple[Document, str] | None:
    """The first list inside an order that goes on, as the object it belongs to and its name."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in _LISTS and inside(inner, "pageInfo.hasNextPage"):
                return value, name
            if found := _unread_list(inner):
                return found
    elif isinstance(value, list):
        for inner in value:
            if found := _unread_list(inner):
                return found
    return None


def _rest_of(order: Document) -> tuple[str, dict[str, Any]]:
    """The query for the rest of the first list of an order that goes on."""
    found = _unread_list(order)
    assert found is not None
    owner, name = found
    kind, fields = _LISTS[name]
    query = f"""
        query Rest($id: ID!, $first: Int!, $after: String) {{
            node(id: $id) {{
                ... on {kind} {{ {name}(first: $first, after: $after) {{ nodes {{ {fields} }} {_PAGE_INFO} }} }}
            }}
        }}
    """
    after = owner[name]["pageInfo"]["endCursor"]
    return query, {"id": owner["id"], "first": _REST_SIZE, "after": after}


def _records(order: Document) -> list[Record]:
    """The order, and its refunds, returns and parcels as records that name it."""
    changed = moment(order["updatedAt"])
    its = {"order": {"id": order["id"], "name": order["name"], "cancelReason": order.get("cancelReason")}}
    slim = [
        {name: refund.get(name) for name in ("id", "createdAt", "refundLineItems")}
        for refund in order.get("refunds") or []
    ]
    rest = {
        name: value for name, value in order.items() if name not in ("returns", "fulfillments", "refunds")
    }
    found = [Record("orders", rest | {"refunds": slim}, changed)]
    for kind, items in (
        ("refunds", order.get("refunds") or []),
        ("returns", inside(order, "returns.nodes") or []),
        ("parcels", order.get("fulfillments") or []),
    ):
        found += [Record(kind, item | its, changed) for item in items]
    return found


def _errors(answer: Answer) -> list[Document]:
    errors = answer.data.get("errors") if isinstance(answer.data, dict) else None
    if isinstance(errors, str):  # what is wrong with the request as a whole
        return [{"message": errors}]
    return [error for error in errors or [] if isinstance(error, dict)]


def _codes(answer: Answer) -> list[str]:
    return [str(inside(error, "extensions.code") or "") for error in _errors(answer)]


def _pause(answer: Answer) -> float:
    """Seconds until the bucket holds what the next such query may cost."""
    cost = inside(answer.data, "extensions.cost") or {}
    status = cost.get("throttleStatus") or {}
    lacking = (cost.get("requestedQueryCost") or 0) - (status.get("currentlyAvailable") or 0)
    return lacking / (status.get("restoreRate") or 50) if status and lacking > 0 else 0


def _judge(answer: Answer) -> float | None:
    """Errors of GraphQL come with status 200."""
    errors = _errors(answer)
    if "THROTTLED" in _codes(answer):
        return max(1.0, _pause(answer))
    for error in errors:
        code = inside(error, "extensions.code")
        if code == "ACCESS_DENIED" and _OPTIONAL & {str(name) for name in error.get("path") or []}:
            continue
        if code == "ACCESS_DENIED":
            seen = {"system": SHOPIFY.title, "path": "GraphQL", "scopes": SHOPIFY.scopes}
            raise SyncError(Message("sync_forbidden", dict(seen)), 403)
        if code != "MAX_COST_EXCEEDED":
            said = " ".join(str(error.get("message", "")).split())[:200]
            raise SyncError(Message("sync_not_understood", {"system": SHOPIFY.title, "said": said}))
    return None


SHOPIFY = Vendor(
    name="shopify",
    title="Shopify",
    address="https://{shop}.myshopify.com",
    settings={"shop": r"[A-Za-z0-9][A-Za-z0-9-]*"},
    auths=(
        by_client("admin/oauth/access_token", value="{access}", header=_HEADER),
        Token(("token",), "{token}", _HEADER),
    ),
    scopes="read_orders, read_all_orders, read_returns, read_fulfillments, read_locations",
    rate=Rate(4, 1),
    pause=_pause,
    judge=_judge,
    feeds=(Orders(),),
)
