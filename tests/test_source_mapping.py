"""Files that the user describes himself: how their columns are read, and what is said of a wrong description."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from pipelines import build, causes
from pipelines.messages import LANGUAGES, sentence
from pipelines.reading import Sheet, sheets
from pipelines.recognise import NotRecognised, recognise
from pipelines.sources.mapping import MappingError, all_reason_codes, read_mapping, reason_codes
from pipelines.store import Store, StoreError
from tests.landed import SAMPLES, Desk, desk

MAPPING = SAMPLES / "mapping_retours_3pl.toml"
SHORT = """
name = "stock_lyon"
kind = "stock_moves"
[columns]
sku = "Réf."
at = "Le"
delta = "Écart"
"""


@pytest.fixture(scope="module")
def returns(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("mapping")) as at:
        at.land(SAMPLES / "mapping_retours_3pl.csv")
        yield at


def written(folder: Path, text: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_columns_are_read_by_the_types_of_the_contract(returns: Desk) -> None:
    row = returns.one("returns", "mapping_retours_3pl/main/R-0001")
    assert row["refund_cents"] == 124990  # '1 249,90 €'
    assert row["quantity"] == 1
    assert row["requested_at"] == datetime(
        2026, 2, 2, 23, 0
    )  # 3 February in Paris, told by 25/02/2026 elsewhere
    assert row["date_only"] == ["requested_at", "received_at", "inspected_at"]
    assert (row["fulfilled_by"], row["disposition"]) == ("3pl", "restocked")
    assert row["reason_scheme"] == "mapping.mapping_retours_3pl"
    assert row["condition_scheme"] == "mapping.mapping_retours_3pl.condition"
    assert returns.one("returns", "mapping_retours_3pl/main/R-0002")["refund_cents"] == -3500


def test_words_are_read_for_phrases_and_forgotten(returns: Desk) -> None:
    row = returns.one("returns", "mapping_retours_3pl/main/R-0001")
    assert row["phrases"] == ["mauvais article"]
    assert row["extra"] == '{"Poids (kg)":"0,6"}'


def test_equal_rows_without_a_number_are_all_kept(returns: Desk) -> None:
    assert len([row for row in returns.records()["returns"] if "content-" in row[0]]) == 2


def test_reasons_and_conditions_become_codes_of_the_build(returns: Desk, tmp_path: Path) -> None:
    con = returns.con
    causes.create_reference_tables(con, causes.read_causes(build.QUERIES / "causes"))
    build._add_mapped_codes(con, returns.store)
    found = con.sql(
        "select scheme, code, cause, party from ref_codes where starts_with(scheme, 'mapping.')"
    ).fetchall()
    assert ("mapping.mapping_retours_3pl", "CHANGEMENT_D_AVIS", "changed_mind", "customer") in found
    assert ("mapping.mapping_retours_3pl.condition", "CONFORME", None, None) in found
    assert len(found) == 6


def test_a_changed_mapping_asks_for_a_new_build(tmp_path: Path) -> None:
    store = Store(tmp_path)
    (store.user / "mappings").mkdir(parents=True)
    before = build.version(store)
    written(store.user / "mappings", SHORT)
    assert build.version(store) != before


@pytest.mark.parametrize(
    ("old", "new", "code", "params"),
    [
        (
            'kind = "stock_moves"',
            'kind = "stock_move"',
            "mapping_unknown_near",
            {"place": "kind", "near": "stock_moves"},
        ),
        ('delta = "Écart"', 'dleta = "Écart"', "mapping_unknown_near", {"place": "columns", "near": "delta"}),
        ('delta = "Écart"', 'colour = "Écart"', "mapping_unknown", {"value": "colour"}),
        ('at = "Le"', "", "mapping_missing", {"key": "columns.at"}),
        ('at = "Le"', "at = 3", "mapping_wrong_type", {"key": "columns.at"}),
        ('at = "Le"', "at = ", "mapping_not_toml", {}),
        ('name = "stock_lyon"', "", "mapping_missing", {"key": "name"}),
        ('name = "stock_lyon"', 'name = "Stock Lyon"', "mapping_bad_name", {"value": "Stock Lyon"}),
        ("[columns]", "[column]", "mapping_unknown_near", {"value": "column", "near": "columns"}),
        (
            "[columns]",
            '[reasons]\n"Casse" = "damaged_in_warehouse"\n[columns]',
            "mapping_missing",
            {"key": "columns.reason_raw"},
        ),
        (
            "[columns]",
            '[reasons]\n"Casse" = "damaged_in_warehose"\n[columns]\nreason_raw = "Motif"',
            "mapping_unknown_near",
            {"place": "reasons.Casse", "near": "damaged_in_warehouse"},
        ),
        (
            "[columns]",
            '[constants]\ndelta = "1"\n[columns]',
            "mapping_wrong_type",
            {"key": "constants.delta", "wanted": "1"},
        ),
        ("[columns]", '[values.delta]\n"plus" = "1"\n[columns]', "mapping_unknown", {"place": "values"}),
        ("[columns]", '[split]\nsku = ","\n[columns]', "mapping_unknown", {"place": "split"}),
    ],
)
def test_a_wrong_mapping_is_refused_with_what_would_do(
    tmp_path: Path, old: str, new: str, code: str, params: dict[str, Any]
) -> None:
    assert old in SHORT
    with pytest.raises(MappingError) as refused:
        read_mapping(written(tmp_path, SHORT.replace(old, new)))
    message = refused.value.message
    assert message.code == code
    assert message.params["file"] == "mine.toml"
    for name, value in params.items():
        assert value in str(message.params[name])
    for language in LANGUAGES:
        assert "mine.toml" in sentence(message, language)


def test_a_mapping_saved_by_notepad_is_read(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(b"\xef\xbb\xbf" + SHORT.strip().replace("\n", "\r\n").encode())
    assert read_mapping(path).name == "stock_lyon"


def test_a_mapping_that_cannot_be_used_stops_the_files_not_the_program(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        written(at.store.user / "mappings", SHORT.replace("delta", "dleta"))
        with pytest.raises(NotRecognised):
            at.land(SAMPLES / "mapping_retours_3pl.csv")


def test_a_mapping_may_not_take_the_name_of_a_tool(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        written(at.store.user / "mappings", SHORT.replace("stock_lyon", "gorgias"))
        with pytest.raises(NotRecognised) as refused:
            at.land(SAMPLES / "mapping_retours_3pl.csv")
    assert refused.value.message.code == "mapping_name_taken"


def test_two_mappings_of_one_name_may_not_contradict_each_other(tmp_path: Path) -> None:
    reasons = SHORT.replace(
        "[columns]", '[reasons]\n"Casse" = "damaged_in_warehouse"\n[columns]\nreason_raw = "Motif"'
    )
    (tmp_path / "a.toml").write_text(reasons, encoding="utf-8")
    (tmp_path / "b.toml").write_text(reasons.replace("damaged_in_warehouse", "ignore"), encoding="utf-8")
    assert reason_codes(tmp_path / "a.toml") == [("mapping.stock_lyon", "Casse", "damaged_in_warehouse")]
    with pytest.raises(MappingError) as refused:
        all_reason_codes(tmp_path)
    assert refused.value.message.code == "mapping_two_causes"


def test_a_build_with_contradicting_mappings_says_so(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        reasons = SHORT.replace("[columns]", '[reasons]\n"Casse" = "ignore"\n[columns]\nreason_raw = "Motif"')
        written(at.store.user / "mappings", reasons)
        (at.store.user / "mappings" / "other.toml").write_text(
            reasons.replace("ignore", "other"), encoding="utf-8"
        )
        with pytest.raises(StoreError):
            build._add_mapped_codes(at.con, at.store)


def test_other_headers_and_a_choice_of_them_are_recognised(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        written(
            at.store.user / "mappings", SHORT.replace('"Le"', '["Le", "Date"]').replace("delta", "location")
        )
        landed = at.write("moves.csv", "ref;DATE;ecart;Autre\nA-1;2026-02-03 10:00;-2;x\n")
        assert landed.loaded == 1
        assert at.records()["stock_moves"][0][1] == "stock_lyon"


def test_lists_are_split_and_channels_are_ours(tmp_path: Path) -> None:
    text = """
name = "desk"
kind = "tickets"
[columns]
ticket_id = "No"
created_at = "Date"
tags = "Tags"
channel = "Canal"
customer_key = "Mail"
is_excluded = "Interne"
[split]
tags = "|"
[values.channel]
"Boutique" = "shop"
"""
    with desk(tmp_path) as at:
        written(at.store.user / "mappings", text)
        at.write(
            "t.csv",
            "No,Date,Tags,Canal,Mail,Interne\n"
            "'007,2026-02-03 10:00,a b|c,BOUTIQUE,A@b.fr,non\n"
            "8,2026-02-04 10:00,,E-mail,,oui\n",
        )
        ticket = at.one("tickets", "desk/main/007")
        assert (ticket["tags"], ticket["channel"], ticket["channel_raw"]) == (
            ["a b", "c"],
            "shop",
            "BOUTIQUE",
        )
        assert len(ticket["customer_key"]) == 24
        assert at.one("tickets", "desk/main/8")["channel"] == "email"
        assert at.one("tickets", "desk/main/8")["is_excluded"] is True


def test_the_samples_mapping_needs_its_columns(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        path = at.scratch / "other.csv"
        path.write_text("N° retour;Qté\nR-1;1\n", encoding="utf-8")
        (sheet,) = sheets(path, at.con, at.scratch)
        assert isinstance(sheet, Sheet)
        with pytest.raises(NotRecognised):
            recognise(sheet, at.store)
