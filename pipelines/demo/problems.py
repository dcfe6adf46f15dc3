"""What goes wrong with the demo's orders: the stories, and the small change of any shop around them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipelines.demo.orders import Book
from pipelines.demo.plant import in_time
from pipelines.demo.shop import BORELIS, LAVAL, WEARABLE, Columns, areas
from pipelines.demo.stories import (
    BAD_LOT,
    FEED_STALLED,
    LOST_PARCELS,
    PRICE_TYPO,
    SLOW_WEEK,
    STORIES,
    WRONG_SIZES,
    Story,
)
from pipelines.demo.vocabulary import voices

_NEVER = np.datetime64("NaT", "s")
_HOUR = np.timedelta64(3600, "s")
_DAY = 24 * _HOUR

#: some suppliers and carriers are a little worse than others, none of them a story
_FACTORS = {"Kordane": 0.9, "Calzature Brenzi": 1.4, "Ferrelo & Filhos": 1.2, "Lumetis Textiles": 0.8}


def happen(book: Book) -> Columns:
    """One entry a problem: line, order, cause, story, reported, and which signals it leaves (ticket, returned, …).

    Changes the orders as well: what is cancelled is not shipped, what is late arrives late, what is lost never does.
    """
    orders, lines = book.orders, book.lines
    for name in ("cancelled", "lost"):
        orders[name] = (
            np.full(len(orders["placed"]), _NEVER)
            if name == "cancelled"
            else np.zeros(len(orders["placed"]), bool)
        )
    orders["cancel_reason"] = np.full(len(orders["placed"]), "", dtype=object)
    lines["cancelled"] = np.full(len(lines["order"]), _NEVER)
    told = [_tell(book, story) for story in STORIES]
    told.append(_everyday(book, _taken(book, told)))
    problems = {name: np.concatenate([part[name] for part in told]) for name in told[0]}
    known = problems["reported"] < book.end
    return {name: column[known] for name, column in problems.items()}


def _taken(book: Book, told: list[Columns]) -> NDArray:
    """Which orders already belong to a story."""
    taken = book.orders["story"] != ""
    for part in told:
        taken[part["order"]] = True
    return taken


def scope(book: Book, story: Story) -> NDArray:
    """The lines among which a story's incidents happen."""
    orders, lines = book.orders, book.lines
    web = in_time(book, story) & (orders["channel"] == "web")
    area = areas()[orders["place"]]
    if story is BAD_LOT:
        sold = np.isin(book.of_line("channel"), story.where["channel"])
        return sold & (lines["lot"] == story.where["lot"][0])
    if story is WRONG_SIZES:
        return (web & (orders["warehouse"] == LAVAL))[lines["order"]] & np.isin(
            lines["sku"], book.catalogue.indexes("RIV", "38", "39")
        )
    if story is LOST_PARCELS:
        return (web & (orders["carrier"] == BORELIS) & (area == "gaspesie"))[lines["order"]]
    if story is SLOW_WEEK:
        return (web & (orders["warehouse"] == LAVAL))[lines["order"]]
    return (orders["story"] == story.name)[lines["order"]]


def _tell(book: Book, story: Story) -> Columns:
    """The incidents of one story, one an order."""
    orders, rng = book.orders, book.rng
    inside = scope(book, story) & ((book.of_line("story") == "") | (book.of_line("story") == story.name))
    if story in (BAD_LOT, WRONG_SIZES):
        inside &= book.of_line("delivered") < book.end - 2 * _DAY
    if story is LOST_PARCELS:
        inside &= book.of_line("promised").astype("datetime64[s]") < book.end - 2 * _DAY
    candidates = np.flatnonzero(inside)
    candidates = candidates[np.unique(book.lines["order"][candidates], return_index=True)[1]]
    line = np.sort(rng.choice(candidates, size=story.expected(book.size), replace=False))
    order, count = book.lines["order"][line], len(line)
    orders["story"][order] = story.name
    ticket = rng.permutation(np.arange(count) < min(count, story.expected_tickets(book.size)))
    returned = refunded = cancelled = np.zeros(count, dtype=bool)
    if story in (BAD_LOT, WRONG_SIZES):
        longest = 28 if story is BAD_LOT else 5
        reported = orders["delivered"][order] + rng.integers(2 * 24, longest * 24, count) * _HOUR
        returned = ~ticket | (rng.random(count) < 0.6)
    elif story is FEED_STALLED:
        reported = orders["placed"][order] + rng.integers(10, 70, count) * _HOUR
        cancelled = np.ones(count, dtype=bool)
        _cancel(book, line, reported, "INVENTORY", whole=True)
    elif story is PRICE_TYPO:
        morning = np.datetime64(story.ordered_between(book.until)[0], "s") + _DAY + 8 * _HOUR
        reported = morning + rng.integers(300, 6900, count).astype("timedelta64[s]")
        cancelled = np.ones(count, dtype=bool)
        _cancel(book, line, reported, "CUSTOMER", whole=True)
    elif story is LOST_PARCELS:
        reported = orders["promised"][order].astype("datetime64[s]") + rng.integers(9, 8 * 24, count) * _HOUR
        orders["delivered"][order] = _NEVER
        orders["lost"][order] = rng.random(count) < 0.6
        refunded = rng.random(count) < 0.7
    else:
        reported = orders["placed"][order] + rng.integers(4 * 24, 8 * 24, count) * _HOUR
    reported = np.minimum(reported, book.end - rng.integers(3, 40, count) * _HOUR)
    return _problems(line, order, story.cause, story.name, reported, ticket, returned, cancelled, refunded)


def _everyday(book: Book, taken: NDArray) -> Columns:
    """The usual share of every cause, on orders and lines that belong to no story."""
    lines, rng = book.lines, book.rng
    free = ~taken[lines["order"]]
    quiet = {
        "product_defect": scope(book, BAD_LOT),
        "product_quality": scope(book, BAD_LOT),
        "wrong_variant_sent": scope(book, WRONG_SIZES),
        "wrong_item_sent": scope(book, WRONG_SIZES),
        "not_received": scope(book, LOST_PARCELS),
        "lost_in_transit": scope(book, LOST_PARCELS),
        "late_dispatch": scope(book, SLOW_WEEK),
        "stock_out": np.isin(lines["sku"], np.unique(lines["sku"][scope(book, FEED_STALLED)])),
    }
    parts = []
    for cause, voice in voices().items():
        chance = np.full(len(free), voice.rate) * _factor(book, cause)
        hit = free & (rng.random(len(free)) < chance)
        if cause in quiet:  # in the whole order: a ticket does not say which line it is about
            hit &= ~np.isin(lines["order"], lines["order"][quiet[cause]])
        line = np.flatnonzero(hit)
        if voice.when != "after":  # it concerns the parcel: once an order
            line = line[np.unique(lines["order"][line], return_index=True)[1]]
        order, count = lines["order"][line], len(line)
        free &= ~np.isin(lines["order"], order)
        cancelled = rng.random(count) < voice.cancelled
        reported = _reported(book, cause, order)
        ticket = rng.random(count) < voice.ticket
        returned = rng.random(count) < voice.returned
        refunded = ~returned & ~cancelled & (rng.random(count) < voice.refunded)
        ticket |= ~(returned | cancelled | refunded)
        _cancel(book, line[cancelled], reported[cancelled], voice.cancel, whole=cause != "stock_out")
        parts.append(_problems(line, order, cause, "", reported, ticket, returned, cancelled, refunded))
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _factor(book: Book, cause: str) -> NDArray:
    """How much likelier than usual a cause is for each line; 0 where it cannot happen."""
    items, lines = book.catalogue, book.lines
    factor = np.ones(len(lines["order"]))
    if cause in ("product_defect", "product_quality"):
        factor *= np.array([_FACTORS.get(name, 1.0) for name in items.supplier])[lines["sku"]]
    if cause == "size_or_fit":
        factor *= np.isin(items.category, WEARABLE)[lines["sku"]]
    if voices()[cause].when != "after" or cause == "damaged_in_transit":
        factor *= book.of_line("channel") != "pos"
    if cause in ("stock_out", "late_dispatch"):
        factor *= book.of_line("channel") != "amazon_fba"
    return factor


def _reported(book: Book, cause: str, order: NDArray) -> NDArray:
    """When each of these problems is told; lateness and loss are written into the orders on the way."""
    orders, rng, count = book.orders, book.rng, len(order)
    late = rng.integers(5, 12, count) * _DAY
    if cause == "late_dispatch":
        reported = (
            orders["shipped"][order] + rng.integers(2, 4, count) * _DAY - rng.integers(1, 20, count) * _HOUR
        )
        orders["shipped"][order] += late
        orders["delivered"][order] += late
        return reported
    if voices()[cause].when == "before":
        window = np.maximum((orders["shipped"] - orders["placed"])[order] - 2 * _HOUR, _HOUR)
        return orders["placed"][order] + (window * rng.random(count)).astype("timedelta64[s]")
    promised = orders["promised"][order].astype("datetime64[s]")
    if cause == "late_delivery":
        orders["delivered"][order] = np.maximum(orders["delivered"][order], promised) + late
        return promised + rng.integers(10, 24 * 5, count) * _HOUR
    if voices()[cause].when == "waiting":
        gone = (rng.random(count) < 0.5) | (cause != "not_received")
        orders["delivered"][order[gone]] = _NEVER
        orders["lost"][order] = cause == "lost_in_transit"
        return promised + rng.integers(24, 24 * 9, count) * _HOUR
    return orders["delivered"][order] + rng.integers(6, 24 * 16, count) * _HOUR


def _cancel(book: Book, line: NDArray, at: NDArray, reason: str, *, whole: bool) -> None:
    """Cancels lines; the whole order when asked to, or when it has no other line."""
    orders, lines = book.orders, book.lines
    order = lines["order"][line]
    alone = np.bincount(lines["order"], minlength=len(orders["placed"]))[order] == 1
    all_of_it = alone | whole
    lines["cancelled"][line] = at
    ended = order[all_of_it]
    orders["cancelled"][ended] = at[all_of_it]
    orders["cancel_reason"][order] = reason
    rest = np.isin(lines["order"], ended)
    lines["cancelled"][rest] = orders["cancelled"][lines["order"][rest]]
    for column in ("shipped", "delivered"):
        orders[column][ended] = _NEVER


def _problems(
    line: NDArray,
    order: NDArray,
    cause: str,
    story: str,
    reported: NDArray,
    ticket: NDArray,
    returned: NDArray,
    cancelled: NDArray,
    refunded: NDArray,
) -> Columns:
    count = len(line)
    return {
        "line": line,
        "order": order,
        "cause": np.full(count, cause, dtype=object),
        "story": np.full(count, story, dtype=object),
        "reported": reported,
        "ticket": ticket,
        "returned": returned,
        "cancelled": cancelled,
        "refunded": refunded,
    }
