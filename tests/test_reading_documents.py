"""JSON in the shapes that interfaces and exports give it, whole and broken."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from pipelines.reading import Refusal, Sheet, json_text, sheets

Reader = Callable[..., Sheet | Refusal]


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


@pytest.fixture
def read(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> Reader:
    def read_one(content: object) -> Sheet | Refusal:
        path = tmp_path / "export.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        (found,) = list(sheets(path, con, tmp_path))
        return found

    return read_one


def ids(sheet: Sheet | Refusal) -> list[object]:
    assert isinstance(sheet, Sheet), sheet
    assert sheet.shape == "documents"
    docs = sheet.relation.order("row_number").fetchall()
    assert sheet.rows_in == len(docs) + len(sheet.bad)
    return [json.loads(doc).get("id") for _, doc in docs]


TWO = [{"id": 1, "line_items": [{"id": 7}]}, {"id": 2, "line_items": []}]


@pytest.mark.parametrize(
    "content",
    [
        TWO,
        {"results": TWO, "count": 2, "next_page": None},
        {"tickets": TWO, "users": [{"id": 9}], "count": 2},
        {"data": TWO, "meta": {"page": {"number": 1}}},
        {
            "data": {
                "orders": {"edges": [{"node": each, "cursor": "x"} for each in TWO], "pageInfo": {"a": 1}}
            }
        },
        {"data": {"orders": {"nodes": TWO}}, "extensions": {"cost": {"requestedQueryCost": 12}}},
        {"_embedded": {"conversations": TWO}, "_links": {"self": {"href": "x"}}, "page": {"size": 25}},
        {"payload": {"Orders": TWO, "NextToken": "x"}},
        "\n".join(json.dumps(each) for each in TWO),
        "\n\n".join(json.dumps(each, indent=2) for each in TWO),
    ],
)
def test_records_are_found_in_every_usual_envelope(read: Reader, content: object) -> None:
    assert ids(read(content)) == [1, 2]


@pytest.mark.parametrize(
    "content",
    [
        {"id": 5, "line_items": [{"id": 7}, {"id": 8}]},
        {"id": 5, "_links": {"self": [{"href": "x"}]}, "line_items": []},
        {"ticket": {"id": 5, "comments": [{"id": 1}]}},
    ],
)
def test_one_record_with_lists_inside_is_one_document(read: Reader, content: object) -> None:
    assert ids(read(content)) == [5]


def test_empty_objects_on_lines_of_their_own_do_not_make_a_file_of_lines(read: Reader) -> None:
    assert ids(read(json.dumps([{"id": 1, "a": [{}, {}, {}]}], indent=2))) == [1]


def test_a_report_of_several_lists_is_one_document(read: Reader) -> None:
    found = read(
        {"accountStatuses": [{"marketplaceId": "A"}], "performanceMetrics": [{"lateShipmentRate": {}}]}
    )
    assert isinstance(found, Sheet)
    assert found.rows_in == 1


def test_numbers_keep_the_digits_they_were_written_with(read: Reader) -> None:
    found = read('[{"id": 12345678901234567890123, "price": 1.10}]')
    assert isinstance(found, Sheet)
    assert found.relation.fetchall() == [(1, '{"id": 12345678901234567890123, "price": 1.10}')]


def test_a_broken_line_is_one_bad_row_and_the_others_stay(read: Reader) -> None:
    found = read('{"id": 1}\n{"id": 2\n\n[3]\n{"id": nothing}\n{"id": 4}\n')
    assert ids(found) == [1, 4]
    assert isinstance(found, Sheet)
    assert [(bad.line, bad.code) for bad in found.bad] == [
        (2, "not_json"),
        (4, "not_an_object"),
        (5, "not_json"),
    ]
    assert found.originals([6])[6].line == 6


def test_a_broken_line_does_not_stop_what_looks_into_the_others(read: Reader) -> None:
    # DuckDB may look for values before it leaves lines out
    found = read("[[" + '{"id": 1}\n{"id": 2}\n   \n{"id": nothing}\n{"id": 4}\n')
    assert isinstance(found, Sheet)
    value = duckdb.SQLExpression("json_extract_string(doc, '$.id')")
    later = found.relation.filter(value.isnotnull() & (value != duckdb.ConstantExpression("1")))
    assert later.order("row_number").fetchall() == [(2, '{"id": 2}'), (5, '{"id": 4}')]
    assert [bad.line for bad in found.bad] == [1, 4]


def test_a_number_of_thousands_of_figures_costs_its_record_alone(read: Reader) -> None:
    content = json.dumps([{"id": n, "total": 12} for n in range(3)], indent=1)
    found = read(content.replace("12", "9" * 5_000, 1))
    assert ids(found) == [1, 2]
    assert isinstance(found, Sheet)
    assert [bad.code for bad in found.bad] == ["not_json"]


@pytest.mark.parametrize("text", ['{"id": 1,}', '{"id": ' + "9" * 5_000 + "}", "[" * 5_000 + "]" * 5_000])
def test_what_duckdb_takes_for_json_and_python_does_not_has_no_keys(text: str) -> None:
    assert json_text.parsed(text) is None
    assert json_text.parsed('{"id": 1}') == {"id": 1}


def test_a_list_that_breaks_off_keeps_the_records_before(read: Reader) -> None:
    found = read(json.dumps(TWO)[:-20])
    assert ids(found) == [1]
    assert isinstance(found, Sheet)
    assert [bad.code for bad in found.bad] == ["not_json"]


def test_reading_goes_on_after_a_broken_record_where_records_begin_their_own_lines(read: Reader) -> None:
    content = json.dumps([{"id": n, "lines": [{"sku": n}]} for n in range(5)], indent=2)
    found = read(content.replace('"id": 2', '"id": '))
    assert ids(found) == [0, 1, 3, 4]
    assert isinstance(found, Sheet)
    assert len(found.bad) == 1
    assert found.originals([4])[4].line == content[: content.index('"id": 3')].count("\n")


def test_an_empty_page_is_refused_as_empty(read: Reader) -> None:
    empty: list[object] = [{"results": [], "count": 0}, []]
    for content in empty:
        found = read(content)
        assert isinstance(found, Refusal)
        assert found.message.code == "no_records"


def test_text_that_only_begins_like_json_is_refused(read: Reader) -> None:
    found = read('{"id": nothing of the kind')
    assert isinstance(found, Refusal)
    assert found.message.code == "not_json_records"


def test_a_record_longer_than_what_is_read_at_a_time_is_whole() -> None:
    text = json.dumps([{"id": 1, "body": "é" * (3 * json_text.CHUNK)}, {"id": 2}])
    cursor = json_text.Cursor(io.StringIO(text))
    values = [cursor.value().value["id"] for _ in cursor.elements()]
    assert values == [1, 2]
