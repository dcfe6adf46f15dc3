"""Landing a sheet: what several tables that read the same documents must not take from one another."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from pipelines import landing
from pipelines.fields import LARGEST_AMOUNT, identifier, money, text, time, whole
from pipelines.reading import Sheet, sheets
from pipelines.source import Source, Table
from tests.landed import desk

TWO_LISTS = Source(
    name="two_lists",
    title="Two lists with a time of the same name",
    is_documents=True,
    needs=("sent", "scanned"),
    tables=(
        Table(
            "shipments",
            {"shipment_id": identifier("@.id"), "shipped_at": time("@.at", zone="UTC")},
            each="$.sent",
        ),
        Table(
            "tracking_events",
            {
                "tracking_number": text("@.id"),
                "scanned_at": time("@.at", zone="UTC"),
                "code_raw": text("@.id"),
            },
            each="$.scanned",
        ),
    ),
)

BESIDE_A_LIST = Source(
    name="beside_a_list",
    title="A time beside a list",
    is_documents=True,
    needs=("id", "items"),
    tables=(
        Table("tickets", {"ticket_id": identifier("$.id"), "created_at": time("$.at", zone="UTC")}),
        Table(
            "refunds",
            {"refund_id": text("@.id"), "refunded_at": time("$.at", zone="UTC")},
            each="$.items",
        ),
    ),
)


def test_a_time_beside_a_list_is_read_when_every_list_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "beside.json"
    path.write_text(json.dumps([{"id": "1", "at": "2026-04-01T10:00:00Z", "items": []}]), encoding="utf-8")
    with desk(tmp_path) as at:
        (sheet,) = sheets(path, at.con, at.scratch)
        assert isinstance(sheet, Sheet)
        landed = landing.land(at.con, sheet, BESIDE_A_LIST, at.told("beside"))
        assert (landed.loaded, landed.rejected) == (1, 0), at.rejects()
        assert at.con.execute("select created_at from raw_tickets").fetchall() == [
            (datetime(2026, 4, 1, 10),)
        ]


def test_times_of_the_same_name_in_two_lists_are_settled_apart(tmp_path: Path) -> None:
    path = tmp_path / "two.json"
    document = {
        "sent": [{"id": "S1", "at": "31/03/2026"}],
        "scanned": [{"id": "T1", "at": "2026-04-01T10:00:00Z"}],
    }
    path.write_text(json.dumps([document, document | {"sent": [], "scanned": []}]), encoding="utf-8")
    with desk(tmp_path) as at:
        (sheet,) = sheets(path, at.con, at.scratch)
        assert isinstance(sheet, Sheet)
        landed = landing.land(at.con, sheet, TWO_LISTS, at.told("two"))
        assert (landed.rows_in, landed.rejected) == (2, 1)  # a document with empty lists tells nothing
        assert at.con.execute("select shipped_at from raw_shipments").fetchall() == [(datetime(2026, 3, 31),)]
        scanned = at.con.execute("select scanned_at from raw_tracking_events").fetchall()
        assert scanned == [(datetime(2026, 4, 1, 10),)]


AMOUNTS = Source(
    name="amounts",
    title="Amounts",
    needs=("no", "price"),
    tables=(Table("orders", {"order_id": identifier("no"), "total_cents": money("price")}),),
)


def test_a_dash_is_no_amount_and_what_is_no_number_costs_its_row_alone(tmp_path: Path) -> None:
    path = tmp_path / "amounts.csv"
    path.write_text("no,price\n1,-\n2,$ -\n3,-inf\n4,.5\n5,(12.00)\n6,-.\n7,$\n", encoding="utf-8")
    with desk(tmp_path) as at:
        (sheet,) = sheets(path, at.con, at.scratch)
        assert isinstance(sheet, Sheet)
        landing.land(at.con, sheet, AMOUNTS, at.told("amounts"))
        assert [value for *_, value, _ in at.rejects()] == ["-inf", "-.", "$"]
        found = at.con.execute("select order_id, total_cents from raw_orders order by 1").fetchall()
        assert found == [("1", None), ("2", None), ("4", 50), ("5", -1200)]


def test_numbers_too_large_to_reckon_with_cost_their_row_alone(tmp_path: Path) -> None:
    """A price times a quantity is a BIGINT: 99999999999999999 pieces once ended the load of a whole folder."""
    lines = Source(
        name="lines",
        title="Lines",
        needs=("no", "pieces", "price"),
        tables=(
            Table(
                "order_lines",
                {
                    "order_id": identifier("no"),
                    "line_id": identifier("no"),
                    "quantity": whole("pieces"),
                    "unit_price_cents": money("price"),
                },
            ),
        ),
    )
    path = tmp_path / "lines.csv"
    path.write_text(
        "no,pieces,price\n1,99999999999999999,59\n2,9999999,900000000\n3,1,900000000.01\n4,-0000000002,59\n"
    )
    with desk(tmp_path) as at:
        (sheet,) = sheets(path, at.con, at.scratch)
        assert isinstance(sheet, Sheet)
        landing.land(at.con, sheet, lines, at.told("lines"))
        assert [reject[1:] for reject in at.rejects()] == [
            ("pieces", "99999999999999999", "not_a_whole_number"),
            ("price", "900000000.01", "not_an_amount"),
        ]
        found = at.con.execute(
            "select order_id, quantity, unit_price_cents * quantity from raw_order_lines order by 1"
        ).fetchall()
        assert found == [("2", 9_999_999, 9_999_999 * LARGEST_AMOUNT), ("4", -2, -11_800)]


def test_a_day_of_no_shop_costs_its_row_and_a_day_that_stands_for_none_is_not_told(tmp_path: Path) -> None:
    """A return received in the year 5900 once had a calendar made of a million days, for minutes."""
    returns = Source(
        name="dates",
        title="Dates",
        needs=("no", "asked", "back"),
        tables=(
            Table(
                "returns",
                {
                    "return_id": identifier("no"),
                    "requested_at": time("asked", zone="UTC"),
                    "received_at": time("back", zone="UTC"),
                },
            ),
        ),
    )
    path = tmp_path / "dates.csv"
    path.write_text(
        "no,asked,back\n1,2026-04-01,5900-01-01\n2,2026-04-01,0001-01-01\n3,2026-04-01,1970-01-01\n"
        "4,1026-04-01,2026-04-02\n5,2026-04-01,2026-04-03\n6,2026-04-01,9999-12-31\n"
        "7,2026-04-01,2100-01-01\n8,2026-04-01,2099-12-31\n9,1989-12-31,2026-04-02\n10,1990-01-01,2026-04-02\n"
    )
    with desk(tmp_path) as at:
        (sheet,) = sheets(path, at.con, at.scratch)
        assert isinstance(sheet, Sheet)
        landing.land(at.con, sheet, returns, at.told("dates"))
        assert [reject[1:] for reject in at.rejects()] == [
            ("back", "5900-01-01", "not_a_date"),
            ("asked", "1026-04-01", "not_a_date"),
            ("back", "2100-01-01", "not_a_date"),
            ("asked", "1989-12-31", "not_a_date"),
        ]
        found = at.con.execute("select return_id, received_at from raw_returns order by 1").fetchall()
        assert found == [
            ("10", datetime(2026, 4, 2)),
            ("2", None),
            ("3", None),
            ("5", datetime(2026, 4, 3)),
            ("6", None),
            ("8", datetime(2099, 12, 31)),
        ]
