"""The pages of defects and of warehouses, and the charge-back files that they give."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date
from io import StringIO
from typing import Any

import polars as pl
import pytest

from app import chargeback, chargeback_pdf, defects, logistics, quality_charts
from app.charts import LIGHT
from app.filters import Filters
from app.frame import Page
from app.i18n import Lang, say
from pipelines.reader import Reader
from pipelines.store import Store
from tests.test_pages import drawn, store, words

__all__ = ["store"]

RunView = Callable[..., pl.DataFrame]
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
    assert say(lang, "chargeback.no_sender") in words(app).replace("\\", ""), "the shop has not said its name"
    told = next(each.value for each in app.dataframe if "assumed_cents" in each.value.columns)
    assert {say(lang, "cost_part.refund"), say(lang, "cost_part.handling")} <= set(told["name"])
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
    """Three cases: 10.00 EUR refunded and 2.50 of freight assumed; nothing known; 5.00 USD without a rate.

    Changed columns are of the first.
    """
    rows: list[dict[str, Any]] = [
        {
            "incident_key": key,
            "event_date": date(2025, 3, 3),
            "order_date": None,
            "order_name": f"#{at}",
            "cause": "Defect",
            "evidence": "fact",
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
            "refunded_cents": refunded,
            "refunded_currency": currency,
            **dict.fromkeys(f"{part}_cents" for part in chargeback_pdf.PARTS),
            "cost_cents": None,
            "measured_cents": None,
            "assumed_cents": None,
            "assumed_parts": [],
            "missing_parts": ["refund"] if refunded is None else [],
            "other_currencies": ["USD"] if currency == "USD" else [],
            "other_cents": [refunded] if currency == "USD" else [],
        }
        for at, (key, refunded, currency) in enumerate(
            [("a", 1000, "EUR"), ("b", None, "EUR"), ("c", 500, "USD")]
        )
    ]
    rows[0] |= {"refund_cents": 1000, "freight_back_cents": 250, "assumed_parts": ["freight_back"]}
    rows[0] |= {"cost_cents": 1250, "measured_cents": 1000, "assumed_cents": 250} | changed
    kinds: dict[str, Any] = {
        name: pl.Int64 for name in rows[0] if name.endswith("_cents") and name != "other_cents"
    }
    lists = {"assumed_parts": pl.List(pl.String), "missing_parts": pl.List(pl.String)}
    lists |= {"other_currencies": pl.List(pl.String), "other_cents": pl.List(pl.Int64)}
    return pl.DataFrame(rows, schema_overrides={**kinds, **lists}, infer_schema_length=None)


#: what cost_components says of the same cases
COMPONENTS = pl.DataFrame(
    [
        ("refund", False, 2, 1, 0, 1000, None, 1000),
        ("freight_back", False, 1, 0, 1, None, 250, 250),
        ("goods", False, 1, 0, 0, None, None, None),
        ("lost_sale", True, 1, 1, 0, 700, None, 700),
    ],
    schema=[
        *("component", "is_apart", "part_count", "measured_count", "assumed_count"),
        *("measured_cents", "assumed_cents", "amount_cents"),
    ],
    orient="row",
)


def letter(
    monkeypatch: pytest.MonkeyPatch,
    rows: pl.DataFrame,
    name: str = "Kordane",
    sender: str | None = None,
) -> chargeback_pdf.Document:
    monkeypatch.setattr(chargeback.names, "causes", dict)
    monkeypatch.setattr("app.i18n.language", lambda: "en")
    return chargeback.Words(page()).document(name, sender, rows, COMPONENTS)


def test_the_pdf_tells_the_total_of_its_cases_and_of_its_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    content = letter(monkeypatch, claimed())
    assert chargeback_pdf.told(content, "total") == ["€12.50"]
    assert chargeback_pdf.told(content, "count") == ["3"]
    assert chargeback_pdf.told(content, "case") == ["€12.50", "—", "—"], (
        "also those whose amount is not known, or in a currency without a rate"
    )
    # what is known of nothing is no row, and a sale lost is in no total
    assert content["parts"] == [
        ["Refund", "1", "€10.00", "—", "€10.00"],
        ["Return freight", "1", "—", "€2.50", "€2.50"],
    ]
    assert (content["measured"], content["assumed"], content["unknown"]) == ("€10.00", "€2.50", "1")
    assert content["cases"][0]["parts"] == "Refund €10.00 · Return freight €2.50 (assumed)"
    assert content["others"] == [["USD", "1", "$5.00"]]
    assert "$5.00" in content["cases"][2]["parts"]
    made = chargeback_pdf.made(content)
    assert made.startswith(b"%PDF-")
    assert chargeback_pdf.made(content)[:8] == made[:8]


def test_a_letter_names_its_sender_only_when_the_shop_said_who_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert chargeback_pdf.told(letter(monkeypatch, claimed()), "sender") == [""]
    assert chargeback_pdf.told(letter(monkeypatch, claimed(), sender="Maison *K*"), "sender") == [
        "Maison *K*"
    ]


def test_nothing_that_data_say_is_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    content = letter(
        monkeypatch,
        claimed(
            said=HOSTILE, inspected=HOSTILE, records=HOSTILE, order_name=HOSTILE, product=HOSTILE, sku=HOSTILE
        ),
        name=HOSTILE,
        sender=HOSTILE,
    )
    assert chargeback_pdf.made(content).startswith(b"%PDF-")
    assert chargeback_pdf.told(content, "total") == ["€12.50"]
    assert content["cases"][0]["said"].replace("\u200b", "") == HOSTILE


def test_a_claim_without_any_known_amount_says_so_instead_of_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    unknown = {"cost_cents": None, "measured_cents": None, "assumed_cents": None}
    content = letter(monkeypatch, claimed(**unknown).head(2))
    assert (content["total"], content["total_cents"], content["unknown"]) == ("—", None, "1")
    assert content["causes"] == [["Defect", "2", "—"]]


def test_the_csv_of_a_claim_cannot_run_as_a_formula(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chargeback.names, "causes", dict)
    monkeypatch.setattr("app.i18n.language", lambda: "en")
    rows = list(
        csv.DictReader(StringIO(chargeback.Words(page()).table(claimed(said="=1+1")).decode("utf-8-sig")))
    )
    assert rows[0]["Said"] == "'=1+1"
    assert (rows[0]["Refund (EUR)"], rows[0]["Return freight (EUR)"], rows[0]["Total (EUR)"]) == (
        "10",
        "2.5",
        "12.5",
    )
    assert rows[0]["Assumed parts"] == "Return freight"
    assert (rows[2]["Total (EUR)"], rows[2]["Without a rate"]) == ("", "$5.00")
    assert not any(heading.startswith("Goods") for heading in rows[0]), "a part that no case has is no column"


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
