"""The pages of defects and of warehouses, and the charge-back files that they give."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl
import pytest

from app import chargeback, chargeback_pdf, defects, logistics, quality_charts
from app.charts import LIGHT
from app.exports import csv_bytes
from app.filters import Filters
from app.frame import Page
from app.i18n import Lang, say
from pipelines.reader import Reader
from pipelines.store import Store
from tests.test_pages import drawn, store, words

__all__ = ["store"]

RunView = Callable[..., pl.DataFrame]
LABELS = (
    "heading to period cases total unknown_amounts other_currencies by_cause said inspected records contested "
    "none_said page_of measured_only order"
).split()
HOSTILE = '#panic("x") $a$ *b* `c` <total> \\ @ref " ] } https://x.example ' + "W" * 90


@pytest.mark.parametrize(("lang", "verdict"), [("fr", "dans les limites"), ("en", "within limits")])
def test_the_page_of_defects_says_which_lot_is_bad_and_what_a_point_means(
    store: Store, lang: Lang, verdict: str
) -> None:
    app = drawn("defects", lang=lang, period="all", level="lot")
    assert [e.value for e in app.exception] == []
    lots = defects.judged_lots(Reader(store).query("lot_rates"))
    bad = lots.filter(pl.col("verdict").is_in(defects.OUT))
    said = bad["lot"][0] if bad.height else say(lang, "defects.none_out", n=lots.height)
    assert any(said in line.value.replace("\\", "") for line in app.subheader)
    assert app.button_group(key="w_level").value in ("lot", ["lot"])
    assert say(lang, "defects.lot_basis") in words(app).replace("\\", "")
    assert verdict == say(lang, "verdict.inside")
    assert lots.filter(pl.col("lot").is_in(app.dataframe[0].value["place"].to_list())).height, (
        "known lots are listed"
    )


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_page_of_warehouses_counts_what_the_view_counts(store: Store, lang: Lang) -> None:
    app = drawn("logistics", lang=lang, period="all")
    assert [e.value for e in app.exception] == []
    found = Reader(store).query("warehouse_errors")
    n = int(found.filter(pl.col("cause").is_null())["incident_count"].sum())
    assert say(lang, "logistics.n", n=n) in app.caption[0].value.replace("\\", "")
    assert app.dataframe[0].value.shape[0] == found.height


def page(currency: str = "EUR") -> Page:
    return Page(
        Filters("all", None, None), [], {}, date(2025, 3, 31), "en", currency
    )  # fmt: skip


def claimed(**changed: Any) -> pl.DataFrame:
    """Three cases: 10.00 EUR, an amount not known, 5.00 USD; changed columns are of the first."""
    rows: list[dict[str, Any]] = [
        {
            "incident_key": key,
            "event_date": date(2025, 3, 3),
            "order_date": None,
            "order_name": f"#{at}",
            "cause_name": "Defect",
            "evidence_name": "fact",
            "conflict": "",
            "has_conflict": False,
            "product": "Boot",
            "variant": "38",
            "sku": "B-38",
            "lot": "L2",
            "warehouse": None,
            "quantity": 1,
            "said": "It broke",
            "inspected": None,
            "records": "tickets.csv #12",
            "cost_cents": cents,
            "currency": currency,
        }
        for at, (key, cents, currency) in enumerate(
            [("a", 1000, "EUR"), ("b", None, "EUR"), ("c", 500, "USD")]
        )
    ]
    rows[0] |= changed
    return pl.DataFrame(rows, infer_schema_length=None)


def letter(rows: pl.DataFrame, lang: Lang = "en", name: str = "Kordane") -> chargeback_pdf.Document:
    labels = {key: say(lang, f"chargeback.{key}") for key in LABELS}
    return chargeback_pdf.document(rows, name, lang, "EUR", labels, "March", "Event date", "as of 31 March")


@pytest.mark.parametrize(("lang", "total", "count"), [("fr", "10,00\u00a0€", "3"), ("en", "€10.00", "3")])
def test_the_pdf_tells_the_same_total_as_the_cases(lang: Lang, total: str, count: str) -> None:
    content = letter(claimed(), lang)
    assert chargeback_pdf.told(content, "total") == [total]
    assert chargeback_pdf.told(content, "count") == [count]
    assert len(chargeback_pdf.told(content, "case")) == 3, (
        "also the one whose amount is not known, and the other currency's"
    )
    assert chargeback_pdf.told(content, "case")[1] == "—"
    assert content["others"][0][0] == "USD"
    assert content["unknown"] == "1"
    assert sum(c["amount"] != "—" for c in content["cases"]) == 1
    made = chargeback_pdf.made(content)
    assert made.startswith(b"%PDF-")
    assert chargeback_pdf.made(content)[:8] == made[:8]


def test_nothing_that_data_say_is_markup() -> None:
    content = letter(
        claimed(
            said=HOSTILE, inspected=HOSTILE, records=HOSTILE, order_name=HOSTILE, product=HOSTILE, sku=HOSTILE
        ),
        name=HOSTILE,
    )
    assert chargeback_pdf.made(content).startswith(b"%PDF-")
    assert chargeback_pdf.told(content, "total") == ["€10.00"]
    assert content["cases"][0]["said"].replace("\u200b", "") == HOSTILE


def test_a_claim_without_any_known_amount_says_so_instead_of_nothing() -> None:
    content = letter(claimed(cost_cents=None).head(2))
    assert (content["total"], content["total_cents"], content["unknown"]) == ("—", None, "2")
    assert content["causes"] == [["Defect", "2", "—"]]


def test_the_csv_of_a_claim_cannot_run_as_a_formula(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chargeback.names, "causes", dict)
    said = chargeback.Words(page())
    text = csv_bytes(claimed(said="=1+1"), said.columns, "en").decode("utf-8-sig")
    assert "'=1+1" in text
    assert text.splitlines()[1].split(",")[10:12] == ["10", "EUR"]


def test_a_page_filters_its_claim_by_whom_it_goes_to() -> None:
    chosen = chargeback.variables(page(), "3pl", "Laval")
    assert (chosen["parties"], chosen["families"], chosen["warehouses"]) == (
        ["3pl"],
        ["logistics"],
        ["Laval"],
    )


def test_a_rate_is_above_its_level_only_when_its_interval_is() -> None:
    errors = pl.DataFrame(
        {
            "incident_count": [41, 4, 2, 3],
            "lines_shipped": [7597, 1000, 1000, None],
            "judged_count": [41, 4, 2, None],
            "accepted_count": [15.2, 2.0, 2.0, None],
            "agreed_per_1000": [2.0, 2.0, 2.0, None],
        }
    )
    assert logistics.with_intervals(errors)["state"].to_list() == [
        "above",
        "above_unsure",
        "within",
        "no_level",
    ]


def test_lots_are_drawn_with_their_interval_and_the_bad_one_is_filled() -> None:
    lots = pl.DataFrame(
        {
            "supplier": ["K"] * 3,
            "lot": ["L1", "L2", None],
            "incident_count": [2, 60, 9],
            "units_sold": [500, 400, 90],
            "first_sold_date": [date(2025, 1, 1), date(2025, 2, 1), None],
            "rate": [0.004, 0.15, 0.1],
        }
    )
    told = defects.judged_lots(lots)
    assert told["lot"].to_list() == ["L2", "L1"]
    assert told["verdict"].to_list() == ["above_998", "inside"]
    points = told.with_row_index("key").with_columns(
        amount=pl.col("rate") * 1000,
        amount_low=pl.col("rate_low") * 1000,
        amount_high=pl.col("rate_high") * 1000,
        is_out=pl.col("verdict") == "above_998",
        label=pl.col("lot"),
        hover=pl.lit("<b>"),
    )
    figure = quality_charts.lots(points, LIGHT, ("x", "y"), 10.0, ("interval", "common"))
    assert [list(trace.text) for trace in figure.data[:2]] == [[""], ["L2"]]
    assert figure.data[1].hovertext == ("&lt;b&gt;",)
