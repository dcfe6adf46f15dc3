"""How orders, parcels and returns are named in free text: the patterns, and the macros that read what they find.

Figures that stand alone may be anybody's telephone or bank card, so they are kept only after a word that says what they
are, or in a form that only one tool writes. Whatever is kept links only where such a record is loaded.
"""

from __future__ import annotations

import duckdb

_CALLED = r"(?:order|commande|cde)\s*(?:(?:number|num[eé]ro|nr|id|n[o°º.]*)\s*(?:(?:is|est)\s*)?)?:?\s*"
#: Amazon's and eBay's numbers cannot be anything else
_CERTAIN = r"\b\d{3}-\d{7}-\d{7}\b|\b\d{2}-\d{5}-\d{5}\b"
#: whose '#' is not an order's
_OTHER = r"(?:\b(?:rma|tracking|suivi)\s*(?:number|num[eé]ro|n[o°º.]*)?\s*:?\s*)"
_ORDER = rf"{_CERTAIN}|{_OTHER}?#\s?[a-z]{{0,4}}-?\d{{3,}}|{_CALLED}#?[a-z]{{0,4}}\d{{4,}}"
#: what may stand between a word and its number
_NUMBER = r"\s*(?:(?:number|num[eé]ro|code|reference|r[eé]f[eé]rence|ref|nr|id|n[o°º.]*)\s*(?:(?:is|est)\s*)?)?:?\s*#?"
#: words before the plain figures of Etsy (10), Walmart (13 to 15) and purchase orders
_SHOP_WORD = rf"\b(?:etsy|walmart|receipt|re[cç]u|purchase order|bon de commande|p\.?o\.?){_NUMBER}"
#: Mirakl's end in '-' and a letter; else a shop's own prefix, not long enough for a telephone number
_LIKE_ORDERS = r"\b[a-z0-9_-]*\d[a-z0-9_-]*-[a-z]\b|\b[a-z]{1,4}-?\d{3,8}\b"
_OTHER_ORDERS = rf"{_CERTAIN}|{_SHOP_WORD}\d{{8,15}}\b|{_LIKE_ORDERS}"
#: UPS, the post offices' common form (Canada Post: …CA), Colissimo; any other number only after its word
_PARCEL_WORD = rf"\b(?:tracking|suivi|colis|parcel|package|shipment|envoi|waybill|bordereau){_NUMBER}"
_PARCELS = (
    r"\b1Z[0-9A-Z]{16}\b|\b[A-Z]{2}\d{9}[A-Z]{2}\b|\b\d[A-Z]\d{11}\b"
    rf"|{_PARCEL_WORD}(?:\d(?: ?\d){{9,21}}\b|[A-Z]{{0,4}}\d[0-9A-Z]{{8,}}\b)"
)
#: 'return 2024' is no number of a return: figures alone need a word more
_RETURN_WORD = (
    r"\b(?:rma[ -]*(?:number|num[eé]ro|nr|id|n[o°º.]*)?\s*(?:(?:is|est)\s*)?:?\s*#?"
    r"|(?:return|retour)\s*(?:(?:number|num[eé]ro|nr|id|n[o°º.]+)\s*(?:(?:is|est)\s*)?:?\s*#?|#))"
)
#: what an Amazon warehouse sticks on a returned unit, or what follows a word for returns
_RETURNS = rf"\bLPN[A-Z0-9]{{8,}}\b|{_RETURN_WORD}[A-Z]{{0,4}}-?\d{{3,}}[A-Z0-9-]*"
FIRST_ORDER = rf"(?i){_ORDER}"
#: what is cut off before a number; all of it where it is no order's
BEFORE_ORDER = rf"(?i)^(?:{_CALLED}|{_SHOP_WORD}|{_OTHER}.*)"
#: all the rest in one search: it is made over every text, and few have any
MENTION = rf"(?i){_PARCELS}|{_RETURNS}|{_OTHER_ORDERS}"


def create_macros(con: duckdb.DuckDBPyConnection) -> None:
    """Macros that read a mention: each the number in it as records of that kind are compared, else NULL."""
    con.execute(
        "create or replace macro normal_parcel(x) as nullif(upper(replace(replace(x, ' ', ''), '-', '')), '')"
    )
    con.execute(
        "create or replace macro normal_return(x) as"
        " nullif(ltrim(regexp_replace(upper(x), '^RMA|[^A-Z0-9]', '', 'g'), '0'), '')"
    )
    # a macro takes no parameters: the patterns are ours, and hold no quote
    for kind, form, before in (
        ("parcel", _PARCELS, _PARCEL_WORD),
        ("return", _RETURNS, _RETURN_WORD),
    ):
        con.execute(
            f"create or replace macro mentioned_{kind}(x) as case when regexp_full_match(x, '(?i){form}')"
            f" then normal_{kind}(regexp_replace(x, '(?i)^{before}', '')) end"
        )
    con.execute(
        "create or replace macro mentioned_order(x) as case"
        f" when not regexp_full_match(x, '(?i){_PARCELS}|{_RETURNS}')"
        f" then normal_ref(regexp_replace(x, '{BEFORE_ORDER}', '')) end"
    )
