"""A mapping tried on a file says what a load would say, and leaves nothing behind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines import trying
from pipelines.load import load
from pipelines.recognise import NotRecognised
from pipelines.sources.mapping import read_mapping, written_mapping
from pipelines.store import Store
from pipelines.trying import Trial
from tests.landed import SAMPLES

FILE = SAMPLES / "mapping_retours_3pl.csv"


@pytest.fixture
def trial(tmp_path: Path) -> Iterator[Trial]:
    made = trying.opened(FILE, None, tmp_path)
    yield made
    made.close()


def test_a_trial_gives_the_records_that_a_load_gives(trial: Trial, tmp_path: Path) -> None:
    outcome = trial.run(read_mapping(FILE.with_suffix(".toml")), "Europe/Paris")
    store = Store(tmp_path / "store")
    (store.user / "mappings").mkdir(parents=True)
    (store.user / "mappings" / "m.toml").write_bytes(FILE.with_suffix(".toml").read_bytes())
    (store.user / "settings.toml").write_text('zone = "Europe/Paris"', encoding="utf-8")
    (result,) = load([FILE], store)
    assert (outcome.rows_in, outcome.rejected) == (result.rows_in, result.rejected)
    with store.writing() as con:
        kept = con.table("raw_returns").order("row_number").select(*outcome.records.columns).pl()
    assert outcome.records.equals(kept)
    assert "warehouse" in outcome.records.columns
    assert outcome.date_only == {"requested_at", "received_at", "inspected_at"}


def test_rejects_are_told_with_line_and_reason_and_a_second_try_starts_anew(trial: Trial) -> None:
    wrong = 'name = "x"\nkind = "returns"\n[columns]\nreturn_id = "N° retour"\nquantity = "Motif client"\n'
    outcome = trial.run(written_mapping(wrong, "x.toml"), "UTC")
    assert outcome.rejected == outcome.rows_in == 4
    assert outcome.rejects.row(0, named=True) == {
        "line": 2,
        "column_name": "Motif client",
        "value": "Mauvais article",
        "reason": "not_a_whole_number",
        "raw_text": outcome.rejects["raw_text"][0],
    }
    right = trial.run(written_mapping(wrong.replace("Motif client", "Qté"), "x.toml"), "UTC")
    assert (right.rejected, right.records.height, right.rejects.height) == (0, 4, 0)


def test_dates_that_the_file_does_not_settle_are_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_text("Commande,Date\n1,03/04/2026\n2,05/06/2026\n", encoding="utf-8")
    trial = trying.opened(path, "d.csv", tmp_path)
    source = written_mapping(
        'name="x"\nkind="refunds"\n[columns]\norder_id="Commande"\nrefunded_at="Date"', "x"
    )
    assert (refusal := trial.run(source, "UTC").refusal) is not None
    assert refusal.code == "dates_ambiguous"
    assert trial.run(source, "UTC", "day_first").records["refunded_at"][0].month == 4
    trial.close()


def test_only_the_first_rows_are_tried(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text("sku,at\n" + "a,2026-01-02\n" * (trying.ROWS + 9), encoding="utf-8")
    trial = trying.opened(path, None, tmp_path)
    assert trial.row_count == trying.ROWS + 9
    source = written_mapping('name="x"\nkind="stock_moves"\n[columns]\nsku="sku"\nat="at"', "x")
    assert trial.run(source, "UTC").records.height == trying.ROWS
    trial.close()


def test_documents_offer_the_paths_of_their_values(tmp_path: Path) -> None:
    path = tmp_path / "d.json"
    path.write_text(
        '[{"a": "1", "b": {"c": 2, "l": [1]}}, {"b": {"d": true}, "not a name": 1}]', encoding="utf-8"
    )
    trial = trying.opened(path, None, tmp_path)
    assert trial.columns == ("$.a", "$.b.c", "$.b.d")
    assert trial.rows() == [("1", "2", None), (None, None, "true")]
    trial.close()


def test_values_come_the_most_frequent_first(trial: Trial) -> None:
    assert trial.distinct("Motif client", 2) == ["Trop petit", "Mauvais article"]


def test_a_file_without_a_table_is_refused_in_its_own_words(tmp_path: Path) -> None:
    path = tmp_path / "empty.csv"
    path.write_text("", encoding="utf-8")
    with pytest.raises(NotRecognised) as refused:
        trying.opened(path, None, tmp_path)
    assert refused.value.message.code == "empty_file"
