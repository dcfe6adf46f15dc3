"""Suggested causes: learnt from older tickets, silent when unsure, stated by their precision on later ones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from analysis import tagging
from pipelines import decisions, notebook, suggestions
from pipelines.store import Store

RunView = Callable[..., pl.DataFrame]

WORDS = {
    "late_delivery": ("colis en retard", "where is my parcel, it is late", "livraison en retard"),
    "product_defect": ("article cassé à l’ouverture", "it stopped working", "produit défectueux"),
    None: ("question sur la taille avant achat", "do you ship to Spain?", "newsletter"),
}


def tickets(n: int, noise: float = 0.0) -> pl.DataFrame:
    """So many tickets an hour apart, of three kinds in turn; a share of them bears another kind's words."""
    rng, kinds = np.random.default_rng(3), list(WORDS)
    rows = []
    for i in range(n):
        cause = kinds[i % 3]
        worded = WORDS[kinds[(i + 1) % 3] if rng.random() < noise else cause]
        rows.append(
            {
                "subject": f"Re: {worded[i // 3 % 3]} - commande #{1000 + i}",
                "cause": cause,
                "created_at": datetime(2026, 1, 1) + timedelta(hours=i),
            }
        )
    return pl.DataFrame(rows, schema={"subject": pl.String, "cause": pl.String, "created_at": pl.Datetime})


UNTAGGED = pl.DataFrame(
    {
        "subject": ["Livraison en retard - commande #9", "newsletter", "zzz qqq"],
        "incident_key": ["a", "b", "c"],
    }
)


def test_what_is_clear_is_suggested_and_what_is_no_incident_never_is() -> None:
    made, quality = tagging.suggest(tickets(600), UNTAGGED)
    assert dict(zip(made["incident_key"], made["suggested_cause"], strict=True)).get("a") == "late_delivery"
    assert "b" not in made["incident_key"]
    assert quality.held_back_count == 120  # the latest fifth
    assert quality.suggested_count == quality.right_count == 80  # a third of them is no incident
    assert quality.lowest_precision is not None
    assert quality.lowest_precision > tagging.WISHED


def test_it_says_nothing_when_it_would_be_wrong_too_often_or_knows_too_little() -> None:
    made, quality = tagging.suggest(tickets(600, noise=0.5), UNTAGGED)
    assert made.is_empty()
    assert (quality.threshold, quality.suggested_count, quality.precision) == (None, 0, None)
    few, told = tagging.suggest(tickets(tagging.FEWEST - 1), UNTAGGED)
    assert few.is_empty()
    assert told.threshold is None


def test_the_sureness_asked_for_is_the_lowest_that_is_right_often_enough() -> None:
    sure = np.concatenate([np.full(100, 0.9), np.full(100, 0.5)])
    is_right = np.concatenate([np.ones(100, bool), np.zeros(100, bool)])
    assert tagging.threshold(sure, is_right, 0.9) == 0.9
    assert tagging.threshold(sure, is_right, 0.4) == 0.5
    assert tagging.threshold(sure, ~is_right, 0.9) is None


def test_tickets_teach_what_more_than_words_tell_and_only_untagged_ones_are_asked_about(
    run_view: RunView,
) -> None:
    records = """
        record_id | source | account | created_at          | subject         | tags    | reason_raw
        d/m/1     | d      | m       | 2026-05-04 10:00:00 | it broke        | DEFECT  |
        d/m/2     | d      | m       | 2026-05-04 11:00:00 | it broke too    |         |
        d/m/3     | d      | m       | 2026-05-04 12:00:00 | before I buy    | VIP     |
        d/m/4     | d      | m       | 2026-05-04 13:00:00 | wrong, by words |         |
    """
    incidents = """
        incident_key | kinds  | signal_count | cause           | evidence | first_at            | warehouse
        ticket/d/m/1 | ticket | 1            | product_defect  | tag      | 2026-05-04 10:00:00 |
        ticket/d/m/2 | ticket | 1            | unknown         | none     | 2026-05-04 11:00:00 | Laval
        ticket/d/m/3 | ticket | 1            | unknown         | none     | 2026-05-04 12:00:00 |
        ticket/d/m/4 | ticket | 1            | wrong_item_sent | words    | 2026-05-04 13:00:00 |
    """
    tables = {"raw_tickets": records, "incidents": incidents}
    learnt = run_view("tickets_to_learn_from", **tables)
    assert learnt.select("signal_key", "cause").rows() == [
        ("ticket/d/m/1", "product_defect"),
        ("ticket/d/m/3", None),
    ]
    shop = "zone | main_currency | third_party_warehouses\nUTC | EUR | LAVAL"
    asked = run_view("tickets_without_cause", settings=shop, **tables)
    assert asked.select("incident_key", "signal_keys", "fulfiller_party").rows() == [
        ("ticket/d/m/2", ["ticket/d/m/2"], "3pl")
    ]


def test_accepting_is_a_decision_that_can_be_taken_back_and_rejecting_hides(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    causeless = pl.DataFrame(
        {
            "incident_key": ["a", "b"],
            "signal_keys": [["a"], ["b"]],
            "cause": ["unknown", "other"],
            "party": ["unknown", "unknown"],
            "fulfiller_party": ["3pl", "merchant"],
        }
    )
    store.folder.mkdir(parents=True, exist_ok=True)
    pl.DataFrame(
        {"incident_key": ["a", "b"], "suggested_cause": ["wrong_item_sent"] * 2, "sureness": [0.9, 0.8]}
    ).write_parquet(store.folder / "suggested_causes.parquet")
    first, second = suggestions.waiting(store, causeless).iter_rows(named=True)
    made = suggestions.accept(store, [first], {"wrong_item_sent": "fulfiller"}, "note", "Ada")
    kept = notebook.current(store, decisions.TOPIC)["a"].after
    assert kept is not None
    assert (kept["cause"], kept["party"], kept["was_cause"], kept["signals"]) == (
        "wrong_item_sent",
        "3pl",
        "unknown",
        ["a"],
    )
    suggestions.reject(store, [second], "Ada")
    assert suggestions.waiting(store, causeless)["incident_key"].to_list() == ["a"]
    notebook.undo(store, made[0].batch, "Ada")
    assert notebook.current(store, decisions.TOPIC)["a"].after is None
