"""What free text gives: what it names that a record may bear, and a subject line that names nobody."""

from __future__ import annotations

from duckdb import (
    CaseExpression,
    Expression,
)

from pipelines.cells import function
from pipelines.extras import EMAIL
from pipelines.mentions import BEFORE_ORDER, FIRST_ORDER, MENTION

_TELEPHONE = (
    r"(?:\+|\b00)\d[\d .()-]{7,}\d\b"
    r"|(?:\+?\d{1,3}[ .-]?)?\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}\b"
    r"|\b0\d(?:[ .-]?\d{2}){4}\b"
)


def order_named_in(words: Expression) -> Expression:
    """The first of what is surely meant as an order number in a text, or NULL."""
    first = function("nullif", function("regexp_extract", words, FIRST_ORDER, 0), "")
    return function("nullif", function("regexp_replace", first, BEFORE_ORDER, ""), "")


def mentions_in(words: Expression) -> Expression:
    """All else in a text that may name an order, a parcel or a return, as it is written; NULL when nothing does.

    What each of them names, the macros `mentioned_order`, `mentioned_parcel` and `mentioned_return` tell.
    """
    nothing = function("list_value").cast("VARCHAR[]")
    return function("nullif", function("regexp_extract_all", words, MENTION), nothing)


def normal_ref(order: Expression) -> Expression:
    """An order number as everyone writes it: upper case, no blanks, no leading '#'; NULL when nothing is left."""
    return function("normal_ref", order)


def masked(subject: Expression) -> Expression:
    """A subject line without e-mail addresses and telephone numbers."""
    no_email = CaseExpression(
        function("contains", subject, "@"), function("regexp_replace", subject, EMAIL, "[e-mail]", "g")
    ).otherwise(subject)
    has_figures = function("regexp_matches", no_email, r"\d{2}.*\d{2}.*\d{2}")
    return CaseExpression(
        has_figures, function("regexp_replace", no_email, _TELEPHONE, "[tel]", "g")
    ).otherwise(no_email)
