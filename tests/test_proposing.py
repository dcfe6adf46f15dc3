"""What is proposed for a file that nobody knows: on files with known answers, and trap by trap."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pipelines.contract import KINDS
from pipelines.proposing import fields, headers, propose, proposed_words, usable, words_of
from pipelines.proposing.vocabulary import _book
from pipelines.reading import Sheet, sheets
from pipelines.sources.mapping import read_mapping
from tests.landed import SAMPLES
from tests.unknown_files import UnknownFile, read, score

KNOWN = list(read("unknown_files.txt"))
HELD_OUT = list(read("unknown_files_held_out.txt"))


@pytest.mark.parametrize("file", KNOWN, ids=lambda file: file.name)
def test_a_file_with_known_answers_is_proposed_as_it_is(file: UnknownFile) -> None:
    proposal = file.proposal()
    assert proposal.kind == file.kind
    found = score(file, proposal)
    assert (found.wrong, found.missed) == ({}, {})


def test_files_that_taught_nothing_are_nearly_always_understood_and_hardly_ever_wrongly() -> None:
    """When first tried: 15 kinds of 16; of 132 headers 127 right, 4 without a proposal, 1 wrong."""
    kinds = sum(file.proposal().kind == file.kind for file in HELD_OUT)
    scores = [score(file, file.proposal(file.kind)) for file in HELD_OUT]
    headers_count = sum(len(file.columns) for file in HELD_OUT)
    assert kinds >= 15
    assert sum(each.right for each in scores) >= 0.95 * headers_count
    assert sum(len(each.wrong) for each in scores) <= 2


@pytest.mark.parametrize("file", [*KNOWN, *HELD_OUT], ids=lambda file: file.name)
def test_what_says_who_a_person_is_is_told_and_never_proposed(file: UnknownFile) -> None:
    proposal = file.proposal(file.kind)
    people = {header for header, answer in zip(file.columns, file.answers, strict=True) if answer == "!"}
    assert people <= set(proposal.personal)
    assert not people & {guess.header for guess in proposal.columns.values()}


@pytest.fixture
def sample(tmp_path: Path) -> Iterator[Sheet]:
    with duckdb.connect() as con:
        (sheet,) = sheets(SAMPLES / "mapping_retours_3pl.csv", con, tmp_path)
        assert isinstance(sheet, Sheet)
        yield sheet


def test_the_sample_is_proposed_as_its_own_mapping_reads_it(sample: Sheet) -> None:
    rows = [row[1:] for row in sample.relation.fetchall()]
    proposal = propose(sample.columns, rows)
    table = read_mapping(SAMPLES / "mapping_retours_3pl.toml").tables[0]
    assert (proposal.kind, proposal.certainty) == (table.kind, "high")
    written = set(table.fields) - {"fulfilled_by", "label_payer", "reason_scheme", "condition_scheme"}
    assert written <= set(proposal.columns)
    assert proposal.words == ("Commentaire client",)
    assert set(proposal.personal) == {"Destinataire", "Nom destinataire", "Téléphone"}


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("N° de commande", "order_id"),
        ("orderNumber", "order_id"),
        ("ORDER_ID", "order_id"),
        ("Order #", "order_id"),
        ("Réf. cde", "order_id"),
        ("Expédiées le", "shipped_at"),
        ("date d’expédition", "shipped_at"),
        ("QUANTITÉ", "quantity"),
        ("E-mail du client", "customer_key"),
        ("Montant remboursé (€)", "refund_cents"),
    ],
)
def test_case_accents_plurals_and_signs_do_not_matter(header: str, column: str) -> None:
    assert headers.says(header, column) > 0.8


def test_a_header_is_not_believed_against_its_values() -> None:
    columns = ["N° commande", "Date de réception", "Quantité", "E-mail"]
    rows = [["1042", "voir note", "beaucoup", "non communiqué"], ["1043", "hier", "peu", "-"]]
    assert set(propose(columns, rows, kind="returns").columns) == {"order_id"}


def test_values_speak_where_headers_say_nothing() -> None:
    rows = [
        ["kim@example.com", "EUR", "1Z999AA10123456784", "LAMP-01-W"],
        ["lou@example.com", "EUR", "1Z999AA10123456785", "LAMP-02-B"],
    ]
    orders = propose(["Champ 1", "Champ 2", "Champ 3", "Champ 4"], rows, kind="orders")
    assert {column: guess.header for column, guess in orders.columns.items()} == {
        "currency": "Champ 2",
        "customer_key": "Champ 1",
    }
    parcels = propose(["Champ 1", "Champ 2", "Champ 3", "Champ 4"], rows, kind="shipments")
    assert parcels.columns["tracking_number"].header == "Champ 3"
    assert parcels.columns["tracking_number"].certainty == "low"
    assert propose(["Champ 1"], rows, kind="refunds").columns == {}


def test_telephone_numbers_under_any_header_are_personal() -> None:
    rows = [["06 12 34 56 78", "10442"], ["+33 6 98 76 54 32", "10443"]]
    proposal = propose(["Rappel", "Commande"], rows, kind="claims")
    assert proposal.personal == ("Rappel",)


def test_lines_of_one_return_are_told_apart_by_their_article() -> None:
    rows = [["R-1", "A-1"], ["R-1", "B-1"], ["R-2", "A-1"]]
    assert propose(["N° retour", "SKU"], rows, kind="returns").columns["line_id"].header == "SKU"
    assert "line_id" not in propose(["N° retour", "SKU"], rows[1:], kind="returns").columns


def test_headers_that_a_mapping_cannot_tell_apart_are_not_proposed() -> None:
    assert usable(["Qté", "qte", "№", "数量", "~SKU", "$.sku", "SKU", "Code"]) == ["Qté", "№", "Code"]


def test_a_file_without_rows_or_columns_is_no_error() -> None:
    assert propose([], []).columns == {}
    assert propose(["SKU", "Commande"], [], kind="returns").columns.keys() == {"sku", "order_id"}


def test_every_word_of_the_vocabulary_is_read_as_itself_and_stands_once() -> None:
    for section in _book():
        kind, _, column = section.rpartition(".")
        kinds = [kind] if kind else [name for name, each in KINDS.items() if column in each.columns]
        assert kinds, section
        for name in kinds:
            for word, theirs in _book()[section].items():
                assert proposed_words(name, column, theirs) == dict.fromkeys(theirs, word) or set(
                    theirs
                ) & set(words_of(name, column))


def test_every_column_that_a_file_can_fill_has_headers() -> None:
    wanted = {column for kind in KINDS.values() for column in fields(kind)} - {"updated_at"}
    assert wanted - headers.columns() == set()
    assert headers.columns() <= wanted
