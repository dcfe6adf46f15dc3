"""The weekly review as a PDF: it says what its page shows, word for word and figure for figure, in both languages."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import polars as pl
import pytest
import streamlit as st
from hypothesis import given
from hypothesis import strategies as some
from streamlit.testing.v1 import AppTest

from app import plots, report, review_pareto, review_pdf, typeset
from app.filters import Filters
from app.frame import Page
from app.i18n import Lang, language, md, say, speaking
from app.review_shapes import bar, pieces, steps
from pipelines import actions, notes
from pipelines.actions import Action
from pipelines.cli.main import main
from pipelines.notes import Note
from pipelines.reader import Reader
from pipelines.store import Store
from tests.pages_store import small_store
from tests.test_pages import drawn, store

__all__ = ["store"]

HOSTILE = '#panic("x") $a$ *b* `c` <tile> \\ @ref " ] } https://x.example \x07\n' + "W" * 90
CHINESE = "测试仓库"  # no font of typst has it


@dataclass
class Seen:
    """What a page has drawn, and how it makes its file."""

    app: AppTest
    tiles: list[dict[str, Any]] = field(default_factory=list)
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    figures: dict[str, go.Figure] = field(default_factory=dict)
    button: dict[str, Any] = field(default_factory=dict)


def seen(monkeypatch: pytest.MonkeyPatch, **params: str | list[str]) -> Seen:
    """The weekly review with this URL."""
    now = Seen(AppTest.from_string(""))

    def listed(kind: str, items: list[Any], key: str) -> None:
        plain = [report._plain(item) for item in items]
        if kind == "tiles":
            now.tiles = plain
        else:
            now.rows.setdefault("week" if key.startswith("week_") else key, []).extend(plain)

    def offered(label: str, **options: Any) -> bool:
        if options["key"] == "review_pdf":
            now.button = {"label": label, **options}
        return False

    def never(*_: Any, **__: Any) -> bytes:
        raise AssertionError("made although nobody asked for it")

    with monkeypatch.context() as patch:
        patch.setattr(report, "_draw", listed)
        patch.setattr(st, "download_button", offered)
        patch.setattr(plots, "show", lambda figure, key, *_: now.figures.update({key: figure}))
        patch.setattr(typeset, "made", never)
        now.app = drawn("weekly_review", **params)
    assert [e.value for e in now.app.exception] == []
    return now


def content(monkeypatch: pytest.MonkeyPatch, now: Seen) -> dict[str, Any]:
    """What the file says, made where Streamlit makes it: in a thread that knows neither page nor reader."""
    asked: list[dict[str, Any]] = []

    def kept(template: Any, said: dict[str, Any], *, for_all: bool) -> bytes:
        assert template == review_pdf.TEMPLATE
        assert for_all
        asked.append(said)
        return b""

    with monkeypatch.context() as patch, ThreadPoolExecutor(1) as other:
        patch.setattr(typeset, "made", kept)
        assert other.submit(now.button["data"]).result() == b""
    return json.loads(json.dumps(asked[0]))  # as typst gets it


def found(said: Mapping[str, Any], label: str) -> list[str]:
    return [str(text).replace("\u200b", "") for text in typeset.told(review_pdf.TEMPLATE, said, label)]


def words(row: Mapping[str, Any], *names: str) -> list[str]:
    return [row[name] for name in names if row[name]]


@pytest.fixture
def noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A shop with a name, an action that awaits its verdict and a note on the axis of time."""
    shutil.copytree(small_store().folder, tmp_path / "store")
    monkeypatch.setenv("INCIDENTS_STORE", str(tmp_path / "store"))
    made = Store(tmp_path / "store")
    (made.user / "settings.toml").write_text('shop_name = "Maison *K* <x>"\n', encoding="utf-8")
    causes = Reader(made).query("cause_pareto")["cause"].to_list()
    last = Reader(made).query("scope_weeks")["week_start_date"].max()
    assert isinstance(last, date)
    action = Action(
        'Rayons *redessinés* #panic("x") <tile>',
        (last - timedelta(weeks=2)).isoformat(),
        {"cause": causes},
        "Anne",
        60,
    )
    actions.save(made, action, "Anne")
    notes.save(made, Note((last - timedelta(weeks=6)).isoformat(), "Soldes *d’été*", "promotion"), "Anne")
    return made


CASES = [
    ("fr", {"period": "13w"}),
    ("en", {"measure": "rate", "grain": "month", "period": "26w", "basis": "order"}),
    ("fr", {"measure": "cost", "period": "13w", "party": ["supplier", "3pl"]}),
]


@pytest.mark.parametrize(("lang", "params"), CASES)
def test_the_file_says_what_the_page_shows(
    monkeypatch: pytest.MonkeyPatch, store: Store, lang: Lang, params: dict[str, str | list[str]]
) -> None:
    now = seen(monkeypatch, lang=lang, **params)
    said = content(monkeypatch, now)
    assert (said["lang"], now.button["label"]) == (lang, say(lang, "review_pdf.button"))
    assert said["title"] == now.app.title[0].value.replace("\\", "")
    assert found(said, "line") == [now.app.caption[0].value.replace("\\", "")]
    sentence = now.app.markdown[0].value.replace("**", "").replace("\\", "")
    assert "".join(found(said, "sentence")) == sentence
    tiles = [
        text
        for tile in now.tiles
        for text in words(tile, "label", "value", "change", "against", "limits", "usual", "note", "hint")
    ]
    assert found(said, "tile") == tiles
    for name, key in (("week", "week"), ("issues", "issues")):
        rows = now.rows.get(key, [])
        shown = [text for row in rows for text in words(row, "rank", "title", "detail", "figure", "badge")]
        assert found(said, name) == (shown or [said[name]["none"]])
    assert {said[part]["title"] for part in ("pareto", "trend")} <= {
        each.value.replace("\\", "") for each in now.app.subheader
    }
    bars, *others = now.figures["pareto"].data
    of_bars = next(trace for trace in (bars, *others) if isinstance(trace, go.Bar))
    values = next(trace for trace in others if trace.mode == "text")
    assert [row["value"] for row in said["pareto"]["rows"]] == [text.strip() for text in values.text]
    assert [row["title"] for row in said["pareto"]["rows"]] != []
    longest = max(row["bar"]["amount"] for row in said["pareto"]["rows"])
    assert [row["bar"]["amount"] / longest for row in said["pareto"]["rows"]] == pytest.approx(
        [x / max(of_bars.x) for x in of_bars.x]
    )
    line = next(trace for trace in now.figures["trend"].data if trace.mode == "lines+markers")
    top = said["trend"]["ticks"][-1][1]
    scale = float(re.sub(r"\s|,", "", top) if lang == "en" else re.sub(r"\s", "", top).replace(",", "."))
    assert [point[1] * scale for point in said["trend"]["points"]] == pytest.approx(
        [y for y in line.y if y is not None]
    )
    assert len(said["trend"]["lines"]["high"] or [[]]) <= 1
    made = typeset.made(review_pdf.TEMPLATE, said, for_all=True)
    assert b"pdfuaid:part" in made, "every letter of our own texts is in the fonts"
    assert f"{say(lang, 'review_pdf.file')}_20" in now.button["file_name"]


def test_shop_actions_and_marks_are_told_as_on_the_page(
    monkeypatch: pytest.MonkeyPatch, noted: Store
) -> None:
    now = seen(monkeypatch, lang="fr")
    said = content(monkeypatch, now)
    assert found(said, "shop") == ["Maison *K* <x>"]
    (row,) = now.rows["actions_waiting"]
    # what is very long is cut, what no column could hold is let break
    cut = [
        typeset.broken(text).replace("\u200b", "") for text in words(row, "rank", "title", "detail", "figure")
    ]
    assert found(said, "actions") == cut
    shown = "\n".join(str(each.value).replace("\\", "") for each in now.app.caption)
    told = found(said, "mark")
    assert len(told) == 2
    assert "Soldes *d’été*" in told[0]
    for letter, text in zip("AB", told, strict=True):
        assert f"**{letter}** {text}" in shown
    lines = [
        shape
        for shape in now.figures["trend"].layout.shapes
        if shape.type == "line" and shape.yref == "paper"
    ]
    assert len(lines) == len(said["trend"]["marks"]) == 2
    assert [mark[4] for mark in said["trend"]["marks"]] == [False, True], "the action is a solid line"
    assert typeset.made(review_pdf.TEMPLATE, said, for_all=True).startswith(b"%PDF-")


def test_shares_and_medians_beside_the_bars_are_those_of_the_view(
    monkeypatch: pytest.MonkeyPatch, store: Store
) -> None:
    now = seen(monkeypatch, lang="en", period="last_week")
    said = content(monkeypatch, now)
    assert said["pareto"]["heads"] == ["Cause", "incidents", "Share", "13-week median", "Period before"]
    monday = date.fromisoformat(now.button["file_name"].split("_")[1])
    pareto = Reader(store).query("cause_pareto", {"start": monday, "until": monday + timedelta(weeks=1)})
    assert pareto.height
    for row, of_view in zip(said["pareto"]["rows"], pareto.iter_rows(named=True), strict=False):
        share, median, before = row["cells"]
        assert row["value"] == f"{of_view['incident_count']:,}"
        assert share == f"{of_view['incident_share'] * 100:.1f}%"
        assert median == f"{of_view['median_13_week_count']:,.1f}"
        assert before == f"{of_view['prior_incident_count']:,}"


def test_days_without_anything_make_a_file_that_says_so(
    monkeypatch: pytest.MonkeyPatch, store: Store
) -> None:
    now = seen(monkeypatch, lang="fr", **{"from": "2001-01-01", "to": "2001-01-07"})
    said = content(monkeypatch, now)
    assert "Aucun incident" in "".join(found(said, "sentence"))
    assert found(said, "pareto") == [say("fr", "empty.incidents")]
    assert found(said, "trend") == [say("fr", "empty.trend")]
    assert "—" in found(said, "tile")
    assert typeset.made(review_pdf.TEMPLATE, said, for_all=True).startswith(b"%PDF-")


def test_nothing_that_data_say_is_markup_and_any_script_makes_a_file(
    monkeypatch: pytest.MonkeyPatch, store: Store
) -> None:
    said = content(monkeypatch, seen(monkeypatch, lang="en", period="13w"))

    def spoiled(node: Any, text: str) -> Any:
        if isinstance(node, dict):
            kept = {"lang", "paper", "tone", "colour"}
            return {name: value if name in kept else spoiled(value, text) for name, value in node.items()}
        if isinstance(node, list):
            is_colour = len(node) == 2 and isinstance(node[0], str) and node[0].startswith("#")
            return [node[0], spoiled(node[1], text)] if is_colour else [spoiled(each, text) for each in node]
        return typeset.broken(text) if isinstance(node, str) and node else node

    harmed = spoiled(said, HOSTILE)
    assert set(found(harmed, "tile")) == {HOSTILE.replace("\x07\n", " ")}
    assert b"pdfuaid:part" in typeset.made(review_pdf.TEMPLATE, harmed, for_all=True)
    foreign = typeset.made(review_pdf.TEMPLATE, spoiled(said, CHINESE), for_all=True)
    assert foreign.startswith(b"%PDF-")
    assert b"pdfuaid:part" not in foreign, "what cannot be shown is not promised to be read"


@given(some.text(alphabet=some.characters(exclude_categories=["C", "Z"]), max_size=60))
def test_markdown_of_data_is_read_back_as_it_was(text: str) -> None:
    pieces = typeset.runs(f"**{md(text)}** {md(text)}.")
    assert "".join(words for words, _ in pieces).replace("\u200b", "") == f"{text} {text}."
    assert [is_bold for _, is_bold in pieces] == ([True, False] if text else [False])


def test_what_is_bold_on_the_page_is_bold_in_the_file() -> None:
    assert typeset.runs("a **b\\*\\*c** d") == [("a ", False), ("b**c", True), (" d", False)]
    assert typeset.runs("") == []


@pytest.mark.parametrize(
    ("top", "marks", "decimals"),
    [
        (0.0, [0, 0.5, 1, 1.5], 1),  # nothing drawn: an axis all the same
        (3.0, [0, 1, 2, 3, 4], 0),
        (5.0, [0, 2, 4, 6], 0),  # a curve does not touch the upper edge
        (240.0, [0, 50, 100, 150, 200, 250], 0),  # room for 249.6
        (241.0, [0, 100, 200, 300], 0),  # 250.64
        (38.6, [0, 10, 20, 30, 40, 50], 0),
        (0.4, [0, 0.1, 0.2, 0.3, 0.4, 0.5], 1),
        (0.013, [0, 0.005, 0.01, 0.015], 3),
        (123456.0, [0, 50000, 100000, 150000], 0),
    ],
)
def test_an_axis_has_round_marks_and_ends_above_what_is_drawn(
    top: float, marks: list[float], decimals: int
) -> None:
    assert steps(top) == (marks, decimals)


def test_there_are_no_half_incidents() -> None:
    assert steps(1.0, is_count=True) == ([0, 1, 2], 0)
    assert steps(0.0, is_count=True) == ([0, 1, 2], 0)
    assert steps(1.0) == ([0, 0.5, 1, 1.5], 1)


def test_a_curve_stops_at_a_gap_and_a_bar_knows_its_ends() -> None:
    assert pieces([(0, 1.0), (0.5, None), (1, 0.0)]) == [[(0, 1.0)], [(1, 0.0)]]
    assert pieces([(0, None)]) == []
    row = {"amount": 5.0, "amount_low": None, "amount_high": 20.0, "median": 2.5, "family": "odd"}
    assert bar(row, 10.0, {"unknown": "#000000"}) == {
        "amount": 0.5, "low": None, "high": 1.0, "median": 0.25, "colour": "#000000",
    }  # fmt: skip


def test_a_language_is_spoken_for_as_long_as_it_is_said() -> None:
    with speaking("en"):
        assert language() == "en"
        with speaking("fr"):
            assert language() == "fr"
        assert language() == "en"


def test_causes_whose_cost_is_not_known_are_not_the_costliest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Six causes, one of 30.00 and one of 10.00, four of no known amount: the five first make 100 %, not 0."""
    monkeypatch.setattr(review_pareto.names, "causes", dict)
    pareto = pl.DataFrame(
        {
            "cause": list("abcdef"),
            "family": ["product"] * 6,
            "incident_count": [9, 8, 7, 6, 5, 4],
            "cost_cents": [None, None, None, None, 1000, 3000],
            "exposure_count": [100] * 6,
            "median_13_week_count": [1.0] * 6,
        }
    )
    page = Page(
        Filters("all", None, None, measure="cost"), [], {}, date(2026, 3, 31), "en", "EUR"
    )  # fmt: skip
    with speaking("en"):
        ranked = review_pareto.found(page, pareto)
    assert ranked.title == "5 causes make 100% of the cost"
    assert ranked.rows["title"].head(2).to_list() == ["f", "e"]


def test_the_command_line_writes_what_the_page_of_an_address_gives(
    monkeypatch: pytest.MonkeyPatch, store: Store, tmp_path: Path
) -> None:
    now = seen(monkeypatch, lang="en", period="13w", measure="rate", party="supplier")
    of_page = content(monkeypatch, now)
    monkeypatch.delenv("INCIDENTS_STORE")
    kept: list[Any] = []

    def made(_: Path, said: typeset.Document, **__: bool) -> bytes:
        kept.append(said)
        return b"%PDF-"

    monkeypatch.setattr(typeset, "made", made)
    target = tmp_path / "review.pdf"
    address = "http://127.0.0.1:8501/?lang=en&period=13w&measure=rate&party=supplier#top"
    asked = ["report", "--address", address, "-o", str(target), "--store", str(store.folder), "--lang", "fr"]
    assert main(asked) == 0
    assert target.read_bytes() == b"%PDF-"
    assert json.loads(json.dumps(kept[0])) == of_page


def test_the_command_line_writes_one_week_into_a_file_named_by_its_days(
    monkeypatch: pytest.MonkeyPatch, store: Store, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["report", "--week", "2025-W10", "--store", str(store.folder), "--lang", "fr"]) == 0
    assert (tmp_path / "revue_2025-03-03_2025-03-09.pdf").read_bytes().startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--week", "2025-10"], "such as 2026-W46"),
        (["--week", "2025-W54"], "such as 2026-W46"),
        (["--address", "?carrier=Nobody"], "“Nobody” is not in the data"),
    ],
)
def test_a_report_that_cannot_be_meant_is_refused_with_a_sentence(
    store: Store, capsys: pytest.CaptureFixture[str], tmp_path: Path, words: list[str], said: str
) -> None:
    target = tmp_path / "x.pdf"
    store_named = ["--store", str(store.folder), "--lang", "en"]
    assert main(["report", *words, "-o", str(target), *store_named]) == 2
    assert said in capsys.readouterr().err
    assert not target.exists()
    assert main(["report", "--store", str(tmp_path / "none"), "--lang", "en"]) == 1, "nothing is loaded"
