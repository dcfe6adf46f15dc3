"""What free text gives: the order number it names, and what is kept of a subject line so that it names nobody."""

from __future__ import annotations

from duckdb import (
    CaseExpression,
    Expression,
)

from pipelines.cells import function
from pipelines.extras import EMAIL

#: what stands for an order number in a subject line; a match links only where such an order is loaded
_CALLED = r"(?:order|commande|cde)\s*(?:(?:number|num[eé]ro|nr|id|n[o°º.]*)\s*(?:(?:is|est)\s*)?)?:?\s*"
_ORDER_IN_TEXT = rf"(?i)(\d{{3}}-\d{{7}}-\d{{7}}|#\s?[a-z]{{0,4}}-?\d{{3,}}|{_CALLED}#?[a-z]{{0,4}}\d{{4,}})"
_BEFORE_NUMBER = rf"(?i)^{_CALLED}"
_TELEPHONE = (
    r"(?:\+|\b00)\d[\d .()-]{7,}\d\b"
    r"|(?:\+?\d{1,3}[ .-]?)?\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}\b"
    r"|\b0\d(?:[ .-]?\d{2}){4}\b"
)


def order_named_in(words: Expression) -> Expression:
    """The first order number in a text, or NULL."""
    named = function("regexp_extract", words, _ORDER_IN_TEXT, 1)
    return function("nullif", function("regexp_replace", named, _BEFORE_NUMBER, ""), "")


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
