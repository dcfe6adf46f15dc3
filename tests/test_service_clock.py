"""Business time: the SQL of the calendars and of the kept fact, held against a count of half-hours on the wall clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines import facts as kept_facts
from pipelines import views

Facts = Callable[..., duckdb.DuckDBPyConnection]
Span = tuple[datetime, datetime]

HALF_HOUR = timedelta(minutes=30)
ZONES = ("America/Toronto", "Europe/Paris", "UTC")
#: weeks in which clocks are put forward or back, on either side of the ocean, and New Year's Eve
STARTS = (datetime(2026, 3, 6), datetime(2026, 3, 27), datetime(2026, 10, 23), datetime(2026, 12, 29, 12))
HOLIDAYS = (date(2026, 3, 9), date(2026, 10, 26), date(2027, 1, 1))

TARGETS = {
    "rule_service_schedules": """
        tool | account | team | schedule | zone            | holidays
             |         |      | counter  | America/Toronto | CA-QC
    """,
    "rule_business_hours": """
        schedule | weekday | opens | closes
        counter  | 1       | 09:00 | 17:00
        counter  | 2       | 09:00 | 12:00
        counter  | 2       | 13:00 | 17:00
        counter  | 5       | 09:00 | 17:00
    """,
    "rule_holidays": """
        region | day        | name
        CA-QC  | 2026-05-18 | Patriotes
    """,
}


def served(con: duckdb.DuckDBPyConnection) -> list[tuple[int | None, int | None]]:
    """Business hours until the reply, and until it was solved, of each ticket by its number."""
    rows = con.execute(
        "select reply_business_seconds, resolution_business_seconds from ticket_service order by ticket_id::int"
    ).fetchall()
    return [tuple(None if v is None else v // 60 for v in row) for row in rows]  # type: ignore[misc]


def test_business_minutes_are_those_that_the_service_was_open(facts: Facts) -> None:
    # Toronto is four hours behind UTC in May. 15 May is a Friday, Monday 18 May a holiday in Quebec.
    tickets = """
        record_id | source | account | ticket_id | created_at          | first_reply_at      | solved_at
        t/1       | desk   | main    | 1         | 2026-05-15 20:00:00 | 2026-05-19 13:30:00 | 2026-05-19 17:30:00
        t/2       | desk   | main    | 2         | 2026-05-19 11:00:00 | 2026-05-19 12:30:00 |
        t/3       | desk   | main    | 3         | 2026-05-19 15:30:00 |                     | 2026-05-19 18:00:00
    """
    with facts(raw_tickets=tickets, **TARGETS) as con:
        # 1: Friday 16:00 to 17:00, Tuesday 9:00 to 9:30; then Tuesday up to noon and 13:00 to 13:30
        # 2: before it opens: nothing. 3: 11:30 to 12:00 and 13:00 to 14:00
        assert served(con) == [(90, 60 + 180 + 30), (0, None), (None, 90)]


def test_the_row_that_says_most_of_a_ticket_is_its_schedule_and_an_unknown_zone_is_none(facts: Facts) -> None:
    rules = {
        **TARGETS,
        "rule_service_schedules": """
            tool | account | team  | schedule | zone            | holidays
                 |         |       | counter  | America/Toronto |
            desk |         |       | counter  | Europe/Paris    |
                 |         | Night | counter  | Mars/Olympus    |
        """,
    }
    tickets = """
        record_id | source | account | ticket_id | agent_team | created_at          | first_reply_at
        t/1       | other  | main    | 1         |            | 2026-05-15 14:00:00 | 2026-05-15 16:00:00
        t/2       | desk   | main    | 2         | Day        | 2026-05-15 14:00:00 | 2026-05-15 16:00:00
        t/3       | desk   | main    | 3         | night      | 2026-05-15 14:00:00 | 2026-05-15 16:00:00
    """
    with facts(raw_tickets=tickets, **rules) as con:
        # in Toronto it is 10:00, in Paris 16:00: an hour before closing
        assert [reply for reply, _ in served(con)] == [120, 60, None]


def test_a_timetable_holds_until_a_later_one_begins(facts: Facts) -> None:
    rules = {
        **TARGETS,
        "rule_service_schedules": "schedule | zone\ncounter | UTC",
        "rule_business_hours": """
            schedule | valid_from | weekday | opens | closes
            counter  |            | 5       | 09:00 | 17:00
            counter  | 2026-05-15 | 5       | 22:00 | 02:00
            counter  | 2026-05-15 | 5       | 23:00 | 24:00
        """,
    }
    tickets = """
        record_id | source | account | ticket_id | created_at          | first_reply_at
        t/1       | desk   | main    | 1         | 2026-05-08 08:00:00 | 2026-05-08 23:00:00
        t/2       | desk   | main    | 2         | 2026-05-15 08:00:00 | 2026-05-16 08:00:00
    """
    with facts(raw_tickets=tickets, **rules) as con:
        # later, Friday night is open from 22:00 to 2:00, and what overlaps counts once
        assert [reply for reply, _ in served(con)] == [8 * 60, 4 * 60]


def open_minutes(
    begin: datetime, end: datetime, hours: list[tuple[int, int, int]], zone: str, holidays: set[date]
) -> int:
    """Counts half-hours, one by one, whose wall clock stands within the hours of a day that is no holiday."""
    minutes, at = 0, begin
    while at < end:
        local = at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
        slot = local.hour * 2 + local.minute // 30
        is_open = any(
            local.isoweekday() == weekday and opens <= slot < closes for weekday, opens, closes in hours
        )
        minutes += 30 * (is_open and local.date() not in holidays)
        at += HALF_HOUR
    return minutes


#: edges that the clocks pass twice, or not at all, have no one answer: 1:00 to 3:00 is left to whole nights
EDGES = st.sampled_from([0, *range(7, 49)])
HOURS = st.lists(
    st.tuples(st.integers(1, 7), EDGES, EDGES).filter(lambda span: span[1] < span[2]),
    min_size=1,
    max_size=9,
    unique_by=lambda span: (span[0], span[1]),
)
MOMENTS = st.lists(
    st.tuples(st.sampled_from(STARTS), st.integers(0, 200), st.integers(1, 300)), min_size=1, max_size=8
).map(lambda drawn: [(at + HALF_HOUR * a, at + HALF_HOUR * (a + b)) for at, a, b in drawn])


@pytest.fixture(scope="module")
def store(facts: Facts) -> Iterator[duckdb.DuckDBPyConnection]:
    with facts(raw_tickets="record_id | source | account | ticket_id | created_at") as con:
        yield con


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(hours=HOURS, moments=MOMENTS, zone=st.sampled_from(ZONES), holidays=st.sets(st.sampled_from(HOLIDAYS)))
def test_business_time_is_what_counting_half_hours_one_by_one_gives(
    store: duckdb.DuckDBPyConnection,
    hours: list[tuple[int, int, int]],
    moments: list[Span],
    zone: str,
    holidays: set[date],
) -> None:
    for table in ("rule_service_schedules", "rule_business_hours", "rule_holidays", "raw_tickets"):
        store.execute(f"delete from {table}")
    store.execute(
        "insert into rule_service_schedules by name select 's' as schedule, ? as zone, 'r' as holidays",
        [zone],
    )
    for day in holidays:
        store.execute("insert into rule_holidays by name select 'r' as region, ? as day, 'x' as name", [day])
    for weekday, opens, closes in hours:
        store.execute(
            "insert into rule_business_hours by name select 's' as schedule, ? as weekday, ? as opens, ? as closes",
            [weekday, *(f"{slot // 2:02d}:{slot % 2 * 30:02d}" for slot in (opens, closes))],
        )
    for at, (begin, end) in enumerate(moments):
        store.execute(
            """insert into raw_tickets by name select 't/' || $at as record_id, 'd' as source, 'm' as account,
            $at as ticket_id, $begin as created_at, $end as first_reply_at""",
            {"at": str(at), "begin": begin, "end": end},
        )
    views.run(store, views.queries(views.RULE_FOLDERS))
    kept_facts.keep_all(store, [fact for fact in kept_facts.facts() if fact.table == "ticket_service"])
    told = [reply for reply, _ in served(store)]
    assert told == [open_minutes(begin, end, hours, zone, holidays) for begin, end in moments]
