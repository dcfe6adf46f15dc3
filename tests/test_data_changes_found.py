"""Planted in a shop's records: each kind of change of the data is recognised, and true rises beside them are not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pytest

from analysis.rising import Rises, rises
from pipelines import data_changes, rising, views
from pipelines.load import load
from pipelines.store import Store

MONDAY = date(2025, 11, 10)
WEEKS = 60
VIEWS = Path(data_changes.__file__).parent.parent / "queries" / "issues"
LOADED = datetime(2025, 11, 17, 9)


@dataclass(frozen=True)
class Told:
    """Tickets of one label: so many a week, the last week last; weeks before had none."""

    label: str
    weekly: list[int]
    cause: str = "product_defect"
    sku: str = "A"
    source: str = "zendesk"
    account: str = "main"
    file: str = "usual"


def usual(mean: float, weeks: int = WEEKS, seed: int = 1) -> list[int]:
    return [int(n) for n in np.random.default_rng(seed).poisson(mean, weeks)]


#: what the tool tells every week beside what is planted
OTHERS = [Told(f"other{n}", usual(9, seed=n), "late_delivery", f"S{n}") for n in range(3)]


class Shop:
    """A database with the tables that are read, and the rises of its incidents."""

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        *told: Told,
        late: str | None = None,
        after: timedelta = timedelta(days=7),
    ) -> None:
        self.con = con
        rows = [row for at, each in enumerate((*OTHERS, *told)) for row in self._tickets(at, each)]
        tickets = pl.DataFrame(rows)
        con.register("tickets", tickets)
        con.execute("""
            create table incidents as
            select
                'ticket/' || record_id as incident_key, cause, sku, occurred_at::date as event_date, source,
                null::varchar as lot, null::varchar as supplier, null::varchar as warehouse, null::varchar as carrier,
                null::varchar as country, null::varchar as region,
                null::varchar as channel
            from tickets;
            create table signals (incident_key varchar, cause varchar, kind varchar, record_id varchar);
            create table raw_tickets as
            select source, account, record_id, file_id, occurred_at as created_at, [label] as tags,
                null::varchar[] as reason_raw
            from tickets;
            create table raw_returns (source varchar, account varchar, record_id varchar, file_id varchar,
                requested_at timestamp, label_at timestamp, received_at timestamp, refunded_at timestamp,
                reason_raw varchar);
            create table raw_cancellations (source varchar, account varchar, record_id varchar, file_id varchar,
                cancelled_at timestamp, reason_raw varchar);
            create table raw_refunds (source varchar, account varchar, record_id varchar, file_id varchar,
                refunded_at timestamp, reason_raw varchar);
            create table raw_claims (source varchar, account varchar, record_id varchar, file_id varchar,
                opened_at timestamp, reason_raw varchar);
        """)
        for view in ("int_told_records", "int_told_labels"):
            con.execute((VIEWS / f"{view}.sql").read_text(encoding="utf-8"))
        files = [("usual", LOADED, LOADED)]
        # it tells of days that the file before it told of already, and comes after it
        files += [(late, LOADED - timedelta(days=2), LOADED + after)] if late else []
        con.execute("""
            create table files (file_id varchar, file_name varchar, source varchar, account varchar,
                kinds varchar[], status varchar, as_of timestamp, first_loaded_at timestamp)
        """)
        for file, as_of, at in files:
            con.execute(
                "insert into files values ($f, $f || '.csv', 'zendesk', 'main', ['tickets'], 'loaded', $o, $a)",
                {"f": file, "o": as_of, "a": at},
            )
        counted = tickets.group_by(
            "cause", place="sku", week_start_date=pl.col("occurred_at").dt.date().dt.truncate("1w")
        ).agg(incident_count=pl.len().cast(pl.Int64))
        series = counted.with_columns(place_kind=pl.lit("sku"))
        self.told: Rises = rises(series, series.rename({"incident_count": "exposure_count"}).clear(), MONDAY)

    @staticmethod
    def _tickets(at: int, told: Told) -> Iterator[dict[str, Any]]:
        for back, n in enumerate(reversed(told.weekly)):
            for number in range(n):
                day = MONDAY - timedelta(weeks=back) + timedelta(days=number % 7)
                yield {
                    "record_id": f"{told.source}/{told.account}/{at}-{back}-{number}",
                    "occurred_at": datetime.combine(day, time(12)),
                    "label": told.label,
                    "cause": told.cause,
                    "sku": told.sku,
                    "source": told.source,
                    "account": told.account,
                    "file_id": told.file,
                }

    def changes(self) -> list[tuple[str, str, str, dict[str, Any]]]:
        """Cause, place, change and facts of each rise that is a change of the data."""
        found = data_changes.recognised(self.con, self.told, MONDAY)
        rows = self.told.found.with_row_index("number").join(found, on="number", maintain_order="right")
        return [
            (cause, place, change, json.loads(facts))
            for cause, place, change, facts in rows.select(
                "cause", "place", "change", "change_facts"
            ).iter_rows()
        ]

    def risen(self) -> list[str]:
        return sorted(self.told.found["place"])


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as made:
        views.create_macros(made)
        yield made


def test_a_renamed_label_is_no_rise(con: duckdb.DuckDBPyConnection) -> None:
    """`abîmé` never had a cause; from one week to the next agents write `défectueux`, which has one."""
    shop = Shop(
        con,
        Told("abîmé", [*usual(8)[:-3], 0, 0, 0], "unknown"),
        Told("défectueux", [7, 9, 8]),
    )
    assert shop.risen() == ["A"]
    assert shop.changes() == [
        ("product_defect", "A", "relabelled", {"label": "défectueux", "old": ["abîmé"], "source": "zendesk"})
    ]


def test_a_new_label_is_a_rise_when_no_other_ended(con: duckdb.DuckDBPyConnection) -> None:
    shop = Shop(con, Told("abîmé", usual(8), "unknown"), Told("défectueux", [7, 9, 8]))
    assert shop.risen() == ["A"]
    assert shop.changes() == []


def test_a_true_rise_in_the_week_of_a_renaming_stays_one(con: duckdb.DuckDBPyConnection) -> None:
    """The tool writes a new label everywhere; article A had 2 a week under the old one, and has 20 now."""
    many, few = [*usual(20)[:-3], 0, 0, 0], [2] * (WEEKS - 3) + [0, 0, 0]
    shop = Shop(
        con,
        Told("abîmé", many, "unknown", "B"),
        Told("abîmé", few, "unknown", "A"),
        Told("défectueux", [19, 22, 20], sku="B"),
        Told("défectueux", [20, 21, 20], sku="A"),
    )
    assert shop.risen() == ["A", "B"]
    assert [place for _, place, _, _ in shop.changes()] == ["B"]


@pytest.mark.parametrize(("source", "account"), [("gorgias", "main"), ("zendesk", "second_shop")])
def test_a_tool_or_account_that_begins_is_no_rise(
    con: duckdb.DuckDBPyConnection, source: str, account: str
) -> None:
    shop = Shop(con, Told("d", usual(4)), Told("d", [9, 11, 10], source=source, account=account))
    assert shop.risen() == ["A"]
    ((*_, change, facts),) = shop.changes()
    assert (change, facts) == ("new_source", {"source": source, "account": account})


def test_a_rise_of_which_a_new_tool_tells_little_stays_one(con: duckdb.DuckDBPyConnection) -> None:
    shop = Shop(con, Told("d", [*usual(4)[:-3], 18, 20, 19]), Told("d", [2, 1, 2], source="gorgias"))
    assert shop.risen() == ["A"]
    assert shop.changes() == []


def test_a_tool_with_a_level_of_its_own_is_held_against_it(con: duckdb.DuckDBPyConnection) -> None:
    """Nine or ten weeks of 25 more are the tool; 80 in each of the last three are not."""
    steady = Shop(con, Told("d", usual(4)), Told("d", usual(25, 9), source="gorgias"))
    assert steady.risen() == ["A"]
    assert [change for *_, change, _ in steady.changes()] == ["new_source"]
    with duckdb.connect() as other:
        views.create_macros(other)
        risen = Shop(other, Told("d", usual(4)), Told("d", [*usual(25, 7), 78, 81, 80], source="gorgias"))
        assert risen.risen() == ["A"]
        assert risen.changes() == []


def test_a_file_that_came_late_is_no_rise(con: duckdb.DuckDBPyConnection) -> None:
    """It adds the tickets of a second team, three weeks of them, to weeks that were told of already."""
    shop = Shop(con, Told("d", usual(4)), Told("d", [9, 11, 10], file="team_2"), late="team_2")
    assert shop.risen() == ["A"]
    ((*_, change, facts),) = shop.changes()
    assert (change, facts) == (
        "late_file", {"file": "team_2.csv", "source": "zendesk", "loaded": "2025-11-24"}
    )  # fmt: skip


def test_a_late_file_that_fills_a_gap_hides_no_rise(con: duckdb.DuckDBPyConnection) -> None:
    """The week before the last came late, with as many as its neighbours: 20 in each, where 4 are usual."""
    shop = Shop(con, Told("d", [*usual(4)[:-3], 20, 0, 20]), Told("d", [20, 0], file="team_2"), late="team_2")
    assert shop.risen() == ["A"]
    assert shop.changes() == []


def test_files_of_one_morning_are_not_late(con: duckdb.DuckDBPyConnection) -> None:
    """A folder of exports is loaded in any order: that of last month may come an hour after that of this one."""
    told = Told("d", usual(4)), Told("d", [9, 11, 10], file="team_2")
    assert Shop(con, *told, late="team_2", after=timedelta(hours=1)).changes() == []


def test_the_same_file_in_time_is_a_rise(con: duckdb.DuckDBPyConnection) -> None:
    shop = Shop(con, Told("d", usual(4)), Told("d", [9, 11, 10], file="team_2"))
    assert shop.risen() == ["A"]
    assert shop.changes() == []


@pytest.mark.parametrize(
    ("orders_end", "week", "is_waiting"),
    [
        (date(2025, 11, 16), MONDAY, None),  # to the Sunday
        (date(2025, 11, 15), MONDAY - timedelta(weeks=1), True),  # a day is missing, and none ever was
        (date(2025, 11, 2), MONDAY - timedelta(weeks=2), True),
        (date(2025, 9, 30), MONDAY, False),  # too long ago to wait for
    ],
)
def test_weeks_whose_orders_are_late_are_not_judged_by_them(
    con: duckdb.DuckDBPyConnection, orders_end: date, week: date, is_waiting: bool | None
) -> None:
    con.execute("create table int_incident_days as select 'event' as date_basis, date '2025-11-17' as date")
    con.execute(
        "create table int_exposure_sums as select (day)::date as date"
        " from generate_series($begin::timestamp, $end::timestamp, interval 1 day) as days (day)"
        # ten days of holidays in spring are no reason to wait ten days for orders
        " where day not between $end::timestamp - interval 110 day and $end::timestamp - interval 101 day",
        {"begin": orders_end - timedelta(days=300), "end": orders_end},
    )
    last = rising._last_week(con)
    assert last is not None
    assert last.week == week
    assert (last.orders_until, last.is_waiting) == (
        (None, False) if is_waiting is None else (orders_end, is_waiting)
    )


HEAD = (
    "Ticket id,Tags,Initial channel,Priority,Last used integration name,Last used integration type,Created by an agent,"
    "Subject,Creation date,Closed date,Survey score,Customer email,Number of agent messages"
)


def _line(ticket: int, tag: str, day: date) -> str:
    times = f"{day} 10:{ticket % 60:02}:00,{day} 15:00:00"
    return f"{ticket},{tag},email,normal,B,gmail,False,Question,{times},,c{ticket}@example.com,1"


def export(path: Path, first_id: int, **weekly: list[int]) -> Path:
    """A ticket export of Gorgias: so many of each tag a week, the last week last; its weekend has none."""
    rows = [
        (tag, MONDAY - timedelta(weeks=back) + timedelta(days=number % 5))
        for tag, counts in weekly.items()
        for back, n in enumerate(reversed(counts))
        for number in range(n)
    ]
    lines = [_line(first_id + at, tag, day) for at, (tag, day) in enumerate(rows)]
    path.write_text("\n".join([HEAD, *lines]), encoding="utf-8")
    return path


def test_a_file_loaded_days_after_another_that_told_of_later_days_is_late(tmp_path: Path) -> None:
    """Through a real load: the second file ends on a Friday; the first, loaded three days before, on the Monday after."""
    store = Store(tmp_path / "store")
    usual_file = export(
        tmp_path / "usual.csv",
        1,
        late=usual(9, seed=1),
        wrong_item=usual(5, seed=2),
        defectueux=usual(5, seed=3),
    )
    text = usual_file.read_text(encoding="utf-8")
    later = MONDAY + timedelta(weeks=1)
    usual_file.write_text(f"{text}\n{_line(99_999, 'late', later)}", encoding="utf-8")
    second = export(tmp_path / "team_2.csv", 100_000, defectueux=[14, 15, 13])
    load([usual_file, second], store)
    with store.writing() as con:
        con.execute(
            "update files set first_loaded_at = first_loaded_at - interval 3 day where file_name = 'usual.csv'"
        )
        rising.keep(con)
        kept_rows = con.execute(
            "select distinct cause, change, change_facts from rising_series order by all"
        ).fetchall()
    ((cause, change, facts),) = kept_rows
    assert (cause, change, json.loads(facts)["file"]) == ("product_defect", "late_file", "team_2.csv")
