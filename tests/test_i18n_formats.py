"""Figures, dates and money in both languages."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from app import formats


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (formats.number(1234.5, "fr"), "1\u202f234,5"),
        (formats.number(1234.5, "en"), "1,234.5"),
        (formats.number(-1234567, "fr"), "−1\u202f234\u202f567"),
        (formats.number(-0.01, "fr", 0), "0"),
        (formats.per_mille(0.0224, "fr"), "22,4\u202f‰"),
        (formats.per_mille(0.0224, "en"), "22.4‰"),
        (formats.percent(0.07, "fr"), "7\u202f%"),
        (formats.percent(0.075, "en", 1), "7.5%"),
        (formats.money(41200, "CAD", "fr"), "412,00\u00a0$"),
        (formats.money(41200, "EUR", "fr"), "412,00\u00a0€"),
        (formats.money(41200, "USD", "en"), "$412.00"),
        (formats.money(-41200, "EUR", "en"), "−€412.00"),
        (formats.money(41200, "PLN", "en"), "412.00\u00a0PLN"),
        (formats.money(412, "JPY", "en"), "¥412"),
        (formats.day(date(2026, 11, 9), "fr"), "9 nov. 2026"),
        (formats.day(date(2026, 11, 9), "en"), "9 Nov 2026"),
        (formats.span(date(2026, 11, 9), date(2026, 11, 16), "fr"), "9–15 nov. 2026"),
        (formats.span(date(2026, 10, 26), date(2026, 11, 2), "en"), "26 Oct – 1 Nov 2026"),
        (formats.span(date(2025, 12, 29), date(2026, 1, 5), "fr"), "29 déc. 2025 – 4 janv. 2026"),
        (formats.span(date(2026, 11, 9), date(2026, 11, 10), "fr"), "9 nov. 2026"),
        (formats.month(date(2026, 8, 1), "fr"), "août 2026"),
        (formats.moment(datetime(2026, 11, 9, 14, 5), "fr"), "9 nov. 2026, 14:05"),
        (formats.change(formats.number(4.1, "fr")), "+4,1"),
        (formats.change(formats.number(-4.1, "fr")), "−4,1"),
        (formats.change(formats.number(0.04, "fr", 1)), "±0,0"),
    ],
)
def test_figures_are_written_as_the_language_writes_them(written: str, expected: str) -> None:
    assert written == expected


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_what_is_not_known_is_a_dash_and_never_zero(lang: str) -> None:
    unknown = [
        formats.number(None, lang),
        formats.number(float("nan"), lang),
        formats.percent(None, lang),
        formats.per_mille(None, lang),
        formats.money(None, "EUR", lang),
        formats.day(None, lang),
        formats.moment(None, lang),
    ]
    assert set(unknown) == {"—"}


def test_french_counts_zero_and_one_and_a_half_as_one_english_only_one() -> None:
    assert [formats.plural(n, "fr") for n in (0, 1, 1.5, 2)] == ["one", "one", "one", "other"]
    assert [formats.plural(n, "en") for n in (0, 1, 1.5, 2)] == ["other", "one", "other", "other"]


def test_plotly_gets_french_month_names_and_separators() -> None:
    french = formats.plotly_locale("fr")["format"]
    assert isinstance(french, dict)
    assert french["shortMonths"][7] == "août"
    assert french["days"][0] == "dimanche"
    assert (french["decimal"], french["thousands"]) == (",", "\u202f")
