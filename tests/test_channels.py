"""One list of channels for all tools: every word that a helpdesk has for one is understood, and others are kept."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import duckdb
import pytest
from duckdb import ColumnExpression

from pipelines.cells import Cells, Field
from pipelines.channels import CHANNELS, NAMES, channel, plain_word
from pipelines.sources import find_sources

#: tool (`*`: any), its word, our name, whether a vendor's page, code or file shows the word
VOCABULARY = Path(__file__).resolve().parent / "data" / "channels.tsv"


def _rows() -> list[Mapping[str, str]]:
    with VOCABULARY.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


class _Asked(Cells):
    """Cells of a file in which the one column answers whatever a field asks for."""

    def find_all(self, *names: str) -> list[str]:
        return ["word"]


def _read(field: Field, words: list[str]) -> list[str | None]:
    with duckdb.connect() as con:
        con.execute("create table told as select unnest($words::varchar[]) as word", {"words": words})
        told = con.table("told").select(field(_Asked(columns=("word",))).value.alias("channel"))
        return [name for (name,) in told.fetchall()]


def _fields(tool: str) -> list[Field]:
    """How the tool's sources read the channel of a ticket; the common list for a tool without."""
    found = [
        table.fields["channel"]
        for source in find_sources()
        for table in source.tables
        if source.name == tool and table.kind == "tickets" and "channel" in table.fields
    ]
    return found or [channel("word")]


@pytest.mark.parametrize("tool", sorted({row["tool"] for row in _rows()}))
def test_every_word_of_a_helpdesk_is_understood_by_its_source(tool: str) -> None:
    rows = [row for row in _rows() if row["tool"] == tool]
    words = [row["word"] for row in rows]
    read = [_read(field, words) for field in _fields(tool)]
    wrong = {
        row["word"]: said
        for row, *said in zip(rows, *read, strict=True)
        # one file of a tool says it in words, another in numbers: what one of them does not know it keeps
        if row["channel"] not in said or set(said) - {row["channel"], row["word"]}
    }
    assert not wrong


def test_the_vocabulary_leads_to_our_names_only_but_for_a_word_that_can_be_anything() -> None:
    assert {row["channel"] for row in _rows()} - set(NAMES) == {"any_channel"}
    assert set(CHANNELS.values()) <= set(NAMES)


def test_a_word_is_the_same_in_any_case_and_with_any_separator() -> None:
    words = ["Facebook Messenger", "facebook_messenger", "FACEBOOK-MESSENGER"]
    assert _read(channel("word"), words) == ["messenger"] * 3
    assert {plain_word(word) for word in words} == {"facebook messenger"}


def test_a_word_that_nobody_knows_stays_as_it_is() -> None:
    assert _read(channel("word"), ["Minitel", "any_channel"]) == ["Minitel", "any_channel"]


def test_a_source_says_what_its_vendor_means_differently() -> None:
    field = channel("word", more={"web": "shop_window", "E-Mail": "letter"})
    assert _read(field, ["Web", "e_mail", "sms"]) == ["shop_window", "letter", "sms"]


def test_a_file_without_the_column_has_no_channel() -> None:
    with duckdb.connect() as con:
        rows = con.sql("select 1 as other")
        value = channel("Canal")(Cells(columns=("other",))).value
        assert rows.select(value.alias("c"), ColumnExpression("other")).fetchall() == [(None, 1)]
