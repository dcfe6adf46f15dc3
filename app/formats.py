"""Figures, dates and money as a French or an English reader writes them. Unknown is always "—", never 0."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Literal

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal, format_percent

UNKNOWN = "—"
NARROW = "\u202f"  # narrow no-break space: French groups thousands with it, and sets it before % and ‰
MINUS = "\u2212"

LOCALES: Mapping[str, str] = {"fr": "fr", "en": "en"}
SYMBOLS: Mapping[str, str] = {
    "USD": "$",
    "CAD": "$",
    "AUD": "$",
    "NZD": "$",
    "EUR": "€",
    "GBP": "£",
    "JPY": "¥",
}
WITHOUT_CENTS = frozenset({"JPY", "KRW", "CLP", "VND", "XOF", "XAF", "ISK", "PYG", "UGX", "RWF"})


def plural(n: str | float, lang: str) -> Literal["one", "other"]:
    """The plural form for a number: French counts 0 and 1,5 as one, English only 1."""
    value = float(n) if not isinstance(n, str) else 2.0
    return "one" if Locale.parse(LOCALES[lang]).plural_form(value) == "one" else "other"


def country(code: str, lang: str) -> str:
    """A country's name from its two letters."""
    return Locale.parse(LOCALES[lang]).territories.get(code, code)


def number(value: float | None, lang: str, decimals: int | None = None) -> str:
    """A plain number: `1 234,5` or `1,234.5`. Without `decimals` whole numbers have none, others up to two."""
    if value is None or value != value:
        return UNKNOWN
    pattern = "#,##0.##" if decimals is None else "#,##0" + ("." + "0" * decimals if decimals else "")
    return _signed(format_decimal(value, format=pattern, locale=LOCALES[lang]))


def about(expected: float, lang: str) -> str:
    """An expected number of incidents; one that is not 0 is never written so."""
    if expected < 0.05:
        return f"< {number(0.1, lang, 1)}"
    return number(expected, lang, 1 if expected < 10 else 0)


def percent(share: float | None, lang: str, decimals: int = 0) -> str:
    """A share from 0 to 1 as `7 %` or `7%`."""
    if share is None or share != share:
        return UNKNOWN
    digits = "." + "0" * decimals if decimals else ""
    pattern = f"#,##0{digits}" + (f"{NARROW}%" if lang == "fr" else "%")
    return _signed(format_percent(share, format=pattern, locale=LOCALES[lang]))


def per_mille(share: float | None, lang: str, decimals: int = 1) -> str:
    """A share from 0 to 1 as `22,4 ‰` or `22.4‰`."""
    if share is None or share != share:
        return UNKNOWN
    return number(share * 1000, lang, decimals) + (f"{NARROW}‰" if lang == "fr" else "‰")


def money(cents: float | None, currency: str | None, lang: str, decimals: int = 2) -> str:
    """Minor units as `412,00 $` or `$412.00`; a currency without a sign of its own keeps its code."""
    if cents is None or cents != cents:
        return UNKNOWN
    minor = currency in WITHOUT_CENTS
    figure = number(cents / (1 if minor else 100), lang, 0 if minor else decimals)
    sign = SYMBOLS.get(currency or "")
    if lang == "fr" or sign is None:
        return f"{figure}\u00a0{sign or currency or ''}".rstrip("\u00a0")
    return f"{MINUS}{sign}{figure[1:]}" if figure.startswith(MINUS) else f"{sign}{figure}"


def change(text: str) -> str:
    """A written difference with its sign: `+4,1`, `−4,1`; one that rounds to nothing has `±`."""
    if not any(digit in text for digit in "123456789"):
        return text if text == UNKNOWN else f"±{text}"
    return text if text.startswith(MINUS) or text == UNKNOWN else f"+{text}"


def day(value: date | None, lang: str, with_year: bool = True) -> str:
    """`9 nov. 2026` or `9 Nov 2026`."""
    if value is None:
        return UNKNOWN
    return format_date(value, "d MMM y" if with_year else "d MMM", locale=LOCALES[lang])


def moment(value: datetime | None, lang: str) -> str:
    """`9 nov. 2026, 14:05` or `9 Nov 2026, 14:05`."""
    return UNKNOWN if value is None else format_datetime(value, "d MMM y, HH:mm", locale=LOCALES[lang])


def span(start: date, until: date, lang: str) -> str:
    """The days from `start` to the day before `until`, as short as they can be told apart: `9–15 nov. 2026`."""
    last = until - timedelta(days=1)
    if start == last:
        return day(last, lang)
    if (start.year, start.month) == (last.year, last.month):
        return f"{start.day}–{day(last, lang)}"
    return f"{day(start, lang, with_year=start.year != last.year)} – {day(last, lang)}"


def month(value: date, lang: str) -> str:
    """`novembre 2026` or `November 2026`."""
    return format_date(value, "MMMM y", locale=LOCALES[lang])


def short_date_pattern(lang: str) -> str:
    """How a table writes a day: moment.js's letters, for Streamlit's date columns."""
    return "DD/MM/YYYY" if lang == "fr" else "YYYY-MM-DD"


def plotly_locale(lang: str) -> dict[str, object]:
    """The names and separators that plotly needs to speak the language; it ships none but English."""
    locale = Locale.parse(LOCALES[lang])
    months, days = locale.months["format"], locale.days["format"]
    week = (6, 0, 1, 2, 3, 4, 5)  # plotly's week begins on a Sunday
    return {
        "format": {
            "months": [months["wide"][i] for i in range(1, 13)],
            "shortMonths": [months["abbreviated"][i] for i in range(1, 13)],
            "days": [days["wide"][i] for i in week],
            "shortDays": [days["abbreviated"][i] for i in week],
            "decimal": "," if lang == "fr" else ".",
            "thousands": NARROW if lang == "fr" else ",",
            "grouping": [3],
            "date": "%d/%m/%Y" if lang == "fr" else "%Y-%m-%d",
        }
    }


def _signed(text: str) -> str:
    if not text.startswith("-"):
        return text
    return MINUS + text[1:] if any(digit in text for digit in "123456789") else text[1:]
