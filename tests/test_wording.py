"""Free text: which words are taken for the number of an order."""

from __future__ import annotations

import duckdb
import pytest

from pipelines.wording import order_named_in


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
    ],
)
def test_an_order_is_named_by_what_follows_the_word(text: str, order: str | None) -> None:
    with duckdb.connect() as con:
        words = con.sql("select $text as words", params={"text": text})
        assert words.select(order_named_in(duckdb.ColumnExpression("words"))).fetchall() == [(order,)]
