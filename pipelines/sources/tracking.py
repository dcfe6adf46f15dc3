"""Scans of parcels as a table, from any carrier or tracking tool: a row a scan, headers in French or English.

What such files won't tell by themselves: a code means something only with its carrier, so codes are read where the
carrier is named or its tracking number shows it (Canada Post's numbers, UPS's types) or nobody else writes such codes
(La Poste's `DI1`, Amazon's `EVENT_…`, AfterShip's tags); else, and for other carriers, what is written beside the code
is read for known words. That text is not kept: it may name who signed. A scan whose date and time stand in two columns
is put together. Files that another source or a mapping of yours knows are theirs.
"""

from __future__ import annotations

from duckdb import (
    CaseExpression,
    ColumnExpression,
    ConstantExpression,
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
from pipelines.cells import Cells, Parsed, function
from pipelines.fields import constant, first, identifier, joined, matched, text, time
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


#: whose codes they are: by the carrier's name or, where none is told, by the look of its tracking numbers
_NUMBERED = {
    "own_canada_post": ("Canada Post", r"^(\d{16}|[A-Z]{2}\d{9}CA)$"),
    "own_ups": ("UPS", r"^1Z[0-9A-Z]{16}$"),
}
_EVENT = event(
    text("own_words"),
    (text("own_canada_post"), CANADA_POST),
    (text("own_ups"), UPS),
    (text("own_code"), LA_POSTE),
    (text("own_code"), AMAZON),
    (text("own_code"), AFTERSHIP),
)


def _told(rows: DuckDBPyRelation) -> DuckDBPyRelation:
    """Every row with its moment in one column and its event; worked out once, for records of two kinds."""
    cells = Cells(rows.columns)
    number, name = _TRACKING(cells).value, by_first(carrier, CARRIER)(cells).value
    code = by_first(text, _CODE)(cells).value.cast("VARCHAR")
    # a code may be one of our own words: 'address_problem'
    words = function(
        "concat_ws", " ", by_first(text, _SAID)(cells).value, function("replace", code, "_", " ")
    )
    seen = rows.select(
        StarExpression(),
        name.cast("VARCHAR").alias("own_carrier"),
        # elsewhere two or three letters are a carrier's own, and mean something else with each
        CaseExpression(
            function("regexp_matches", code, r"(?i)^([A-Z]{2}\d|[A-Z]+_\d{3}|[A-Z]{5,})$"), code
        ).alias("own_code"),
        words.alias("own_words"),
        *(
            CaseExpression(
                CaseExpression(name.isnotnull(), name == ConstantExpression(called)).otherwise(
                    function("regexp_matches", function("upper", number), pattern)
                ),
                code,
            ).alias(column)
            for column, (called, pattern) in _NUMBERED.items()
        ),
    )
    told = seen.select(StarExpression(), _EVENT(Cells(seen.columns)).value.alias("own_event"))
    return _with_moment(told, cells)


def _with_moment(rows: DuckDBPyRelation, cells: Cells) -> DuckDBPyRelation:
    """Every row with its date and its time of day in one column, where they are two."""
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


def _scanned(cells: Cells) -> Parsed:
    cells.find_all(*_CLOCK, *_SAID, *CARRIER)  # read already
    return by_first(time, _MOMENT)(cells)


def _names_order(cells: Cells) -> Expression:
    return _ORDER(cells).value.isnotnull() | text("own_carrier")(cells).value.isnotnull()


_TRACKING = by_first(identifier, TRACKING)
_ORDER = by_first(identifier, ORDER)

SCANS = Source(
    name="tracking",
    title="Scans of parcels, any carrier (table)",
    needs=(TRACKING, _MOMENT, (*_CODE, *_SAID)),
    is_generic=True,
    prepare=_told,
    personal=r"signed|signature|signataire|recipient|destinataire|location|lieu|place",
    tables=(
        Table(
            "tracking_events",
            {
                "tracking_number": _TRACKING,
                "order_ref": _ORDER,
                "scanned_at": _scanned,
                "code_raw": first(by_first(text, _CODE), text("own_event"), constant("?")),
                "event": text("own_event"),
            },
        ),
        Table(
            "shipments",
            {
                # a file that does not name the order must not replace one that does
                "shipment_id": joined(_TRACKING, matched(_ORDER, r"^#", ""), by="/"),
                "order_id": _ORDER,
                "carrier": text("own_carrier"),
                "tracking_number": _TRACKING,
            },
            where=_names_order,
        ),
    ),
)
