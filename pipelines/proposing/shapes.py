"""What the values of a column look like: shares of its filled cells that are dates, numbers, codes, e-mails, …"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipelines.extras import EMAIL

_EMAIL = re.compile(rf"^{EMAIL}$")
_DATE = re.compile(
    r"^(\d{4}([-/.])\d{1,2}\2\d{1,2}|\d{1,2}([-/.])\d{1,2}\3\d{2,4}|\d{1,2}[-/ ][A-Za-zéûôÀ-ÿ]{3,9}\.?[-/ ]\d{2,4}"
    r"|[A-Za-z]{3,9}\.? \d{1,2},? \d{4}|20[0-4]\d[01]\d[0-3]\d)"
    r"([T ,]|$| a )"
)
_NUMBER = re.compile(
    r"^[+-]?(\d{1,3}([ \u00a0\u202f.,'’]\d{3})+|\d+)([.,]\d+)?-?$|^[+-]?\d*[.,]\d+$|^\(\d+([.,]\d+)?\)$"
)
_MONEY_SIGN = re.compile(r"[$€£]|\b(EUR|USD|CAD|GBP|CHF)\b")
_CENTS = re.compile(r"\d[.,]\d{2}-?\)?$")
_WHOLE = re.compile(r"^[+-]?\d{1,18}([.,]0+)?$")
_FLAG = frozenset(("true", "false", "yes", "no", "oui", "non", "vrai", "faux", "y", "n", "0", "1"))
_CURRENCY = frozenset(
    "EUR USD CAD GBP CHF SEK DKK NOK PLN JPY AUD MXN CZK RON HUF BRL CNY MAD TND XOF".split()
)
_COUNTRY = re.compile(r"^[A-Z]{2}$")
_CODE = re.compile(r"^[#A-Za-z0-9][A-Za-z0-9._/#-]*$")
# UPS, the Universal Postal Union's thirteen characters, Colissimo and Chronopost, and the long figures of the rest
_TRACKING = re.compile(
    r"^(1Z[0-9A-Z]{16}|[A-Z]{2}\d{9}[A-Z]{2}|\d[A-Z]\d{11}|[0-9]{11,22}|[A-Z]{2,4}\d{9,16})$"
)
_SKU = re.compile(r"^(?=.*[A-Z])[A-Z0-9]+([-_./][A-Z0-9]+)+$")
_PHONE = re.compile(r"^(\+\d[\d .-]{8,}|0\d([ .-]?\d{2}){4}|\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4})$")


@dataclass(frozen=True)
class Shape:
    """Shares from 0 to 1 of the cells that are not blank; `filled` is how many there are."""

    filled: int
    distinct: float  # 1: no value comes twice
    email: float
    date: float
    number: float
    whole: float
    money: float  # an amount: a currency sign, or two decimals
    flag: float
    currency: float
    country: float
    code: float  # one word of letters, figures and signs, with a figure in it
    tracking: float
    sku: float
    phone: float
    words: float  # mean count of words
    longest: int


def shape(cells: Iterable[str | None]) -> Shape:
    """What the cells of one column have in common."""
    values = [value.strip() for value in cells if value is not None and value.strip()]
    n = len(values)

    def share(count: int) -> float:
        return count / n if n else 0.0

    bare = [_MONEY_SIGN.sub("", value).strip() for value in values]
    numbers = [bool(_NUMBER.match(value)) for value in bare]
    return Shape(
        filled=n,
        distinct=share(len(set(values))),
        email=share(_count(_EMAIL, values)),
        date=share(_count(_DATE, values)),
        number=share(sum(numbers)),
        whole=share(_count(_WHOLE, values)),
        money=share(
            sum(
                is_number and (bool(_CENTS.search(b)) or bool(_MONEY_SIGN.search(v)))
                for v, b, is_number in zip(values, bare, numbers, strict=True)
            )
        ),
        flag=share(sum(value.lower() in _FLAG for value in values)),
        currency=share(sum(value.upper() in _CURRENCY for value in values)),
        country=share(_count(_COUNTRY, values)),
        code=share(sum(bool(_CODE.match(v)) and any(c.isdigit() for c in v) for v in values)),
        tracking=share(_count(_TRACKING, values)),
        sku=share(_count(_SKU, values)),
        phone=share(_count(_PHONE, values)),
        words=share(sum(len(value.split()) for value in values)),
        longest=max(map(len, values), default=0),
    )


def fits(looks: Shape, column: str, kind: str) -> float:
    """How far values of this shape can be a contract column of this type: 0 never, 1 nothing speaks against it."""
    if looks.filled == 0:
        return 0.8  # nothing speaks for it either
    if column == "customer_key":
        return 1.0 if looks.email > 0.6 else 0.0
    if looks.email > 0.3 or (
        looks.phone > 0.5 and column not in ("tracking_number", "order_id", "order_name")
    ):
        return 0.0
    if kind == "TIMESTAMP":
        return 1.0 if looks.date > 0.8 else 0.6 if looks.date > 0.4 else 0.0
    if kind == "BOOLEAN":
        return 1.0 if looks.flag > 0.9 else 0.0
    if column.endswith("_cents"):
        return 1.0 if looks.money > 0.5 else 0.9 if looks.number > 0.8 and looks.date < 0.5 else 0.0
    if kind == "BIGINT":
        return 0.0 if looks.whole <= 0.5 else 1.0 if looks.whole > 0.9 and looks.longest <= 9 else 0.8
    if kind == "DOUBLE":
        return 1.0 if looks.number > 0.8 else 0.0
    return _fits_text(looks, column)


def _fits_text(looks: Shape, column: str) -> float:
    """Text columns: nothing that is a date or an amount, and what their content can be."""
    if looks.date > 0.5 or looks.money > 0.5:
        return 0.0
    if column == "currency":
        return 1.0 if looks.currency > 0.8 else 0.0
    if column == "country":
        return 1.0 if looks.country > 0.8 else 0.9 if looks.number < 0.1 and looks.words < 3 else 0.0
    if column == "language":
        return 1.0 if looks.longest <= 10 and looks.number == 0 else 0.3
    if column.endswith("_id") or column in ("order_name", "sku", "lot", "tracking_number"):
        return 1.0 if looks.words < 1.3 else 0.7 if looks.words < 2.2 else 0.0
    if column in ("subject", "product", "tags", "lots", "reason_raw", "condition_raw", "code_raw"):
        return 1.0 if looks.number < 0.5 or column in ("code_raw", "reason_raw") else 0.2
    # what is said in a word or two, of a few: no free text, no numbers
    return 0.0 if looks.words > 6 else 0.3 if looks.number > 0.5 else 1.0


def is_personal(looks: Shape) -> bool:
    """Whether the values are e-mail addresses or telephone numbers."""
    return looks.email > 0.3 or looks.phone > 0.5


def by_itself(looks: Shape) -> Sequence[tuple[str, float]]:
    """Contract columns that the values alone suggest, with how sure that is."""
    if looks.filled < 2:
        return ()
    told: list[tuple[str, float]] = []
    if looks.email > 0.8:
        told.append(("customer_key", 0.7))
    if looks.currency > 0.95:
        told.append(("currency", 0.7))
    elif looks.country > 0.95:
        told.append(("country", 0.45))
    if looks.tracking > 0.8 and looks.distinct > 0.6 and looks.date < 0.5 and looks.phone < 0.5:
        told.append(("tracking_number", 0.5))
    elif looks.sku > 0.7:
        told.append(("sku", 0.5))
    return told


def _count(pattern: re.Pattern[str], values: Sequence[str]) -> int:
    return sum(bool(pattern.match(value)) for value in values)
