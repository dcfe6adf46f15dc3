"""Makes room for the stories among the orders: enough parcels, lots and sales where something will go wrong."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipelines.demo.orders import Book, send_from
from pipelines.demo.shop import BORELIS, LAVAL, areas
from pipelines.demo.stories import (
    BAD_LOT,
    FEED_STALLED,
    LOST_PARCELS,
    PRICE_TYPO,
    SLOW_WEEK,
    WRONG_SIZES,
    Story,
)


def in_time(book: Book, story: Story) -> NDArray:
    """Which orders were placed while the story went on."""
    first, after = (np.datetime64(day, "s") for day in story.ordered_between(book.until))
    return (book.orders["placed"] >= first) & (book.orders["placed"] < after)


def make_room(book: Book) -> None:
    """Turns some orders into what the stories need, and adds the sales that should never have happened."""
    _sell_from(book, BAD_LOT, book.catalogue.indexes("TAD"), share=0.2)
    _sell_from(book, WRONG_SIZES, book.catalogue.indexes("RIV", "38", "39"), share=0.25, warehouse=LAVAL)
    _send_to_gaspesie(book)
    _make_slow_orders(book)
    _sell_without_stock(book)
    _sell_at_a_tenth(book)


def _sell_from(book: Book, story: Story, skus: NDArray, share: float, warehouse: str | None = None) -> None:
    """Web lines of these SKUs until the story's incidents are no more than `share` of them."""
    channel, placed = book.of_line("channel"), in_time(book, story)[book.lines["order"]]
    pool = placed & (channel == "web")
    if warehouse:
        pool &= book.of_line("warehouse") == warehouse
    now = np.isin(book.lines["sku"], skus)
    missing = round(story.expected(book.size) / share) - int((pool & now).sum())
    # first lines only: an order never gets the same SKU twice this way
    first = np.append(True, book.lines["order"][1:] != book.lines["order"][:-1])
    others = np.flatnonzero(pool & ~now & first)
    if missing > 0:
        chosen = book.rng.choice(others, size=min(missing, len(others)), replace=False)
        book.lines["sku"][chosen] = book.rng.choice(skus, size=len(chosen))


def _send_to_gaspesie(book: Book) -> None:
    there = np.flatnonzero(areas() == "gaspesie")
    pool = (
        in_time(book, LOST_PARCELS) & (book.orders["channel"] == "web") & (book.orders["warehouse"] == LAVAL)
    )
    now = pool & np.isin(book.orders["place"], there) & (book.orders["carrier"] == BORELIS)
    missing = round(LOST_PARCELS.expected(book.size) / 0.4) - int(now.sum())
    others = np.flatnonzero(pool & ~now)
    if missing > 0:
        chosen = book.rng.choice(others, size=min(missing, len(others)), replace=False)
        book.orders["place"][chosen] = book.rng.choice(there, size=len(chosen))
        book.orders["carrier"][chosen] = BORELIS


def _make_slow_orders(book: Book) -> None:
    """In a tiny demo a week has hardly any order: then some of other days move into the week."""
    mine = (book.orders["channel"] == "web") & (book.orders["warehouse"] == LAVAL)
    week = in_time(book, SLOW_WEEK)
    missing = 3 * SLOW_WEEK.expected(book.size) - int((mine & week).sum())
    taken = np.zeros(len(week), dtype=bool)
    for story in (BAD_LOT, WRONG_SIZES, LOST_PARCELS):
        taken |= in_time(book, story)
    others = np.flatnonzero(mine & ~taken)
    if missing > 0:
        chosen = book.rng.choice(others, size=min(missing, len(others)), replace=False)
        clock = book.orders["placed"][chosen] - book.orders["placed"][chosen].astype("datetime64[D]")
        day = np.datetime64(SLOW_WEEK.ordered_between(book.until)[0], "D") + book.rng.integers(
            0, 7, len(chosen)
        )
        book.orders["placed"][chosen] = day.astype("datetime64[s]") + clock
        book.orders["discount"][chosen] = "ENTREPOT25"


def _sell_without_stock(book: Book) -> None:
    count = FEED_STALLED.expected(book.size)
    first = np.datetime64(FEED_STALLED.ordered_between(book.until)[0], "s")
    length = (FEED_STALLED.ordered[0] - FEED_STALLED.ordered[1]) * 86_400
    placed = first + np.sort(book.rng.integers(8 * 3600, length - 3600, count)).astype("timedelta64[s]")
    skus = np.concatenate([book.catalogue.indexes("DOS", "Noir"), book.catalogue.indexes("VIE", "Cognac")])
    there = np.flatnonzero(np.isin(areas(), ("france", "belgium")))
    _add(
        book, placed, "mercatelle", book.rng.choice(there, count), book.rng.choice(skus, count), FEED_STALLED
    )


def _sell_at_a_tenth(book: Book) -> None:
    count = PRICE_TYPO.expected(book.size)
    evening = np.datetime64(PRICE_TYPO.ordered_between(book.until)[0], "s") + np.timedelta64(
        19 * 3600 + 600, "s"
    )
    placed = evening + np.sort(book.rng.integers(0, 6 * 3600, count)).astype("timedelta64[s]")
    there = np.flatnonzero(np.isin(areas(), ("quebec", "canada")))
    skus = book.rng.choice(book.catalogue.indexes("MIS"), count)
    _add(book, placed, "web", book.rng.choice(there, count), skus, PRICE_TYPO)
    book.lines["typo"][-count:] = True


def _add(book: Book, placed: NDArray, channel: str, place: NDArray, sku: NDArray, story: Story) -> None:
    """Appends orders of one line each that belong to a story."""
    before, count = len(book.orders["placed"]), len(placed)
    added = {
        "placed": placed,
        "channel": np.full(count, channel, dtype=object),
        "place": place,
        "customer": book.rng.integers(0, int(book.orders["customer"].max()) + 1, count),
        "discount": np.full(count, "", dtype=object),
        "story": np.full(count, story.name, dtype=object),
        "warehouse": np.full(count, "", dtype=object),
        "carrier": np.full(count, "", dtype=object),
    }
    for name, column in added.items():
        book.orders[name] = np.concatenate([book.orders[name], column])
    which = np.arange(before, before + count)
    send_from(book, which)
    one = np.ones(count, dtype=np.int64)
    new_lines = {"order": which, "sku": sku, "quantity": one, "typo": np.zeros(count, dtype=bool)}
    for name, column in new_lines.items():
        book.lines[name] = np.concatenate([book.lines[name], column])
