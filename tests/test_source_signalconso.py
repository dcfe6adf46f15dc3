"""SignalConso: paths of answers, reports without an id, a download that was cut."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.landed import SAMPLES, Desk, desk


@pytest.fixture
def paris(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as opened:
        yield opened


def test_a_path_is_parted_at_its_levels_and_not_inside_an_answer(paris: Desk) -> None:
    paris.land(SAMPLES / "signalconso.csv")
    told = paris.con.execute(
        "select reason_raw, tags, status from raw_tickets order by row_number"
    ).fetchall()
    assert told == [
        (
            ["Une commande effectuée", "Commande jamais livrée et le site est toujours ouvert"],
            ["Internet", "Litige contractuel"],
            None,
        ),
        (["Téléphonie / internet", "Mon forfait : prix, contrat et facture", "Autre"], None, "solved"),
        (["Une commande effectuée", "Commande incomplète"], ["Internet"], "closed"),
    ]


def test_both_formats_give_the_same_levels(paris: Desk) -> None:
    paris.land(SAMPLES / "signalconso.csv")
    paris.land(SAMPLES / "signalconso.parquet")
    told = paris.con.execute(
        "select distinct reason_raw, tags from raw_tickets where created_at = timestamp '2023-08-29 22:00:00'"
    ).fetchall()
    assert len(told) == 1


def test_equal_reports_without_an_id_are_all_kept_and_meet_themselves(paris: Desk) -> None:
    (first,) = paris.land(SAMPLES / "signalconso.parquet")
    (again,) = paris.land(SAMPLES / "signalconso.parquet")
    assert (first.loaded, again.loaded, again.unchanged) == (3, 0, 3)
    assert paris.con.execute("select count(*), count(distinct record_id) from raw_tickets").fetchall() == [
        (3, 3)
    ]


def test_nobody_said_is_not_a_reason(paris: Desk) -> None:
    paris.land(SAMPLES / "signalconso.parquet")
    silent = paris.con.execute(
        "select reason_raw, tags, status from raw_tickets where channel_raw = 'IntoxicationAlimentaire'"
    ).fetchall()
    assert silent == [(None, None, None)]


def test_a_day_is_midnight_in_the_shops_zone_and_says_so(paris: Desk) -> None:
    paris.land(SAMPLES / "signalconso.csv")
    (days,) = paris.con.execute("select min(created_at), any_value(date_only) from raw_tickets").fetchall()
    assert days == (datetime(2023, 8, 29, 22, 0), ["created_at"])


def test_the_row_at_which_a_download_was_cut_is_rejected_with_its_text(paris: Desk) -> None:
    (landed,) = paris.land(SAMPLES / "signalconso.csv")
    assert (landed.rows_in, landed.loaded, landed.rejected) == (4, 3, 1)
    (cut,) = paris.con.execute("select line, reason, raw_text from rejects").fetchall()
    assert cut == (5, "row_is_cut", "00000000-0000-4000-8000-000000000004;AchatIn")


def test_headers_in_capitals_and_with_blanks_are_read_alike(paris: Desk, tmp_path: Path) -> None:
    head, _, rows = (SAMPLES / "signalconso.csv").read_text(encoding="utf-8-sig").partition("\n")
    rewritten = tmp_path / "signalconso.csv"
    rewritten.write_text(f"{head.replace(';', ' ; ').upper()}\n{rows}", encoding="utf-8")
    paris.land(rewritten)
    assert paris.con.execute("select reason_raw from raw_tickets order by row_number limit 1").fetchall() == [
        (["Une commande effectuée", "Commande jamais livrée et le site est toujours ouvert"],)
    ]
