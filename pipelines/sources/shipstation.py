"""ShipStation: shipments (API v1, JSON; export, CSV) and a parcel's scans (API v2, JSON).

What the formats won't tell: a voided label is no shipment and a return label is no delivery to a customer; both are
kept as such, without the order, so that a later state replaces an earlier one. The API's times name no zone and are
Pacific time (unconfirmed), but the day of shipping is a day; times of the export are taken for the shop's. The columns
of the export are chosen by the user, and it lists an order article by article; an order in two parcels is there twice.
Orders themselves are not read here: the shop's own tool tells of them.
"""

from __future__ import annotations

from duckdb import ConstantExpression, Expression

from pipelines.carriers import SHIPSTATION, carrier, carrier_in, event
from pipelines.cells import Cells, Parsed, function
from pipelines.fields import constant, first, identifier, joined, text, time, when
from pipelines.source import Source, Table

_PACIFIC = "America/Los_Angeles"


def _is_set(name: str, cells: Cells) -> Expression:
    told = first(text(name), constant("false"))(cells).value
    return function("lower", told) == ConstantExpression("true")


def _is_sent(cells: Cells) -> Expression:
    return ~(_is_set("$.voided", cells) | _is_set("$.isReturnLabel", cells))


def _is_voided(cells: Cells) -> Expression:
    return _is_set("$.voided", cells)


SHIPMENTS = Source(
    name="shipstation",
    title="ShipStation, shipments (API, JSON)",
    is_documents=True,
    needs=("shipmentId", "orderNumber", "carrierCode", "serviceCode"),
    tables=(
        Table(
            "shipments",
            {
                "shipment_id": identifier("$.shipmentId"),
                "order_id": when(_is_sent, identifier("$.orderNumber")),
                "carrier": when(_is_sent, carrier("$.carrierCode")),
                "service": text("$.serviceCode"),
                "tracking_number": identifier("$.trackingNumber"),
                "warehouse": when(_is_sent, text("$.warehouseId")),
                "shipped_at": when(_is_sent, time("$.shipDate")),
                "updated_at": time("$.voidDate", "$.createDate", zone=_PACIFIC),
                "status": when(
                    _is_sent,
                    constant("in_transit"),
                    when(_is_voided, constant("voided"), constant("return_label")),
                ),
            },
        ),
    ),
)

_NUMBER = identifier("Order - Number")
_PARCEL = identifier("Shipment - Tracking Number", "Tracking - Number", "Shipment - Tracking #")
_SERVICE = text("Carrier - Service Selected", "Shipment - Service", "Carrier - Service Requested")


def _service(cells: Cells) -> Parsed:
    cells.find_all(r"~^item ")  # of one article of several: not to be kept as the shipment's
    return _SERVICE(cells)


EXPORT = Source(
    name="shipstation",
    title="ShipStation, shipments (export, CSV)",
    needs=(
        "Order - Number",
        (
            "Date - Shipped Date",
            "Shipment - Tracking Number",
            "Carrier - Service Selected",
            "Ship To - Country",
        ),
    ),
    personal=r"^(ship|bill|sold|return) to (?!country|state)|^notes |^custom field|^gift ",
    tables=(
        Table(
            "shipments",
            {
                "shipment_id": first(_PARCEL, joined(_NUMBER, text("Date - Shipped Date"), by="/")),
                "order_id": _NUMBER,
                "carrier": first(
                    carrier("Carrier - Name", "Carrier - Carrier Selected", "Shipment - Carrier"),
                    carrier_in(_SERVICE),
                ),
                "service": _service,
                "tracking_number": _PARCEL,
                "warehouse": text("Ship From - Name", "Ship From - Warehouse", "Warehouse - Name"),
                "shipped_at": time("Date - Shipped Date", "Date - Ship Date"),
            },
        ),
    ),
)

_STATUS = (text("$.status_code"), SHIPSTATION)
_SCAN = event(text("@.description"), (text("@.status_code"), SHIPSTATION))

TRACKING = Source(
    name="shipstation",
    title="ShipStation, scans of a parcel (API v2, JSON)",
    is_documents=True,
    needs=("tracking_number", "status_code", "events"),
    tables=(
        Table(
            "shipments",
            {
                # an id of its own: the export knows the order of the same parcel
                "shipment_id": joined(constant("scans"), identifier("$.tracking_number"), by="/"),
                "carrier": carrier("$.carrier_code"),
                "tracking_number": identifier("$.tracking_number"),
                "shipped_at": time("$.shipped_date", "$.ship_date"),
                "delivered_at": time("$.actual_delivery_date"),
                "status": event(text("$.exception_description", "$.carrier_status_description"), _STATUS),
            },
        ),
        Table(
            "tracking_events",
            {
                "tracking_number": identifier("$.tracking_number"),
                "scanned_at": time("@.occurred_at", "@.carrier_occurred_at"),
                "code_raw": first(text("@.event_code", "@.status_code"), _SCAN, constant("?")),
                "event": _SCAN,
            },
            each="$.events",
        ),
    ),
)
