"""What is ordered in the demo, day by day, and how it travels: a year and a half before anything goes wrong.

All times are the shop's (America/Toronto), without a zone; only the writers turn them into what a vendor writes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from pipelines.demo.shop import (
    AMAZON_LOGISTICS,
    BORELIS,
    CANADA_POST,
    COLISSIMO,
    FBA,
    LAVAL,
    LYON,
    STORE,
    SUPPLIERS,
    UPS,
    Catalogue,
    Columns,
    areas,
    catalogue,
    places,
)
from pipelines.demo.stories import BAD_LOT, SLOW_WEEK

DAYS = 546  # 78 weeks
ORDERS = 45_000

#: share of orders and the areas that a channel sells to
CHANNELS: dict[str, tuple[float, tuple[str, ...]]] = {
    "web": (0.650, ()),
    "pos": (0.030, ("montreal",)),
    "app": (0.012, ("quebec", "canada")),
    "amazon_fba": (0.128, ("quebec", "canada", "east")),
    "amazon_mfn": (0.065, ("quebec", "canada", "east")),
    "mercatelle": (0.115, ("france", "belgium")),
}
SHOPIFY = ("web", "pos", "app")

_WEEKDAYS = (1.12, 1.02, 0.98, 1.0, 0.94, 0.86, 1.16)
_HOURS = np.array(
    [12, 5, 0, 2, 2, 3, 7, 14, 26, 38, 46, 50, 54, 50, 44, 42, 42, 46, 52, 64, 76, 78, 58, 30], dtype=float
)
_BY_MONTH = {  # January first
    "winter": (1.3, 1.0, 0.7, 0.4, 0.25, 0.2, 0.25, 0.6, 1.2, 1.8, 2.0, 1.9),
    "summer": (0.3, 0.4, 0.7, 1.2, 1.7, 1.9, 1.7, 1.3, 0.8, 0.5, 0.4, 0.5),
    "all": (1.0,) * 12,
}
#: working days between order and dispatch, in good times
_HANDLING = ((0, 1, 2, 3), (0.34, 0.44, 0.19, 0.03))
#: calendar days on the road: shortest, longest
_TRANSIT = {
    CANADA_POST: (2, 7),
    UPS: (1, 5),
    BORELIS: (3, 7),
    COLISSIMO: (2, 4),
    AMAZON_LOGISTICS: (1, 4),
    "": (0, 1),
}
_PROMISED = {CANADA_POST: 8, UPS: 6, BORELIS: 8, COLISSIMO: 5, AMAZON_LOGISTICS: 5, "": 1}


@dataclass
class Book:
    """All orders and order lines of the demo. `lines["order"]` is a position in `orders`."""

    until: date
    size: float
    rng: np.random.Generator
    catalogue: Catalogue
    orders: Columns
    lines: Columns

    def of_line(self, column: str) -> NDArray:
        """An order's column, once for each of its lines."""
        return self.orders[column][self.lines["order"]]

    @property
    def end(self) -> np.datetime64:
        """The first moment that is no longer part of the demo."""
        return np.datetime64(self.until, "s")


def take_orders(until: date, size: float, seed: int) -> Book:
    """Orders and lines as customers placed them, in no order of time; not yet dispatched."""
    rng = np.random.default_rng(seed)
    items = catalogue()
    days = np.datetime64(until, "D") - np.arange(DAYS, 0, -1)
    demand = _demand(days, until)
    count = max(200, round(ORDERS * size))
    placed_on = np.repeat(days, rng.multinomial(count, demand / demand.sum()))
    channel = rng.choice(list(CHANNELS), size=count, p=_shares())
    orders: Columns = {
        "placed": placed_on.astype("datetime64[s]") + _clock(rng, count),
        "channel": channel.astype(object),
        "place": _places(rng, channel),
        # enough people to come back now and then
        "customer": rng.integers(0, max(50, round(count * 0.7)), count),
        "discount": np.full(count, "", dtype=object),
        "story": np.full(count, "", dtype=object),
    }
    per_order = rng.choice([1, 2, 3, 4], size=count, p=[0.68, 0.22, 0.07, 0.03])
    order = np.repeat(np.arange(count), per_order)
    book = Book(until, size, rng, items, orders, {"order": order})
    book.lines |= _chosen_items(book)
    _discounts(book)
    send_from(book, np.arange(count))
    return book


def _shares() -> NDArray:
    shares = np.array([share for share, _ in CHANNELS.values()])
    return shares / shares.sum()


def _demand(days: NDArray, until: date) -> NDArray:
    """How much is ordered on each day, in no unit: growth, weekday, sales and the season of gifts."""
    growth = np.linspace(1.0, 1.5, len(days))
    weekday = np.array(_WEEKDAYS)[(days.astype(int) + 3) % 7]  # 1970-01-01 was a Thursday
    peaks = np.ones(len(days))
    for year in range(until.year - 2, until.year + 1):
        november = np.datetime64(f"{year}-11-01")
        black_friday = np.busday_offset(november, 3, roll="forward", weekmask="Fri")
        for first, last, factor in (
            (black_friday - 4, black_friday, 1.7),
            (black_friday, black_friday + 4, 3.0),
            (np.datetime64(f"{year}-12-04"), np.datetime64(f"{year}-12-19"), 1.6),
            (np.datetime64(f"{year}-12-24"), np.datetime64(f"{year}-12-26"), 0.5),
            (np.datetime64(f"{year}-12-26"), np.datetime64(f"{year}-12-31"), 1.8),
            (np.datetime64(f"{year}-06-25"), np.datetime64(f"{year}-07-12"), 1.45),
        ):
            peaks[(days >= first) & (days < last)] = factor
    first_day, after = SLOW_WEEK.ordered_between(until)
    promotion = (days >= np.datetime64(first_day)) & (days < np.datetime64(after))
    peaks[promotion] = np.maximum(peaks[promotion], 2.2)
    return growth * weekday * peaks


def _clock(rng: np.random.Generator, count: int) -> NDArray:
    """Times of day at which people buy. Never between two and three, an hour that spring does not have."""
    hours = rng.choice(24, size=count, p=_HOURS / _HOURS.sum())
    return (hours * 3600 + rng.integers(0, 3600, count)).astype("timedelta64[s]")


def _places(rng: np.random.Generator, channel: NDArray) -> NDArray:
    weights = np.array([place.weight for place in places()])
    where = np.zeros(len(channel), dtype=np.int64)
    for name, (_, sells_to) in CHANNELS.items():
        mine = channel == name
        if sells_to == ("montreal",):
            continue  # the store is in the first place of the list
        allowed = weights * (np.isin(areas(), sells_to) if sells_to else 1.0)
        where[mine] = rng.choice(len(places()), size=int(mine.sum()), p=allowed / allowed.sum())
    return where


def _chosen_items(book: Book) -> Columns:
    """SKU and quantity of every line: what sells depends on the month."""
    rng, items = book.rng, book.catalogue
    month = book.of_line("placed").astype("datetime64[M]").astype(int) % 12
    sku = np.zeros(len(month), dtype=np.int64)
    for number in range(12):
        season = np.array([_BY_MONTH[name][number] for name in items.season])
        mine = month == number
        likely = items.weight * season
        sku[mine] = rng.choice(len(items.sku), size=int(mine.sum()), p=likely / likely.sum())
    small = items.category[sku] == "Accessoires"
    quantity = np.where(small & (rng.random(len(sku)) < 0.25), 2, 1)
    return {"sku": sku, "quantity": quantity, "typo": np.zeros(len(sku), dtype=bool)}


def _discounts(book: Book) -> None:
    orders, rng = book.orders, book.rng
    count = len(orders["placed"])
    web = orders["channel"] == "web"
    orders["discount"][web & (rng.random(count) < 0.07)] = "BIENVENUE10"
    november = (orders["placed"].astype("datetime64[M]").astype(int) % 12) == 10
    late = (orders["placed"].astype("datetime64[D]") - orders["placed"].astype("datetime64[M]")).astype(
        int
    ) >= 19
    orders["discount"][web & november & late & (rng.random(count) < 0.6)] = "VENDREDI20"
    first, after = (np.datetime64(day, "s") for day in SLOW_WEEK.ordered_between(book.until))
    orders["discount"][web & (orders["placed"] >= first) & (orders["placed"] < after)] = "ENTREPOT25"


def send_from(book: Book, which: NDArray) -> None:
    """Chooses warehouse and carrier of the orders at these positions."""
    orders, rng = book.orders, book.rng
    for column in ("warehouse", "carrier"):
        if column not in orders:
            orders[column] = np.full(len(orders["placed"]), "", dtype=object)
    area = areas()[orders["place"][which]]
    channel = orders["channel"][which]
    warehouse = np.where(np.isin(area, ("france", "belgium")), LYON, LAVAL).astype(object)
    warehouse[(warehouse == LAVAL) & (channel == "web") & (rng.random(len(which)) < 0.08)] = STORE
    warehouse[channel == "pos"] = STORE
    warehouse[channel == "amazon_fba"] = FBA
    chance = rng.random(len(which))
    carrier = np.select(
        [
            channel == "pos",
            channel == "amazon_fba",
            np.isin(area, ("france", "belgium")),
            area == "us",
            area == "gaspesie",
            area == "east",
        ],
        [
            np.full(len(which), "", dtype=object),
            np.full(len(which), AMAZON_LOGISTICS, dtype=object),
            np.where(chance < 0.8, COLISSIMO, UPS),
            np.where(chance < 0.7, UPS, CANADA_POST),
            np.where(chance < 0.85, BORELIS, CANADA_POST),
            np.where(chance < 0.7, BORELIS, CANADA_POST),
        ],
        np.where(chance < 0.6, CANADA_POST, np.where(chance < 0.85, UPS, BORELIS)),
    )
    orders["warehouse"][which] = warehouse
    orders["carrier"][which] = carrier


def number(book: Book) -> Book:
    """The same orders in order of time, with their numbers and lots; a SKU stands once in an order."""
    orders, lines = book.orders, book.lines
    order = np.argsort(orders["placed"], kind="stable")
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    book.orders = {name: column[order] for name, column in orders.items()}
    lines["order"] = rank[lines["order"]]
    same = np.unique(lines["order"] * 10_000 + lines["sku"], return_index=True)[1]
    book.lines = {name: column[same] for name, column in lines.items()}
    orders, lines = book.orders, book.lines
    at = np.arange(len(rank))
    channel = orders["channel"]
    shopify = np.isin(channel, SHOPIFY)
    amazon = np.char.startswith(channel.astype(str), "amazon")
    names = np.empty(len(rank), dtype=object)
    names[shopify] = [f"#{20001 + i}" for i in range(int(shopify.sum()))]
    names[amazon] = [
        f"702-{1000003 + i * 7919 % 8999993}-{1000033 + i * 104729 % 8999957}" for i in at[amazon]
    ]
    names[channel == "mercatelle"] = [f"MC{2500000 + i * 13}-A" for i in at[channel == "mercatelle"]]
    orders["name"] = names
    orders["id"] = np.array([str(5_812_000_000_000 + i * 32_768 + i % 97) for i in at], dtype=object)
    first = np.append(True, lines["order"][1:] != lines["order"][:-1])
    start = np.flatnonzero(first)
    lines["position"] = np.arange(len(first)) - np.repeat(start, np.diff(np.append(start, len(first))))
    lines["id"] = np.array([str(14_650_000_000_000 + i * 32_768) for i in range(len(first))], dtype=object)
    lines["price_cents"] = prices(book)
    lines["lot"] = lots(book)
    return book


def prices(book: Book) -> NDArray:
    """Unit prices in cents of the order's currency; the mistyped ones are a tenth."""
    items, lines = book.catalogue, book.lines
    euros = book.of_line("channel") == "mercatelle"
    cents = np.where(euros, items.eur_cents[lines["sku"]], items.price_cents[lines["sku"]])
    return np.where(lines["typo"], cents // 10, cents)


def lots(book: Book) -> NDArray:
    """The supplier's lot of every line: a new one every ten weeks, and the bad one in its time."""
    items, lines = book.catalogue, book.lines
    age = ((book.end - book.of_line("placed")).astype("timedelta64[D]").astype(int)) // 70
    product = items.product[lines["sku"]]
    lot = np.array(
        [
            f"{SUPPLIERS[items.supplier[s]]}-{2000 + p * 31 + (9 - a) * 7}"
            for s, p, a in zip(lines["sku"], product, age, strict=True)
        ],
        dtype=object,
    )
    first, after = (np.datetime64(day, "s") for day in BAD_LOT.ordered_between(book.until))
    placed = book.of_line("placed")
    bad = np.isin(lines["sku"], items.indexes("TAD")) & (placed >= first) & (placed < after)
    lot[bad] = BAD_LOT.where["lot"][0]
    return lot


def dispatch(book: Book) -> None:
    """Adds shipped, promised and delivered to the orders, as if every parcel arrived."""
    orders, rng = book.orders, book.rng
    count = len(orders["placed"])
    days, shares = _HANDLING
    waits = rng.choice(days, size=count, p=shares)
    first, after = (np.datetime64(day, "s") for day in SLOW_WEEK.ordered_between(book.until))
    slow = (orders["placed"] >= first) & (orders["placed"] < after) & (orders["warehouse"] == LAVAL)
    waits = np.where(slow, rng.integers(5, 9, count), waits)
    evening = (orders["placed"] - orders["placed"].astype("datetime64[D]")) > np.timedelta64(13 * 3600, "s")
    day = orders["placed"].astype("datetime64[D]") + evening.astype(int)
    leaves = np.busday_offset(day, waits, roll="forward").astype("datetime64[s]")
    at = rng.integers(14 * 3600, 18 * 3600, count).astype("timedelta64[s]")
    in_store = orders["channel"] == "pos"
    orders["shipped"] = np.where(in_store, orders["placed"], leaves + at)
    carrier = orders["carrier"]
    shortest = np.array([_TRANSIT[name][0] for name in carrier])
    longest = np.array([_TRANSIT[name][1] for name in carrier])
    road = rng.integers(shortest, longest + 1)
    driven = orders["shipped"].astype("datetime64[D]") + road
    arrives = np.busday_offset(driven, 0, roll="forward", weekmask="Mon Tue Wed Thu Fri Sat")
    clock = rng.integers(9 * 3600, 19 * 3600, count).astype("timedelta64[s]")
    orders["delivered"] = np.where(in_store, orders["placed"], arrives.astype("datetime64[s]") + clock)
    slack = np.array([_PROMISED[name] for name in carrier], dtype="timedelta64[D]")
    orders["promised"] = np.busday_offset(day, 2, roll="forward") + slack
