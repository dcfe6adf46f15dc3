"""Tags: who has none, what each means, and which ones a fact of the same incident contradicts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import duckdb
import polars as pl
import pytest

from app import db, jobs
from pipelines.reader import Reader, Value, set_variables
from pipelines.store import Store
from tests.test_pages import drawn, store, words

__all__ = ["store"]

RunView = Callable[..., pl.DataFrame]
CAUSELESS = "tickets_without_cause"

TICKETS = """
    record_id | source | account | ticket_id | agent_team | created_at          | tags            | reason_raw | is_excluded
    d/m/1     | d      | m       | 1         | Day        | 2026-05-04 10:00:00 | Defect, VIP     |            |
    d/m/2     | d      | m       | 2         | Day        | 2026-05-05 10:00:00 | défect          |            |
    d/m/3     | d      | m       | 3         | Night      | 2026-05-06 10:00:00 | wrong item      |            |
    d/m/4     | d      | m       | 4         | Night      | 2026-05-07 10:00:00 | misc            |            |
    d/m/5     | d      | m       | 5         | Night      | 2026-05-08 10:00:00 |                 |            |
    d/m/6     | d      | m       | 6         |            | 2026-05-08 11:00:00 |                 | broken     |
    d/m/7     | d      | m       | 7         |            | 2026-05-08 12:00:00 | defect          |            | true
    d/m/8     | d      | m       | 8         |            | 2025-12-01 12:00:00 | late            |            |
"""
#: an inspection says of ticket 1 that the 3PL broke it, and of ticket 3 that the 3PL took the wrong one
SIGNALS = """
    signal_key   | incident_key | kind   | record_id | cause                | party    | evidence | evidence_rank
    ticket/d/m/1 | a            | ticket | d/m/1     | product_defect       | supplier | tag      | 3
    return/x     | a            | return | x         | damaged_in_warehouse | 3pl      | fact     | 2
    ticket/d/m/3 | b            | ticket | d/m/3     | wrong_item_sent      | merchant | tag      | 3
    return/y     | b            | return | y         | wrong_variant_sent   | 3pl      | fact     | 2
    ticket/d/m/2 | c            | ticket | d/m/2     | product_defect       | supplier | tag      | 3
    refund/z     | c            | refund | z         | goodwill             | merchant | reason   | 4
"""
INCIDENTS = """
    incident_key | order_key | event_date
    a            | o1        | 2026-05-04
    b            | o3        | 2026-05-06
    c            | o2        | 2026-05-05
"""
TAGS = """
    tag        | cause           | origin
    DEFECT     | product_defect  | product
    WRONG_ITEM | wrong_item_sent | product
    MISC       | other           | product
    LATE       | late_delivery   | product
    VIP        |                 | product
"""
STORE = {"raw_tickets": TICKETS, "signals": SIGNALS, "incidents": INCIDENTS, "ref_tags": TAGS}


def test_tickets_that_no_tag_explains_are_counted_by_what_is_missing(run_view: RunView) -> None:
    told = run_view("tag_health", {"start": "2026-05-01"}, **STORE)
    shown = told.select("cut", "value", "ticket_count", "untagged_count", "other_count", "no_cause_count")
    assert sorted(shown.rows(), key=str) == [
        ("all", None, 6, 1, 1, 1),  # 5 has nothing, 4 says 'misc', 6 a reason without a tag; 7 is left out
        ("team", "Day", 2, 0, 0, 0),
        ("team", "Night", 3, 1, 1, 0),
        ("team", None, 1, 0, 0, 1),
        ("tool", "d", 6, 1, 1, 1),
    ]


def test_a_fact_that_blames_another_party_contradicts_and_the_same_party_bears_out(run_view: RunView) -> None:
    told = {row["tag_code"]: row for row in run_view("tag_use", **STORE).iter_rows(named=True)}
    defect, wrong = told["DEFECT"], told["WRONG_ITEM"]
    # of the two tickets only the first has a fact; whoever fulfilled is to blame for a wrong item, and so says the fact
    assert (defect["ticket_count"], defect["checked_count"], defect["contradicted_count"]) == (2, 1, 1)
    assert defect["contradicting_cause"] == "damaged_in_warehouse"
    assert (wrong["checked_count"], wrong["contradicted_count"], wrong["contradicted_share"]) == (1, 0, 0)
    assert told["LATE"]["contradicted_share"] is None  # nothing to check it by
    cases = run_view("tag_contradictions", **STORE)
    assert cases.select("tag", "order_key", "fact_cause").rows() == [("Defect", "o1", "damaged_in_warehouse")]


def test_a_tag_is_one_however_it_is_spelled_and_unused_ones_are_known(run_view: RunView) -> None:
    days = "date_basis | date\nevent | 2026-05-08"
    told = run_view("tag_use", {"start": "2026-05-01"}, exposure_daily=days, **STORE)
    by_code = {row["tag_code"]: row for row in told.iter_rows(named=True)}
    assert by_code["DEFECT"]["spellings"] == ["Defect", "défect"]
    assert by_code["VIP"]["is_mapped"]
    assert by_code["VIP"]["cause"] is None
    # the first of December is more than 90 days before the eighth of May
    assert [code for code, row in by_code.items() if row["is_unused"]] == ["LATE"]
    assert by_code["LATE"]["ticket_count"] == 0


#: ticket 1 is about a shoe of Kord sold on Amazon, 2 about one of Vane, 3 about a hat; 4, 5 and 6 about no incident
ABOUT = """
    incident_key | order_key | event_date | order_date | sku  | supplier | channel | cause                | party
    a            | o1        | 2026-05-04 | 2026-04-20 | SHOE | Kord     | amazon  | damaged_in_warehouse | 3pl
    b            | o3        | 2026-05-06 | 2026-05-02 | HAT  | Kord     | shopify | wrong_variant_sent   | 3pl
    c            | o2        | 2026-05-05 |            | SHOE | Vane     | amazon  | product_defect       | supplier
"""


@pytest.fixture(scope="module")
def asked(facts: Callable[..., duckdb.DuckDBPyConnection]) -> Iterator[Callable[..., pl.DataFrame]]:
    """The rows of a view under these filters, of one store."""
    with facts(**{**STORE, "incidents": ABOUT}) as con:

        def ask(view: str, **chosen: Value) -> pl.DataFrame:
            with con.cursor() as cursor:
                set_variables(cursor, chosen)
                return cursor.table(view).pl()

        yield ask


def test_filters_choose_the_tickets_whose_tags_are_counted(asked: Callable[..., pl.DataFrame]) -> None:
    def counted(**chosen: Value) -> tuple[int, int, int]:
        """Tickets, those checked and those contradicted, which all three views tell alike."""
        whole = asked("tag_health", **chosen).filter(pl.col("cut") == "all")
        used = asked("tag_use", **chosen)
        listed = asked("tag_contradictions", **chosen)
        if whole.is_empty():
            assert (used["ticket_count"].sum(), listed.height) == (0, 0)
            return 0, 0, 0
        row = whole.row(0, named=True)
        assert used["checked_count"].sum() == row["checked_count"]
        assert used["contradicted_count"].sum() == row["contradicted_count"] == listed.height
        return row["ticket_count"], row["checked_count"], row["contradicted_count"]

    assert counted() == (7, 2, 1)
    assert counted(skus=["SHOE"]) == (2, 1, 1)
    assert counted(skus=["SHOE"], suppliers=["Vane"]) == (1, 0, 0)
    assert counted(channels=["shopify"]) == (1, 1, 0)
    # what a ticket is filed under is its incident's cause, which a fact may have told: not what the tag means
    assert counted(causes=["damaged_in_warehouse"]) == (1, 1, 1)
    assert counted(parties=["3pl"]) == (2, 2, 1)
    assert counted(carriers=["Nobody"]) == (0, 0, 0)
    # by the day of the order: of 2 no order is known, of 4, 5 and 6 no incident
    assert counted(basis="order") == (2, 2, 1)
    assert counted(basis="order", start=date(2026, 5, 1)) == (1, 1, 0)
    assert counted(start=date(2026, 5, 5), skus=["SHOE"]) == (1, 0, 0)


def test_what_a_tag_is_does_not_depend_on_what_is_counted(asked: Callable[..., pl.DataFrame]) -> None:
    told = {False: asked("tag_use"), True: asked("tag_use", skus=["none"])}
    of_tag = ["tag_code", "tag", "spellings", "is_mapped", "cause", "last_used_date", "synonym_count"]
    plain, narrowed = (told[is_narrow].select(of_tag).sort("tag_code").rows() for is_narrow in (False, True))
    assert plain == narrowed
    assert told[True]["ticket_count"].sum() == 0


def test_few_checked_tags_show_their_share_with_its_interval_as_other_tables_do(store: Store) -> None:
    app = drawn("tags", lang="en", period="all")
    for table in (each.value for each in app.dataframe if "contradicted_share" in each.value.columns):
        known = table["checked_count"] != "0"
        assert (table["contradicted_share"].notna() & (table["contradicted_share"] != "—")).equals(
            table["share_low"].notna() & (table["share_low"] != "—")
        )
        assert known.any()


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_page_is_drawn_and_says_what_is_not_known(store: Store, lang: str) -> None:
    app = drawn("tags", lang=lang, period="all")
    assert [e.value for e in app.exception] == []
    assert ("Délai d’étiquetage" if lang == "fr" else "Delay to tag") in words(app)
    assert any("synonym_count" in table.value.columns for table in app.dataframe)


def test_without_a_ticket_to_suggest_for_there_is_nothing_to_look_for(store: Store) -> None:
    app = drawn("tags", lang="en", period="all")
    assert "No suggestions worked out" in words(app)
    assert app.button(key="suggest").disabled == Reader(store).query(CAUSELESS).is_empty()


def test_a_search_that_ends_when_its_page_is_drawn_again_can_be_repeated(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = db.query
    one = pl.DataFrame({"incident_key": ["a"]})
    monkeypatch.setattr(
        db, "query", lambda name, *args, **more: one if name == CAUSELESS else query(name, *args, **more)
    )
    app = drawn("tags", lang="en", period="all")
    assert not app.button(key="suggest").disabled
    job = jobs._Job(lambda tell: None, lambda done: None, 0.0)  # begun by a run that was cut short
    job.run()
    app.session_state["_suggesting"] = job
    app.run()
    assert not app.button(key="suggest").disabled
