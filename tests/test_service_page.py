"""The service page says what the views say, in both languages, and leads to cases."""

from __future__ import annotations

import pytest

from app import service
from pipelines.reader import Reader
from pipelines.store import Store
from tests.test_pages import drawn, store, words

__all__ = ["store"]


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_page_counts_what_the_views_count(store: Store, lang: str) -> None:
    app = drawn("service", lang=lang, period="all")
    assert [e.value for e in app.exception] == []
    told = service.whole(Reader(store).query("service_times"))
    assert str(told["ticket_count"]) in app.caption[0].value
    assert str(told["answered_count"]) in words(app)
    # the small store has no opening hours and no promise, and says so
    assert ("calendaires" if lang == "fr" else "calendar") in app.caption[0].value
    assert ("Aucun engagement" if lang == "fr" else "No service level") in words(app)
    shown = {name for table in app.dataframe for name in table.value.columns}
    assert {"reply_median_hours", "gross_rate", "repeated_contact_count", "tells_replies"} <= shown


def test_delays_are_told_by_what_the_url_asks_for(store: Store) -> None:
    app = drawn("service", lang="en", period="all", by="tool")
    table = next(table for table in app.dataframe if "reply_median_hours" in table.value.columns)
    assert "gorgias" in table.value["title"].tolist()


def test_a_period_without_tickets_says_so(store: Store) -> None:
    app = drawn("service", lang="en", **{"from": "2019-01-01", "to": "2019-02-01"})
    assert [e.value for e in app.exception] == []
    assert "No tickets in this period" in words(app)


@pytest.mark.parametrize(
    ("hours", "business", "said"),
    [
        (None, False, "—"),
        (0.4, False, "24 min"),
        (4.75, False, "4 h 45"),
        (120, False, "5 j"),
        (80, True, "80 h 00"),
    ],
)
def test_hours_are_said_as_people_say_them(hours: float | None, business: bool, said: str) -> None:
    assert service.duration(hours, business=business) == said
