"""What problems leave behind in the shop's own systems: returns, refunds, cancellations, claims on carriers."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.demo.orders import Book
from pipelines.demo.shop import LAVAL, Columns, places
from pipelines.demo.vocabulary import voices, wordings

_HOUR = np.timedelta64(3600, "s")
_DAY = 24 * _HOUR
_NEVER = np.datetime64("NaT", "s")

_CONDITIONS = {
    "product_defect": "DEFECTIVE",
    "product_quality": "CUSTOMER_DAMAGED",
    "damaged_in_transit": "CARRIER_DAMAGED",
}


def speaks_french(book: Book, order: NDArray) -> NDArray:
    """Whether the customer of each order writes in French."""
    shares = {"QC": 0.84, "NB": 0.45, "ON": 0.12}
    chance = np.array([shares.get(p.province, 1.0 if p.country in ("FR", "BE") else 0.04) for p in places()])
    # the same customer always gets the same answer
    luck = (book.orders["customer"][order] * 7919 % 1000) / 1000
    return luck < chance[book.orders["place"][order]]


def returns(book: Book, problems: Columns) -> pl.DataFrame:
    """One row a returned line: why, and when it was asked for, received, inspected and refunded (null: not yet)."""
    rng = book.rng
    chosen = np.flatnonzero(problems["returned"])
    chosen = chosen[np.argsort(problems["reported"][chosen], kind="stable")]
    order, line, count = problems["order"][chosen], problems["line"][chosen], len(chosen)
    asked = (
        problems["reported"][chosen]
        + np.where(problems["ticket"][chosen], rng.integers(1, 20, count), 0) * _HOUR
    )
    received = asked + rng.integers(3 * 24, 12 * 24, count) * _HOUR
    received[rng.random(count) < 0.04] = _NEVER  # a label that was never used
    inspected = received + rng.integers(2, 72, count) * _HOUR
    slow = rng.random(count)
    waits = np.where(slow < 0.9, rng.integers(2, 96, count), rng.integers(12 * 24, 40 * 24, count))
    refunded = inspected + waits * _HOUR
    refunded[slow > 0.985] = _NEVER
    inspected, refunded = _backlog(book, order, received, inspected, refunded)
    french = speaks_french(book, order)
    causes, stories = problems["cause"][chosen], problems["story"][chosen]
    clean = rng.random(count) < 0.12  # nothing found at inspection although a defect was told
    restocked = inspected + _luck(3, count, 4, 48) * _HOUR
    restocked[_luck(5, count, 0, 100) < 4] = _NEVER  # found sound and left on a pallet
    stages = {
        "asked": asked,
        "received": received,
        "inspected": inspected,
        "restocked": restocked,
        "refunded": refunded,
    }
    frame = pl.DataFrame(
        {
            "order": order,
            "line": line,
            "cause": causes,
            "story": stories,
            "reason": _reasons(rng, causes, stories),
            "note": _notes(rng, causes, stories, french),
            "condition": [
                "SELLABLE" if nothing else _CONDITIONS.get(cause, "SELLABLE")
                for cause, nothing in zip(causes, clean, strict=True)
            ],
            "subtotal_cents": book.lines["net_cents"][line],
            "total_cents": book.lines["net_cents"][line] + book.lines["tax_cents"][line],
            **{name: _known(at, book) for name, at in stages.items()},
        }
    )
    return frame.filter(pl.col("asked").is_not_null()).with_row_index("number", offset=1001)


def _luck(seed: int, count: int, low: int, high: int) -> NDArray:
    """Draws of their own, so that those of the shop stay what they are."""
    return np.random.default_rng(seed).integers(low, high, count)


def _backlog(
    book: Book, order: NDArray, received: NDArray, inspected: NDArray, refunded: NDArray
) -> tuple[NDArray, NDArray]:
    """Laval inspects no more than a third of what the last five weeks bring in time; the rest waits a month and more.

    Some of those customers are paid before anyone has looked, the others wait too.
    """
    since = np.datetime64(book.until) - np.timedelta64(35, "D")
    late = (book.orders["warehouse"][order] == LAVAL) & (received >= since)
    late &= _luck(1, len(order), 0, 3) > 0
    longer = _luck(2, len(order), 22 * 24, 50 * 24) * _HOUR
    patient = late & (_luck(4, len(order), 0, 4) > 0)
    return np.where(late, inspected + longer, inspected), np.where(patient, refunded + longer, refunded)


def _known(at: NDArray, book: Book) -> pl.Series:
    """The moments that lie before the demo's end; null for the others."""
    return pl.Series(np.where(at < book.end, at, _NEVER).astype("datetime64[us]"))


def _reasons(rng: np.random.Generator, causes: NDArray, stories: NDArray) -> list[str]:
    """What customers ticked: mostly what happened, at times something easier."""
    ticked = []
    for cause, story, chance in zip(causes, stories, rng.random(len(causes)), strict=True):
        if cause == "size_or_fit":
            ticked.append("SIZE_TOO_SMALL" if chance < 0.62 else "SIZE_TOO_LARGE")
        elif cause == "style_or_colour_preference":
            ticked.append("STYLE" if chance < 0.5 else "COLOR")
        elif not story and chance > 0.94:
            ticked.append("OTHER" if chance > 0.97 else "UNWANTED")
        else:
            ticked.append(voices()[cause].shopify)
    return ticked


def _notes(rng: np.random.Generator, causes: NDArray, stories: NDArray, french: NDArray) -> list[str]:
    texts = []
    for cause, story, in_french, chance in zip(causes, stories, french, rng.random(len(causes)), strict=True):
        said = wordings().get(story) or voices()[cause]
        words = said.notes_fr if in_french else said.notes_en
        texts.append(words[int(chance * len(words))])
    return texts


def cancellations(book: Book) -> pl.DataFrame:
    """One row a cancelled line that the demo's end has seen, with its reason and whether the whole order went."""
    lines = book.lines
    line = np.flatnonzero(lines["cancelled"] < book.end)
    order = lines["order"][line]
    whole = book.orders["cancelled"][order] < book.end
    # some shops refund an order and never press "cancel": seen in real exports
    quiet = (book.orders["customer"][order] % 100 < 45) & (book.orders["story"][order] == "") & whole
    frame = pl.DataFrame(
        {
            "order": order,
            "line": line,
            "at": pl.Series(lines["cancelled"][line].astype("datetime64[us]")),
            "reason": book.orders["cancel_reason"][order],
            "whole": whole,
            "only_refunded": quiet,
            "subtotal_cents": lines["net_cents"][line],
            # the shipping of an order that never left goes back with its first line
            "total_cents": lines["net_cents"][line]
            + lines["tax_cents"][line]
            + np.where(whole & (lines["position"][line] == 0), book.orders["shipping_cents"][order], 0),
        }
    )
    return frame.sort("at", "line")


def refunds(book: Book, problems: Columns, returned: pl.DataFrame, cancelled: pl.DataFrame) -> pl.DataFrame:
    """One row a refunded line: after a return, a cancellation, or for a parcel or part that never came."""
    amounts = ["order", "line", "subtotal_cents", "total_cents"]
    after_return = returned.filter(pl.col("refunded").is_not_null()).select(
        *amounts, at="refunded", restock=pl.lit("RETURN"), number="number", note=pl.lit("")
    )
    # customers wait up to three days for the money of a cancelled order
    cancelled = cancelled.filter(pl.col("reason") != "DECLINED")  # never paid, so nothing to give back
    delay = (pl.col("order") * 7919 % 72) * 60 + 4
    after_cancel = cancelled.select(
        *amounts,
        at=pl.col("at") + pl.duration(minutes=delay),
        restock=pl.lit("CANCEL"),
        number=pl.lit(None, dtype=pl.UInt32),
        note=pl.lit(""),
    )
    chosen = np.flatnonzero(problems["refunded"])
    line = problems["line"][chosen]
    paid = problems["reported"][chosen] + book.rng.integers(6, 10 * 24, len(chosen)) * _HOUR
    kept = pl.DataFrame(
        {
            "order": problems["order"][chosen],
            "line": line,
            "subtotal_cents": book.lines["net_cents"][line],
            "total_cents": book.lines["net_cents"][line] + book.lines["tax_cents"][line],
            "at": _known(paid, book),
            "restock": pl.Series(["NO_RESTOCK"] * len(chosen), dtype=pl.String),
            "number": pl.Series([None] * len(chosen), dtype=pl.UInt32),
            "note": pl.Series(problems["cause"][chosen], dtype=pl.String),
        }
    )
    told = pl.concat([after_return, after_cancel, kept]).filter(
        pl.col("at").is_not_null() & (pl.col("at") < pl.lit(book.until).cast(pl.Datetime("us")))
    )
    # a line is refunded once, whichever came first
    return (
        told.sort("at", "line")
        .unique("line", keep="first", maintain_order=True)
        .with_row_index("id", offset=910_001)
    )


def claims(book: Book, problems: Columns) -> pl.DataFrame:
    """One row a claim on a carrier, with its deadline and what came of it."""
    rng = book.rng
    causes = ("lost_in_transit", "not_received", "damaged_in_transit")
    channel = book.orders["channel"][problems["order"]]
    eligible = np.isin(problems["cause"], causes) & (channel != "amazon_fba") & (channel != "pos")
    chosen = np.flatnonzero(eligible & (rng.random(len(eligible)) < 0.55))
    order, count = problems["order"][chosen], len(chosen)
    opened = problems["reported"][chosen] + rng.integers(24, 12 * 24, count) * _HOUR
    answered = opened + rng.integers(9 * 24, 45 * 24, count) * _HOUR
    accepted = rng.random(count) < 0.58
    value = book.lines["net_cents"][problems["line"][chosen]]
    known = answered < book.end
    frame = pl.DataFrame(
        {
            "order": order,
            "line": problems["line"][chosen],
            "cause": problems["cause"][chosen],
            "opened": _known(opened, book),
            "due": pl.Series((opened.astype("datetime64[D]") + 30).astype("datetime64[us]")),
            "outcome": np.where(known, np.where(accepted, "accepted", "refused"), "").astype(object),
            "amount_cents": value,
            "paid_cents": np.where(known & accepted, np.minimum(value, 10_000), 0),
        }
    )
    return frame.filter(pl.col("opened").is_not_null()).sort("opened").with_row_index("id", offset=501)
