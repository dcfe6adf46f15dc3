"""Free text: which words are taken for the number of an order."""

from __future__ import annotations

import duckdb
import pytest

from pipelines.phrases import create_macros
from pipelines.wording import mentions_in, order_named_in


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("Hello, it's the order number 3355933999 on my Etsy shop.", "3355933999"),
        ("my order number is: 10234", "10234"),
        ("Numéro de commande : 20187, merci", "20187"),
        ("commande numéro FR20187", "FR20187"),
        ("commande n° 1234", "1234"),
        ("order no. 7788", "7788"),
        ("Order ID 55667", "55667"),
        ("where is #FR-123?", "#FR-123"),
        ("the order number is #123", "#123"),
        ("order 701-0000001-0000002 never came", "701-0000001-0000002"),
        ("my order came after 2000 years", None),
        ("order 12 of them", None),
        ("12-34567-89012 on eBay", "12-34567-89012"),
        ("RMA #00123, where is it?", None),
        ("tracking #123456", None),
    ],
)
def test_an_order_is_named_by_what_follows_the_word(text: str, order: str | None) -> None:
    with duckdb.connect() as con:
        words = con.sql("select $text as words", params={"text": text})
        assert words.select(order_named_in(duckdb.ColumnExpression("words"))).fetchall() == [(order,)]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("701-0000001-0000002", [("701-0000001-0000002", None, None)]),
        ("eBay 12-34567-89012", [("12-34567-89012", None, None)]),
        ("my Etsy receipt 3355933999", [("3355933999", None, None)]),
        ("reçu n° 3355933999", [("3355933999", None, None)]),
        ("Walmart 200012345678901", [("200012345678901", None, None)]),
        ("PO 1234567890123", [("1234567890123", None, None)]),
        ("about fr20187 and MB-1042", [("FR20187", None, None), ("MB-1042", None, None)]),
        ("commande Mirakl C1234_77-A", [("C1234_77-A", None, None)]),
        ("LPNRR123456789", [(None, None, "LPNRR123456789")]),
        ("UPS 1Z999AA10123456784", [(None, "1Z999AA10123456784", None)]),
        ("RR123456789CA", [(None, "RR123456789CA", None)]),
        ("numéro de suivi : 6A12345678901", [(None, "6A12345678901", None)]),
        ("tracking number is 7023 2100 3941 4604", [(None, "7023210039414604", None)]),
        ("colis n° 4003123456789012", [(None, "4003123456789012", None)]),
        ("RMA #00123", [(None, None, "123")]),
        ("RMA: AB-7701", [(None, None, "AB7701")]),
        ("retour n° 4455", [(None, None, "4455")]),
        ("return number 5551", [(None, None, "5551")]),
        # what may be a telephone, a card or a year is not kept
        ("call me at 5145551234", None),
        ("tel0612345678", None),
        ("card 4111111111111111", None),
        ("the return of 2024", None),
        ("t-shirt-m", None),
        ("B0 is a size", None),
    ],
)
def test_what_a_text_mentions(text: str, named: list[tuple[str | None, ...]] | None) -> None:
    with duckdb.connect() as con:
        create_macros(con)
        words = con.sql("select $text as words", params={"text": text})
        found = words.select(mentions_in(duckdb.ColumnExpression("words")).alias("mentions"))  # noqa: F841
        rows = con.execute(
            "select list_transform(mentions, lambda x: (mentioned_order(x), mentioned_parcel(x), mentioned_return(x)))"
            " from found"
        ).fetchall()
    assert rows == [(named,)]
