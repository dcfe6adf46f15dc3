"""What all helpdesks share: how shops name the fields they add to a ticket, and which tickets tell of no problem.

No helpdesk has a standard field for the order of a ticket or for the reason of the contact. Shops add their own, named
as they like, so these are found by what their names usually say, in English and French.
"""

from __future__ import annotations

from collections.abc import Callable

from duckdb import CaseExpression, Expression

from pipelines.cells import Cells, Field, Parsed, function
from pipelines.fields import constant, when

#: a custom field's plain name may carry the tool's prefix (Gorgias, Zoho Desk, Fivetran) or its type
#: (Zendesk: 'Reason [list]')
_NAMED = r"~^((ticket field|cf|property) )?(%s)( list| txt| int| dec| mult| flag)?$"

ORDER = _NAMED % (
    r"((shop|shopify|sales|customer) )?order( ?(number|no|nr|num|name|id|ref|reference))?"
    r"|((n|no|num|numero|ref|reference|id) (de |of )?(la |the )?)(order|commande)"
    r"|commande( (n|no|num|numero|ref|reference|id))?( concernee)?"
)
SKU = _NAMED % (
    r"((product|item|article) )?sku|(code|ref|reference) (article|produit|product|item)|(item|product) (code|number)"
)
_REASONS = (
    r"(.* )?(reasons?|motifs?|raisons?|causes?|issues?|problems?|problemes?|intents?|intentions?)( .*)?"
    r"|(ticket |contact )?(category|categorie|subcategory|sous categorie)"
)
REASON = _NAMED % (r"(?!customer )" + _REASONS)
#: the same for the names of JSON, which DuckDB compares: it looks neither ahead nor back
REASON_IN_JSON = _NAMED % _REASONS


def because(*reasons: tuple[Callable[[Cells], Expression], str]) -> Field:
    """Why a ticket tells of no problem: the first word whose condition holds, else NULL."""
    field: Field | None = None
    for condition, word in reversed(reasons):
        field = when(condition, constant(word), field)
    assert field is not None
    return field


def says(field: Field, *words: str) -> Callable[[Cells], Expression]:
    """Whether a field is one of these words, in any letter case."""

    def condition(cells: Cells) -> Expression:
        value = function("lower", field(cells).value.cast("VARCHAR"))
        return function("list_contains", function("list_value", *words), value)

    return condition


def readable(field: Field) -> Field:
    """HTML as text. What is quoted in it is left out: those are the words of who is answered.

    Accents written as entities lose their accent, which comparing words does anyway.
    """

    def parse(cells: Cells) -> Parsed:
        html = field(cells).value.cast("VARCHAR")
        shown = function("regexp_replace", html, _UNSEEN, " ", "gis")
        shown = function("regexp_replace", shown, r"<[^>]*>", " ", "g")
        shown = function("regexp_replace", shown, "&(?:nbsp|#160);", " ", "g")
        shown = function("regexp_replace", shown, "&(?:apos|[lr]squo|#0?39|#x27|#8217);", "'", "g")
        shown = function(
            "regexp_replace", shown, "&([a-zA-Z])(?:acute|grave|circ|uml|cedil|tilde);", r"\1", "g"
        )
        shown = function("replace", function("replace", shown, "&amp;", "&"), "&quot;", '"')
        has_marks = function("contains", html, "<") | function("contains", html, "&")
        return Parsed(CaseExpression(has_marks, function("trim", shown)).otherwise(html))

    return parse


_UNSEEN = r"<(?:style|script|head|blockquote)\b.*?</(?:style|script|head|blockquote)>"


def has_tag(tags: Field, *words: str) -> Callable[[Cells], Expression]:
    """Whether one of these tags (in lower case) is among a ticket's."""

    def condition(cells: Cells) -> Expression:
        lowered = function("lower", function("array_to_string", _texts(tags(cells)), "\n"))
        parts = function("string_split", lowered, "\n")
        return function("list_has_any", parts, function("list_value", *words))

    return condition


def _texts(parsed: Parsed) -> Expression:
    return parsed.value.cast("VARCHAR[]")
