"""Scans of parcels as a table, from any carrier or tracking tool: a row a scan, headers in French or English.

What such files won't tell by themselves: a code means something only with its carrier, so codes are read where the
carrier is named or its tracking number shows it (Canada Post's numbers, La Poste's `DI1`, UPS's types, Amazon's
`EVENT_…`, AfterShip's tags); else, and for other carriers, what is written beside the code is read
for known words. That text is not kept: it may name who signed. A scan whose date and time stand in two columns is put
together. Files that another source or a mapping of yours knows are theirs.
"""

from __future__ import annotations

from duckdb import (
    CaseExpression,
    ColumnExpression,
    DuckDBPyRelation,
    Expression,
    StarExpression,
)

from pipelines.carriers import (
    AFTERSHIP,
    AMAZON,
    CANADA_POST,
    LA_POSTE,
    UPS,
    carrier,
    event,
)
from pipelines.cells import Cells, Field, Parsed, function
from pipelines.fields import constant, first, identifier, joined, text, time, when
from pipelines.logistics_headers import CARRIER, ORDER, STATUS, TRACKING, by_first
from pipelines.source import Source, Table

_MOMENT = (
    "event date", "event time", "event at", "event datetime", "event timestamp", "scan date", "scanned at",
    "scan datetime", "scan time", "status date", "tracking date", "checkpoint time", "occurred at", "timestamp",
    "datetime", "date time", "date", "date de l evenement", "date evenement", "date d evenement", "date du scan",
    "date scan", "date de scan", "date statut", "date du statut", "date et heure", "date heure", "horodatage",
)  # fmt: skip
_CLOCK = (
    "time",
    "event time",
    "scan time",
    "heure",
    "heure de l evenement",
    "heure evenement",
    "heure du scan",
)
_CODE = (
    "event code", "status code", "scan code", "event id", "event identifier", "code", "tag", "subtag", "code evenement",
    "code d evenement", "code de l evenement", "code statut", "code scan", "identifiant evenement",
)  # fmt: skip
_SAID = (
    "event description", "description", "event", "event name", "scan", "activity", "details", "detail", "message",
    "status description", "status message", "libelle", "libelle evenement", "libelle de l evenement", "evenement",
    "description de l evenement", "activite", "statut detaille", *STATUS,
)  # fmt: skip


def _with_moment(rows: DuckDBPyRelation) -> DuckDBPyRelation:
    """Every row with its date and its time of day in one column, where they are two."""
    cells = Cells(rows.columns)
    date, clock = cells.find(*_MOMENT), cells.find(*_CLOCK)
    if date is None or clock is None or date == clock:
        return rows
    day, hour = (function("trim", ColumnExpression(name)) for name in (date, clock))
    is_hour = function("regexp_matches", hour, r"^\d{1,2}[:h]\d{2}(:\d{2})?( ?[AaPp][Mm])?$")
    is_day = ~function("contains", day, ":")
    together = function("concat_ws", " ", day, function("replace", hour, "h", ":"))
    return rows.select(
        StarExpression(exclude=[date]), CaseExpression(is_hour & is_day, together).otherwise(day).alias(date)
    )


def _is_of(name: str, number: str) -> Field:
    """The code, in rows whose carrier has this name or, where none is told, whose tracking number looks like its."""

    def condition(cells: Cells) -> Expression:
        told, parcel = by_first(carrier, CARRIER)(cells).value, _TRACKING(cells).value
        by_number = function("regexp_matches", function("upper", parcel), number)
        return CaseExpression(told.isnotnull(), function("starts_with", told, name)).otherwise(by_number)

    return when(condition, _TEXT_CODE)


def _alone(pattern: str) -> Field:
    """The code, in rows where nobody else writes codes like it."""
    return when(
        lambda cells: function("regexp_matches", function("upper", _TEXT_CODE(cells).value), pattern),
        _TEXT_CODE,
    )


def _spaced(code: Field) -> Field:
    """A code as words: 'address_problem' may be one that a tool wrote in our own words."""
    return lambda cells: Parsed(function("replace", code(cells).value.cast("VARCHAR"), "_", " "))


_TRACKING = by_first(identifier, TRACKING)
_TEXT_CODE = by_first(text, _CODE)
_TOLD = by_first(text, _SAID)
_ORDER = by_first(identifier, ORDER)
_EVENT = event(
    joined(_TOLD, _spaced(_TEXT_CODE)),
    (_is_of("Canada Post", r"^(\d{16}|[A-Z]{2}\d{9}CA)$"), CANADA_POST),
    (_is_of("UPS", r"^1Z[0-9A-Z]{16}$"), UPS),
    (_alone(r"^[A-Z]{2}\d$"), LA_POSTE),
    (_alone(r"^EVENT_\d{3}$"), AMAZON),
    (_alone(r"^[A-Z]+_\d{3}$"), AFTERSHIP),
    (_alone(r"^[A-Z]{5,}$"), AFTERSHIP),
)


def _scanned(cells: Cells) -> Parsed:
    cells.find(*_CLOCK)  # is in the moment already
    return by_first(time, _MOMENT)(cells)


def _names_order(cells: Cells) -> Expression:
    return _ORDER(cells).value.isnotnull() | by_first(carrier, CARRIER)(cells).value.isnotnull()


SCANS = Source(
    name="tracking",
    title="Scans of parcels, any carrier (table)",
    needs=(TRACKING, _MOMENT, (*_CODE, *_SAID)),
    is_generic=True,
    prepare=_with_moment,
    personal=r"signed|signature|signataire|recipient|destinataire|location|lieu|place",
    tables=(
        Table(
            "tracking_events",
            {
                "tracking_number": _TRACKING,
                "order_ref": _ORDER,
                "scanned_at": _scanned,
                "code_raw": first(_TEXT_CODE, _EVENT, constant("?")),
                "event": _EVENT,
            },
        ),
        Table(
            "shipments",
            {
                "shipment_id": _TRACKING,
                "order_id": _ORDER,
                "carrier": by_first(carrier, CARRIER),
                "tracking_number": _TRACKING,
            },
            where=_names_order,
        ),
    ),
)
