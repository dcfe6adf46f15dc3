"""Whatever a file holds, it is read or refused, its rows add up, and nothing else happens.

`bench/fuzz_bench.py` runs the same for hours, in processes that may hang or die; what it found is a test of its own
here or beside the reader's others.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.fuzzing.mutants import Mutant, mutant, originals
from bench.fuzzing.promises import Bench, bench, problem, reading_problem, views_problem
from tests.landed import SAMPLES, desk

SEED = 7
READ = 250
LANDED = 40
FILES = originals(SAMPLES)
BY_NAME = {file.name: file for file in FILES}


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path, sorted(SAMPLES.glob("*.toml"))) as opened:
        yield opened


def test_any_damaged_file_is_read_or_refused_with_a_sentence(at: Bench) -> None:
    made = (mutant(SEED, number, FILES) for number in range(READ))
    found = {str(each): told for each in made if (told := reading_problem(at, each))}
    assert not found


def test_any_damaged_file_is_loaded_with_its_rows_adding_up_and_its_facts_can_be_built(at: Bench) -> None:
    made = [mutant(SEED, number, FILES) for number in range(READ, READ + LANDED)]
    found = {str(each): told for each in made if (told := problem(at, each, BY_NAME[each.original]))}
    assert not found
    assert views_problem(at) is None
    assert at.con.execute("select count(*) > 10 from incidents").fetchone() == (True,)


def test_a_mutant_is_told_by_its_seed_and_number() -> None:
    assert [mutant(1, n, FILES) for n in range(40)] == [mutant(1, n, FILES) for n in range(40)]
    assert len({mutant(1, n, FILES).content for n in range(40)}) > 35


@pytest.mark.parametrize(
    ("content", "broken"),
    [
        (b"", None),
        (b"Ticket id,Tags\n1,a\n", None),  # of nobody we know: refused
        (b"\x00" * 5000, None),
    ],
)
def test_the_promises_hold_for_plain_files(at: Bench, content: bytes, broken: str | None) -> None:
    assert problem(at, Mutant(0, "plain.csv", (), content, says_the_same=False)) == broken


def test_a_broken_promise_is_found(at: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    said_again = Mutant(
        0, "shopify_orders.csv", (), BY_NAME["shopify_orders.csv"].content[:4000], says_the_same=True
    )
    assert "instead of" in (problem(at, said_again, BY_NAME["shopify_orders.csv"]) or "")
    monkeypatch.setattr("bench.fuzzing.promises.sheets", lambda *_: [])
    assert reading_problem(at, said_again) == "nothing is said of the file"


def test_a_line_of_json_that_is_broken_does_not_stop_the_others(tmp_path: Path) -> None:
    # DuckDB looked for dates in it before it was left out
    tickets = json.loads(BY_NAME["hubspot_api_tickets.json"].content)["results"]
    lines = ["[" * 50 + json.dumps(tickets[0]), *map(json.dumps, tickets)]
    with desk(tmp_path) as at:
        landed = at.write("hubspot.jsonl", "\n".join(lines))
        assert (landed.rows_in, landed.rejected) == (len(tickets) + 1, 1)


def test_a_comma_before_a_closing_bracket_does_not_stop_a_load(tmp_path: Path) -> None:
    tickets = json.loads(BY_NAME["hubspot_api_tickets.json"].content)["results"]
    lines = [json.dumps(tickets[0]).removesuffix("}") + ",}", *map(json.dumps, tickets[1:])]
    with desk(tmp_path) as at:
        landed = at.write("hubspot.jsonl", "\n".join(lines))
        assert (landed.rows_in, landed.loaded) == (len(tickets), len(tickets))
