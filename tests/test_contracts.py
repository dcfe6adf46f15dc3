"""What every source promises, tried on its samples: whatever is found in pipelines/sources is tested here."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.contract import KINDS
from pipelines.landing import Landed
from pipelines.reading import Sheet
from pipelines.sources import find_sources
from tests.landed import SAMPLES, Desk, desk

FILES = sorted(path for path in SAMPLES.iterdir() if path.suffix != ".toml")
#: said of a record, not by it: which file told it last
_WHERE_READ = ("file_id", "row_number")

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PEOPLE = r"customer|client|buyer|acheteur|recipient|destinataire|requester|submitter|assignee|agent|shipping|billing|ship|full"
_NAME_HEADER = re.compile(
    rf"^({_PEOPLE})( to)? (name|nom|company|phone|address ?\d?|street|zip)$|^(nom|name|telephone) ({_PEOPLE})$"
    r"|^(requester|submitter|assignee|agent|destinataire|full name|buyer name|telephone|phone|work phone|mobile)$"
)
_PERSON_KEY = re.compile(
    r"^(customer|client|buyer|recipient|requester|submitter|assignee|assignee_user|shipping_?address|billing_?address"
    r"|default_address)$",
    re.IGNORECASE,
)
_PERSON_PART = re.compile(
    r"^(name|first_?name|last_?name|full_?name|phone|mobile|email|address_?1|address_?2|street|zip|ip_address)$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Sample:
    """A sample, landed once in a store of its own."""

    desk: Desk
    path: Path
    landed: list[Landed]
    people: set[str]


@pytest.fixture(scope="module", params=FILES, ids=lambda path: path.name)
def sample(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sample]:
    with desk(tmp_path_factory.mktemp("sample")) as at:
        people = {word for sheet, _ in at.sheets(request.param) for word in said_of_people(sheet)}
        yield Sample(at, request.param, at.land(request.param), people)


def said_of_people(sheet: Sheet) -> set[str]:
    """Names, addresses and telephone numbers in a sheet, by its headers and keys, and every e-mail address."""
    if sheet.shape == "documents":
        documents = [json.loads(text) for (text,) in sheet.relation.select("doc").fetchall()]
        return {value for document in documents for value in _in_json(document, is_person=False)}
    found: set[str] = set()
    for column in sheet.columns:
        chosen = duckdb.ColumnExpression(column)
        values = {value for (value,) in sheet.relation.select(chosen).fetchall() if value}
        plain = re.sub(r"[^a-z0-9]+", " ", column.lower().replace("é", "e")).strip()
        found |= values if _NAME_HEADER.search(plain) else set()
        found |= {email for value in values for email in _EMAIL.findall(value)}
    return found


def _in_json(value: Any, *, is_person: bool) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if is_person and isinstance(inner, str) and _PERSON_PART.match(key):
                yield inner
            yield from _in_json(
                inner, is_person=bool(_PERSON_KEY.match(key)) or (is_person and isinstance(inner, dict))
            )
    elif isinstance(value, list):
        for inner in value:
            yield from _in_json(inner, is_person=is_person)
    elif isinstance(value, str):
        yield from _EMAIL.findall(value)


def test_every_source_has_a_sample_that_is_recognised_as_it(tmp_path: Path) -> None:
    recognised = set()
    with desk(tmp_path) as at:
        for path in FILES:
            for _, source in at.sheets(path):
                assert path.name.startswith(source.name), f"{path.name} is taken for {source.title}"
                recognised.add(source.title)
    without_sample = {source.title for source in find_sources()} - recognised
    assert not without_sample


@pytest.mark.parametrize("source", find_sources(), ids=lambda source: source.title)
def test_a_source_fills_columns_that_the_contract_has(source: Any) -> None:
    for table in source.tables:
        known = {*KINDS[table.kind].columns, "updated_at", "order_ref"}
        assert set(table.fields) <= known
        assert set(KINDS[table.kind].required) <= set(table.fields)


def test_a_sample_lands_whole_under_unique_keys(sample: Sample) -> None:
    for landed in sample.landed:
        assert landed.rows_in == landed.loaded + landed.unchanged + landed.rejected
        assert landed.loaded > 0
    for name in sample.desk.records():
        kind = KINDS[name]
        columns = sample.desk.con.table(kind.table)
        assert list(zip(columns.columns, map(str, columns.types), strict=True)) == list(
            kind.all_columns.items()
        )
        filled = {"record_id", "source", "account", "file_id", "row_number", *kind.required}
        filled |= {kind.own_id} if kind.own_id else set(kind.key)
        blank = columns.select(*(duckdb.ColumnExpression(c).isnull().alias(c) for c in sorted(filled)))
        assert not [row for row in blank.fetchall() if any(row)], f"{name} without one of {sorted(filled)}"
        ids = [record for (record,) in columns.select("record_id").fetchall()]
        assert len(set(ids)) == len(ids)


def test_nothing_that_identifies_a_person_is_kept(sample: Sample) -> None:
    kept = repr(sample.desk.records(but=("file_id",))).casefold()
    assert kept != "{}"
    assert not [word for word in sample.people if word.casefold() in kept]


def test_a_sample_loaded_twice_changes_nothing(sample: Sample) -> None:
    once = sample.desk.records()
    for landed in sample.desk.land(sample.path):
        assert landed.loaded == 0
        assert landed.unchanged + landed.rejected == landed.rows_in
    assert sample.desk.records() == once


def several() -> list[str]:
    """Sources with files enough to come in another order."""
    names = {source.name for source in find_sources()}
    return sorted(name for name in names if sum(path.name.startswith(name) for path in FILES) > 1)


@pytest.mark.parametrize("name", several())
def test_the_order_of_a_sources_files_does_not_matter(name: str, tmp_path: Path) -> None:
    files = [path for path in FILES if path.name.startswith(name)]
    with desk(tmp_path / "forth") as forth, desk(tmp_path / "back") as back:
        for path in files:
            forth.land(path)
        for path in reversed(files):
            back.land(path)
        told, told_back = forth.records(but=_WHERE_READ), back.records(but=_WHERE_READ)
        assert told.keys() == told_back.keys()
        for kind, rows in told.items():
            assert sorted(rows, key=repr) == sorted(told_back[kind], key=repr)


def test_the_check_for_personal_data_finds_some(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        for name in ("gorgias_tickets.csv", "zendesk_full_export.json", "mapping_retours_3pl.csv"):
            assert [
                word
                for sheet, _ in at.sheets(SAMPLES / name)
                for word in said_of_people(sheet)
                if " " in word
            ]
