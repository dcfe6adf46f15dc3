"""Tables of rules: ours are in order, the shop's stand instead of them, and what is wrong in them is told by its place."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipelines.messages import sentence
from pipelines.rules import Rules, RulesError, all_rules, create_tables, csv_text, in_force, own_file

LIMITS = """
key = ["metric", "valid_from"]
[title]
fr = "Limites"
en = "Limits"
[about]
fr = "…"
en = "…"
[columns.metric]
type = "text"
required = true
choices = ["odr", "late"]
title = { fr = "Mesure", en = "Metric" }
[columns.valid_from]
type = "day"
title = { fr = "À partir du", en = "From" }
[columns.fee]
type = "money"
title = { fr = "Frais", en = "Fee" }
[columns.limit_share]
type = "number"
title = { fr = "Limite", en = "Limit" }
[[rows]]
metric = "odr"
limit_share = 0.01
"""


@pytest.fixture
def limits(tmp_path: Path) -> Rules:
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "limits.toml").write_text(LIMITS, encoding="utf-8")
    return all_rules(tmp_path / "ours")[0]


def write(limits: Rules, user: Path, text: str) -> None:
    path = own_file(user, limits)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("rules", all_rules(), ids=lambda rules: rules.name)
def test_our_own_rules_are_said_in_both_languages_and_keyed_by_their_columns(rules: Rules) -> None:
    assert re.fullmatch(r"[a-z_]+", rules.name)
    for told in (rules.title, rules.about, *(column.title for column in rules.columns.values())):
        assert told["fr"]
        assert told["en"]
    assert set(rules.key) <= set(rules.columns)


def test_without_a_file_of_the_shop_ours_count(limits: Rules, tmp_path: Path) -> None:
    assert in_force(tmp_path, limits) == (
        [{"metric": "odr", "valid_from": None, "fee": None, "limit_share": 0.01}],
        False,
    )


def test_the_shops_file_stands_instead_of_ours_as_a_french_spreadsheet_saves_it(
    limits: Rules, tmp_path: Path
) -> None:
    write(limits, tmp_path, "Mesure;À partir du;Frais;Limite\nlate;2026-01-31;1 012,50;0,04\n")
    assert in_force(tmp_path, limits) == (
        [{"metric": "late", "valid_from": date(2026, 1, 31), "fee": 101250, "limit_share": 0.04}],
        True,
    )


def test_rows_written_are_read_back_as_they_were(limits: Rules, tmp_path: Path) -> None:
    write(limits, tmp_path, "metric,fee,limit_share\nlate,-0.05,0.1\nodr,7,\n")
    rows, _ = in_force(tmp_path, limits)
    write(limits, tmp_path, csv_text(limits, rows))
    assert in_force(tmp_path, limits) == (rows, True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("metric;fee\nlate;12.505\n", "line 2, column “fee”: “12.505”"),
        ("metric;fee\nlate;nan\n", "line 2, column “fee”: “nan”"),
        ("metric;valid_from\nlate;31/01/2026\n", "line 2, column “valid_from”: “31/01/2026”"),
        ("metric;limit_share\nodr;1\n\nlate;many\n", "line 4, column “limit_share”: “many”"),
        ("metric\nslow\n", "Choose one of: odr, late"),
        ("metric;fee\n;3\n", "line 2: the column “metric” is empty"),
        ("metric;fee\nodr;3\nodr;4\n", "line 3: a line for “odr”"),
        ("fee\n3\n", "must have the columns metric; its first line is: fee"),
    ],
)
def test_what_is_wrong_is_told_by_file_line_and_column(
    limits: Rules, tmp_path: Path, text: str, said: str
) -> None:
    write(limits, tmp_path, text)
    with pytest.raises(RulesError) as error:
        in_force(tmp_path, limits)
    assert said in sentence(error.value.message, "en")
    assert "limits.csv" in sentence(error.value.message, "fr")


def test_a_table_in_the_store_says_whose_rows_it_holds(tmp_path: Path) -> None:
    rates = next(rules for rules in all_rules() if rules.name == "currency_rates")
    write(rates, tmp_path, "currency,rate\nEUR,1.5\n")
    with duckdb.connect() as con:
        create_tables(con, tmp_path)
        assert con.execute("from rule_currency_rates").fetchall() == [("EUR", None, 1.5, True)]
