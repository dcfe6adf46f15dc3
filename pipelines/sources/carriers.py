"""Carriers' own tracking, as their interfaces give it (JSON): La Poste, Colissimo, UPS, Amazon's own parcels.

What the formats won't tell: none of them knows the shop's order, so a parcel finds it through a file that names both
(a 3PL's shipments, ShipStation, AfterShip). La Poste's `DI2` is a delivery to the sender. UPS gives the place's clock
in digits and, where it tells, the same moment in UTC; a return to the shipper ends as a delivery that only its text
calls so. Canada Post and Purolator answer in XML, which is not read: their scans come as a table (tracking.py).
"""

from __future__ import annotations

from collections.abc import Callable

from duckdb import DuckDBPyRelation, Expression

from pipelines.carriers import AMAZON, LA_POSTE, UPS, carrier, event
from pipelines.cells import Cells, reshaped
from pipelines.fields import constant, first, identifier, one_of, text, time
from pipelines.source import Source, Table

# One row a scan. A single answer is the shipment itself, several are a list of answers.
_LA_POSTE_SCANS = """
    with shipments as (
        select row_number, coalesce(json_extract(doc, '$.shipment'), doc) as shipment
        from sheet_rows
    ),

    scans as (
        select
            row_number,
            shipment,
            unnest(coalesce(nullif(json_extract(shipment, '$.event[*]'), []), [null::json])) as scan
        from shipments
    )

    select
        row_number,
        shipment ->> '$.idShip' as "idShip",
        shipment ->> '$.product' as product,
        shipment ->> '$.entryDate' as "entryDate",
        scan ->> '$.code' as code,
        scan ->> '$.label' as label,
        scan ->> '$.date' as "date"
    from scans
"""

# One row a scan, with its moment in one text: in UTC where UPS tells it, else by the clock of the place.
_UPS_SCANS = r"""
    with packages as (
        select row_number, unnest(json_extract(doc, '$.package[*]')) as package
        from sheet_rows
    ),

    scans as (
        select
            row_number,
            package ->> '$.trackingNumber' as "trackingNumber",
            package ->> '$.service.description' as service,
            unnest(coalesce(nullif(json_extract(package, '$.activity[*]'), []), [null::json])) as scan
        from packages
    ),

    figures as (
        select
            *,
            regexp_replace(coalesce(scan ->> '$.gmtDate', scan ->> '$.date'), '[^0-9]', '', 'g') as day,
            regexp_replace(coalesce(scan ->> '$.gmtTime', scan ->> '$.time'), '[^0-9]', '', 'g') as clock,
            if(scan ->> '$.gmtDate' is null, '', 'Z') as zone,
            regexp_matches(scan ->> '$.status.description', '(?i)return\w* to (the )?(shipper|sender)') as is_back
        from scans
    )

    select
        row_number,
        "trackingNumber",
        service,
        if(is_back and scan ->> '$.status.type' = 'D', 'RS', scan ->> '$.status.type') as type,
        concat_ws(' ', scan ->> '$.status.type', scan ->> '$.status.code') as code,
        scan ->> '$.status.description' as description,
        regexp_replace(day, '(....)(..)(..)', '\1-\2-\3')
        || coalesce(regexp_replace(clock, '(..)(..)(..)', ' \1:\2:\3') || zone, '') as "date"
    from figures
"""

# One row a scan. Several answers in one file keep their payload around them.
_AMAZON_SCANS = """
    with packages as (
        select row_number, coalesce(json_extract(doc, '$.payload'), doc) as package
        from sheet_rows
    ),

    scans as (
        select
            row_number,
            package,
            unnest(coalesce(nullif(json_extract(package, '$.trackingEvents[*]'), []), [null::json])) as scan
        from packages
    )

    select
        row_number,
        package ->> '$.trackingNumber' as "trackingNumber",
        package ->> '$.carrierCode' as "carrierCode",
        package ->> '$.shipDate' as "shipDate",
        scan ->> '$.eventDate' as "eventDate",
        scan ->> '$.eventCode' as "eventCode",
        scan ->> '$.eventDescription' as "eventDescription"
    from scans
"""


def _tells(name: str) -> Callable[[Cells], Expression]:
    """Rows in which the column is filled: an answer may tell of a parcel without scans, or of none."""
    return lambda cells: text(name)(cells).value.isnotnull()


def _la_poste_scans(documents: DuckDBPyRelation) -> DuckDBPyRelation:
    return reshaped(documents, _LA_POSTE_SCANS)


def _ups_scans(documents: DuckDBPyRelation) -> DuckDBPyRelation:
    return reshaped(documents, _UPS_SCANS)


def _amazon_scans(documents: DuckDBPyRelation) -> DuckDBPyRelation:
    return reshaped(documents, _AMAZON_SCANS)


LA_POSTE_TRACKING = Source(
    name="laposte",
    title="La Poste and Colissimo, tracking (Suivi, JSON)",
    is_documents=True,
    needs=(("idShip", "shipment.idShip"), ("event", "shipment.event")),
    prepare=_la_poste_scans,
    tables=(
        Table(
            "tracking_events",
            {
                "tracking_number": identifier("idShip"),
                "scanned_at": time("date"),
                "code_raw": text("code"),
                "event": event(text("label"), (text("code"), LA_POSTE)),
            },
            where=_tells("date"),
        ),
        Table(
            "shipments",
            {
                "shipment_id": identifier("idShip"),
                "tracking_number": identifier("idShip"),
                "carrier": first(
                    one_of("product", values={"colissimo": "Colissimo", "chronopost": "Chronopost"}),
                    constant("La Poste"),
                ),
                "service": text("product"),
                "shipped_at": time("entryDate"),
            },
            where=_tells("product"),
        ),
    ),
)

UPS_TRACKING = Source(
    name="ups",
    title="UPS, tracking (API, JSON)",
    is_documents=True,
    needs=("inquiryNumber", "package"),
    prepare=_ups_scans,
    tables=(
        Table(
            "tracking_events",
            {
                "tracking_number": identifier("trackingNumber"),
                "scanned_at": time("date"),
                "code_raw": text("code"),
                "event": event(text("description"), (text("type"), UPS)),
            },
            where=_tells("date"),
        ),
        Table(
            "shipments",
            {
                "shipment_id": identifier("trackingNumber"),
                "tracking_number": identifier("trackingNumber"),
                "carrier": constant("UPS"),
                "service": text("service"),
            },
            where=_tells("trackingNumber"),
        ),
    ),
)

AMAZON_TRACKING = Source(
    name="amazon_mcf",
    title="Amazon, multi-channel parcels (tracking, JSON)",
    is_documents=True,
    needs=(
        ("trackingNumber", "payload.trackingNumber"),
        ("packageNumber", "payload.packageNumber"),
        ("trackingEvents", "payload.trackingEvents"),
    ),
    prepare=_amazon_scans,
    tables=(
        Table(
            "tracking_events",
            {
                "tracking_number": identifier("trackingNumber"),
                "scanned_at": time("eventDate"),
                "code_raw": text("eventCode"),
                "event": event(text("eventDescription"), (text("eventCode"), AMAZON)),
            },
            where=_tells("eventDate"),
        ),
        Table(
            "shipments",
            {
                "shipment_id": identifier("trackingNumber"),
                "tracking_number": identifier("trackingNumber"),
                "carrier": carrier("carrierCode"),
                "shipped_at": time("shipDate"),
            },
            where=_tells("trackingNumber"),
        ),
    ),
)
