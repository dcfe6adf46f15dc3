"""The demo's parcels, as Laval and Lyon report them: one writes French dates, the other types some by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.demo.orders import Book
from pipelines.demo.shop import BORELIS, CANADA_POST, COLISSIMO, LAVAL, LYON, STORE, UPS, Columns, places
from pipelines.demo.writing import dollars, euros, texts, write_csv

_MINUTES, _FRENCH = "%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M"
_STATUS_FR = {"delivered": "livré", "in_transit": "en transit", "lost": "perdu", "returned": "retourné"}
#: dates that somebody typed, and no program can read
BAD_DATES = ("2026-02-30 10:15", "à confirmer", "N/D", "0000-00-00 00:00")


def write(folder: Path, book: Book, problems: Columns) -> list[Path]:
    """Writes both reports and gives their paths."""
    told = _parcels(book, problems)
    laval = _spoil(_laval_report(told.filter(pl.col("warehouse") != LYON)))
    lyon = _lyon_report(told.filter(pl.col("warehouse") == LYON))
    return [
        write_csv(laval, folder / "expeditions_laval.csv"),
        write_csv(lyon, folder / "expeditions_lyon.csv", separator=";", line_end="\r\n"),
    ]


def _parcels(book: Book, problems: Columns) -> pl.DataFrame:
    """One row a parcel that left one of the shop's warehouses, with what its carrier last said of it."""
    orders = book.orders
    leaves = np.isin(orders["warehouse"], (LAVAL, LYON, STORE)) & (orders["channel"] != "pos")
    at = np.flatnonzero(leaves & (orders["shipped"] < book.end))
    back = np.zeros(len(orders["placed"]), dtype=bool)
    back[problems["order"][problems["cause"] == "recipient_unavailable_or_refused"]] = True
    late = _found_again(book, problems)[at]
    delivered = np.where(np.isnat(late), orders["delivered"][at], late)
    arrived = delivered < book.end
    quiet_for = (
        (book.end - orders["promised"][at].astype("datetime64[s]")).astype("timedelta64[D]").astype(int)
    )
    status = np.select(
        [arrived, back[at], orders["lost"][at] & (quiet_for > 6)],
        ["delivered", "returned", "lost"],
        "in_transit",
    )
    sums = pl.DataFrame(
        {"order": book.lines["order"], "lot": texts(book.lines["lot"]), "sku": book.lines["sku"]}
    )
    lots = (
        sums.with_columns(pl.Series("sku", book.catalogue.sku[sums["sku"].to_numpy()], dtype=pl.String))
        .with_columns(lot=pl.col("sku") + ":" + pl.col("lot"))
        .group_by("order", maintain_order=True)
        .agg(pl.col("lot").str.join(" | "))
    )
    frame = pl.DataFrame(
        {
            "order": at,
            "name": texts(orders["name"][at]),
            "warehouse": texts(orders["warehouse"][at]),
            "carrier": texts(orders["carrier"][at]),
            "tracking": [
                _tracking(carrier, number)
                for carrier, number in zip(orders["carrier"][at], at.tolist(), strict=True)
            ],
            "city": [places()[place].city for place in orders["place"][at]],
            "shipped": orders["shipped"][at].astype("datetime64[us]"),
            "promised": orders["promised"][at].astype("datetime64[us]"),
            "delivered": np.where(arrived, delivered, np.datetime64("NaT", "s")).astype("datetime64[us]"),
            "status": texts(status.astype(object)),
            "value": orders["subtotal_cents"][at],
            "currency": texts(orders["currency"][at]),
        }
    )
    return frame.join(lots, on="order").sort("shipped", "order")


def _found_again(book: Book, problems: Columns) -> NDArray:
    """When a parcel of no story that was refunded as not received came: one in three, a fortnight later."""
    found = np.full(len(book.orders["placed"]), np.datetime64("NaT", "s"))
    alone = (problems["story"] == "") & (problems["order"] % 3 == 0)
    told = problems["refunded"] & (problems["cause"] == "not_received") & alone
    order = problems["order"][told]
    found[order] = problems["reported"][told] + np.timedelta64(14 * 24 * 3600, "s")
    return found


def _tracking(carrier: str, number: int) -> str:
    """A tracking number in the shape that the carrier gives it."""
    shapes = {
        CANADA_POST: f"7023{number * 7919 % 10**12:012d}",
        UPS: f"1Z84X{number * 104729 % 10**13:013d}",
        COLISSIMO: f"6A{number * 7919 % 10**11:011d}",
        BORELIS: f"BRL{number * 7919 % 10**9:09d}",
    }
    return shapes[carrier]


def _laval_report(parcels: pl.DataFrame) -> pl.DataFrame:
    return parcels.select(
        pl.format("EXP-{}", pl.col("order") + 100_000).alias("No expédition"),
        pl.col("name").alias("No commande"),
        pl.col("warehouse").alias("Entrepôt"),
        pl.col("carrier").alias("Transporteur"),
        pl.col("tracking").alias("No de suivi"),
        pl.col("shipped").dt.strftime(_MINUTES).alias("Expédié le"),
        pl.col("promised").dt.strftime("%Y-%m-%d").alias("Promis le"),
        pl.col("delivered").dt.strftime(_MINUTES).alias("Livré le"),
        pl.col("status").alias("Statut"),
        dollars(pl.col("value")).alias("Valeur"),
        pl.col("currency").alias("Devise"),
        pl.col("city").alias("Ville"),
        pl.col("lot").alias("Lots expédiés"),
    )


def _spoil(report: pl.DataFrame) -> pl.DataFrame:
    """The report with a few dates typed by hand: its rows are rejected, and that is what the data page should say."""
    count = min(len(BAD_DATES), max(1, report.height // 50))
    rows = [report.height * (2 * n + 1) // (2 * count) for n in range(count)]
    column = report["Expédié le"].to_list()
    for row, wrong in zip(rows, BAD_DATES, strict=False):
        column[row] = wrong
    return report.with_columns(pl.Series("Expédié le", column))


def _lyon_report(parcels: pl.DataFrame) -> pl.DataFrame:
    return parcels.select(
        pl.format("LY{}", pl.col("order") + 700_000).alias("Référence colis"),
        pl.col("name").alias("Référence client"),
        pl.col("carrier").alias("Transporteur"),
        pl.col("tracking").alias("Numéro de suivi"),
        pl.col("shipped").dt.strftime(_FRENCH).alias("Date d'expédition"),
        pl.col("promised").dt.strftime("%d/%m/%Y").alias("Date promise"),
        pl.col("delivered").dt.strftime(_FRENCH).alias("Date de livraison"),
        pl.col("status").replace(_STATUS_FR).alias("Dernier statut"),
        euros(pl.col("value")).alias("Valeur déclarée"),
        pl.col("currency").alias("Monnaie"),
        pl.col("lot").alias("Lots expédiés"),
    )
