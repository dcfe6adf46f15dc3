"""The demo's own spreadsheets: catalogue, stock counts, warehouse returns, cancellations, carrier claims.

No tool writes these: each needs the mapping of the same name in data/config/demo.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.demo import parcels
from pipelines.demo.orders import DAYS, SHOPIFY, Book
from pipelines.demo.shop import (
    LAVAL,
    LYON,
    MERCATELLE,
    STORE,
    Columns,
)
from pipelines.demo.stories import FEED_STALLED, WRONG_SIZES
from pipelines.demo.writing import dollars, texts, write_csv

_MINUTES = "%Y-%m-%d %H:%M"
CONDITIONS = {
    "SELLABLE": "Conforme",
    "DEFECTIVE": "Défaut de fabrication",
    "CUSTOMER_DAMAGED": "Porté ou usé",
    "CARRIER_DAMAGED": "Abîmé au transport",
}
CLAIM_REASONS = {
    "lost_in_transit": "Colis perdu",
    "not_received": "Colis non reçu",
    "damaged_in_transit": "Colis endommagé",
}


def write(
    folder: Path,
    book: Book,
    problems: Columns,
    returned: pl.DataFrame,
    cancelled: pl.DataFrame,
    claimed: pl.DataFrame,
) -> list[Path]:
    """Writes the spreadsheets and gives their paths."""
    return [
        write_csv(_products(book), folder / "produits.csv"),
        write_csv(_stock(book, cancelled), folder / "stocks.csv"),
        *parcels.write(folder, book, problems),
        write_csv(_warehouse_returns(book, returned), folder / "retours_entrepot.csv"),
        write_csv(_cancellations(book, cancelled), folder / "annulations.csv"),
        write_csv(_claims(book, claimed), folder / "reclamations_transporteurs.csv"),
    ]


def _products(book: Book) -> pl.DataFrame:
    items = book.catalogue
    return pl.DataFrame(
        {
            "SKU": texts(items.sku),
            "Produit": texts(items.title),
            "Variante": texts(items.variant),
            "Fournisseur": texts(items.supplier),
            "Catégorie": texts(items.category),
            "Coût unitaire": pl.Series(items.cost_cents),
            "Devise": "CAD",
        }
    ).with_columns(dollars(pl.col("Coût unitaire")).alias("Coût unitaire"))


def _stock(book: Book, cancelled: pl.DataFrame) -> pl.DataFrame:
    """One row a location, SKU and count: every Sunday evening, and every day while the feed to Mercatelle stalls."""
    rng, items = book.rng, book.catalogue
    weeks, skus = DAYS // 7, len(items.sku)
    places = [LAVAL, LYON, STORE]
    full = np.maximum(12, np.outer([160, 60, 14], items.weight / items.weight.max()).astype(int))
    step = np.maximum(1, full // 5)
    phase = rng.integers(0, 60, (len(places), skus))
    week = np.arange(weeks)
    on_hand = 1 + (full[..., None] - 1 - (phase[..., None] + week * step[..., None]) % full[..., None])
    available = np.maximum(0, on_hand - rng.integers(0, 3, on_hand.shape))
    ended = np.datetime64(book.until) - (weeks - 1 - week) * 7 - 1
    _empty_shelves(book, cancelled, on_hand, available)
    shape = on_hand.shape
    usual = pl.DataFrame(
        {
            "Emplacement": np.repeat(places, skus * weeks),
            "SKU": texts(np.broadcast_to(items.sku[None, :, None], shape).ravel()),
            "at": (
                np.broadcast_to(ended, shape).ravel().astype("datetime64[s]") + np.timedelta64(23 * 3600, "s")
            ).astype("datetime64[us]"),
            "En main": on_hand.ravel(),
            "Disponible": available.ravel(),
        }
    )
    return (
        pl.concat([usual, _stalled(book, cancelled)])
        .sort("at", "Emplacement", "SKU")
        .with_columns(pl.col("at").dt.strftime(_MINUTES))
        .select("Emplacement", "SKU", pl.col("at").alias("Relevé le"), "En main", "Disponible")
    )


def _empty_shelves(book: Book, cancelled: pl.DataFrame, on_hand: NDArray, available: NDArray) -> None:
    """A line that was cancelled for lack of stock leaves a Sunday count of nothing, and of what was sold beyond it."""
    short = cancelled.filter(pl.col("reason") == "INVENTORY")
    order, line = short["order"].to_numpy(), short["line"].to_numpy()
    where = {LAVAL: 0, LYON: 1, STORE: 2}
    place = np.array([where.get(name, 0) for name in book.orders["warehouse"][order]])
    age = (np.datetime64(book.until) - short["at"].to_numpy().astype("datetime64[D]")).astype(int)
    week = on_hand.shape[2] - 1 - (age - 1) // 7
    sku = book.lines["sku"][line]
    on_hand[place, sku, week] = 0
    available[place, sku, week] = 0
    np.subtract.at(available, (place, sku, week), 1)


def _stalled(book: Book, cancelled: pl.DataFrame) -> pl.DataFrame:
    """Daily counts round the story: nothing left in Lyon, while the marketplace goes on showing what it last heard."""
    first, after = (np.datetime64(day) for day in FEED_STALLED.ordered_between(book.until))
    sold = np.flatnonzero(book.orders["story"][book.lines["order"]] == FEED_STALLED.name)
    ordered = book.of_line("placed")[sold]
    rows = []
    for sku in np.unique(book.lines["sku"][sold]):
        mine = ordered[book.lines["sku"][sold] == sku]
        for day in np.arange(first - 2, after + 3):
            at = day.astype("datetime64[s]") + np.timedelta64(7 * 3600, "s")
            oversold = int((mine < at).sum())
            stalled = first <= day < after
            lyon = (
                (9, 9)
                if day < first
                else (0, -oversold)
                if stalled
                else (40, 40 if day > after else 40 - oversold)
            )
            shown = 40 if day > after else 0 if day == after else 9
            for place, (on_hand, available) in ((LYON, lyon), (f"{MERCATELLE} (flux)", (shown, shown))):
                name = book.catalogue.sku[sku]
                rows.append((place, name, at.astype("datetime64[us]").item(), on_hand, available))
    columns: dict[str, pl.DataType | type[pl.DataType]] = {
        "Emplacement": pl.String,
        "SKU": pl.String,
        "at": pl.Datetime("us"),
        "En main": pl.Int64,
        "Disponible": pl.Int64,
    }
    return pl.DataFrame(rows, schema=columns, orient="row")


def _warehouse_returns(book: Book, returned: pl.DataFrame) -> pl.DataFrame:
    """One row a return that a warehouse of the shop has received, with what it found and what became of it."""
    channel = book.orders["channel"][returned["order"].to_numpy()]
    back = returned.filter(pl.Series(np.isin(channel, SHOPIFY)) & pl.col("received").is_not_null())
    order, line = back["order"].to_numpy(), back["line"].to_numpy()
    told = back.with_columns(
        name=texts(book.orders["name"][order]),
        sku=texts(book.catalogue.sku[book.lines["sku"][line]]),
        quantity=pl.Series(book.lines["quantity"][line]),
        warehouse=texts(book.orders["warehouse"][order]),
        condition=pl.col("condition").replace(CONDITIONS),
        received_sku=_came_back(book, back),
    )
    checked, paid = pl.col("inspected").is_not_null(), pl.col("refunded").is_not_null()
    resale = (
        pl.when(pl.col("condition") == CONDITIONS["SELLABLE"])
        .then(pl.lit("restock"))
        .otherwise(pl.lit("write_off"))
    )
    return told.sort("received", "number").select(
        pl.format("#R{}", pl.col("number")).alias("RMA"),
        pl.col("name").alias("Commande"),
        pl.col("sku").alias("SKU"),
        pl.col("quantity").alias("Quantité"),
        pl.col("warehouse").alias("Entrepôt"),
        *(
            pl.col(name).dt.strftime(_MINUTES).alias(title)
            for name, title in (
                ("asked", "Demandé le"),
                ("received", "Reçu le"),
                ("inspected", "Inspecté le"),
            )
        ),
        pl.when(checked).then(pl.col("received_sku")).alias("SKU reçu"),
        pl.when(checked).then(pl.col("condition")).alias("État constaté"),
        pl.when(checked).then(resale).alias("Décision"),
        pl.when(checked & (pl.col("condition") == CONDITIONS["SELLABLE"]))
        .then(pl.col("restocked"))
        .dt.strftime(_MINUTES)
        .alias("Remis en stock le"),
        pl.col("refunded").dt.strftime(_MINUTES).alias("Remboursé le"),
        pl.when(paid).then(dollars(pl.col("total_cents"))).alias("Montant remboursé"),
        pl.lit("CAD").alias("Devise"),
    )


def _came_back(book: Book, back: pl.DataFrame) -> pl.Series:
    """What was in the box of a wrong article, where whoever inspected it looked: for the story the other of the two
    sizes, else a neighbour of what was ordered, or another product. Its own chances, so that no other draw moves."""
    rng, skus, products = np.random.default_rng(len(back)), book.catalogue.sku, book.catalogue.title
    pair = {str(skus[i]): str(skus[j]) for i, j in _both_ways(book.catalogue.indexes("RIV", "38", "39"))}
    found: list[str | None] = []
    for cause, story, line in back.select("cause", "story", "line").iter_rows():
        sold = int(book.lines["sku"][line])
        looked, step = rng.random() < 0.75, int(rng.integers(1, len(skus)))
        if not looked or cause not in ("wrong_variant_sent", "wrong_item_sent"):
            found.append(None)
        elif story == WRONG_SIZES.name:
            found.append(pair[str(skus[sold])])
        elif cause == "wrong_variant_sent":
            near = [i for i in (sold - 1, sold + 1) if 0 <= i < len(skus) and products[i] == products[sold]]
            found.append(str(skus[near[step % len(near)]]) if near else None)
        else:
            found.append(str(skus[(sold + step) % len(skus)]))
    return pl.Series(found, dtype=pl.String)


def _both_ways(two: NDArray) -> list[tuple[int, int]]:
    return [(int(two[0]), int(two[1])), (int(two[1]), int(two[0]))]


def _cancellations(book: Book, cancelled: pl.DataFrame) -> pl.DataFrame:
    """One row a line of the own shop that was cancelled with the button, and the reason chosen there."""
    channel = book.orders["channel"][cancelled["order"].to_numpy()]
    told = cancelled.filter(pl.Series(np.isin(channel, SHOPIFY)) & ~pl.col("only_refunded"))
    order, line = told["order"].to_numpy(), told["line"].to_numpy()
    by_customer = pl.col("reason") == "CUSTOMER"
    told = pl.concat([told, _contacts(told)], how="horizontal")
    return told.select(
        pl.format("ANN-{}", pl.col("line") + 10_000).alias("No annulation"),
        texts(book.orders["name"][order]).alias("Commande"),
        texts(book.catalogue.sku[book.lines["sku"][line]]).alias("SKU"),
        pl.Series("Quantité", book.lines["quantity"][line]),
        pl.col("at").dt.strftime(_MINUTES).alias("Annulée le"),
        pl.col("reason").alias("Motif"),
        pl.when(by_customer).then(pl.lit("client")).otherwise(pl.lit("boutique")).alias("Déclarée par"),
        pl.when(pl.col("reason") == "INVENTORY")
        .then(pl.lit("non"))
        .otherwise(pl.lit("oui"))
        .alias("Remise en stock"),
        pl.when(pl.col("whole")).then(pl.lit("non")).otherwise(pl.lit("oui")).alias("Partielle"),
        pl.col("contacted").dt.strftime(_MINUTES).alias("Client contacté le"),
        pl.col("alternative").alias("Autre article proposé"),
        dollars(pl.col("subtotal_cents")).alias("Montant"),
        pl.lit("CAD").alias("Devise"),
    )


def _contacts(told: pl.DataFrame) -> pl.DataFrame:
    """When the shop wrote to the customer before it cancelled for want of stock, and whether it offered something."""
    dice = random.Random(20_240_612)  # noqa: S311 - its own, so that nothing else of the demo moves
    contacted: list[datetime | None] = []
    alternative: list[str | None] = []
    for reason, at in told.select("reason", "at").iter_rows():
        wrote, minutes, offered = dice.random() < 0.58, dice.randrange(20, 400), dice.random() < 0.6
        is_short = reason == "INVENTORY"
        contacted.append(at - timedelta(minutes=minutes) if is_short and wrote else None)
        alternative.append(("oui" if wrote and offered else "non") if is_short else None)
    return pl.DataFrame(
        {
            "contacted": pl.Series(contacted, dtype=pl.Datetime("us")),
            "alternative": pl.Series(alternative, dtype=pl.String),
        }
    )


def _claims(book: Book, claimed: pl.DataFrame) -> pl.DataFrame:
    order, line = claimed["order"].to_numpy(), claimed["line"].to_numpy()
    return claimed.select(
        pl.format("REC-{}", pl.col("id")).alias("No réclamation"),
        texts(book.orders["name"][order]).alias("Commande"),
        texts(book.catalogue.sku[book.lines["sku"][line]]).alias("SKU"),
        texts(book.orders["carrier"][order]).alias("Transporteur"),
        pl.col("cause").replace(CLAIM_REASONS).alias("Motif"),
        pl.col("opened").dt.strftime(_MINUTES).alias("Ouverte le"),
        pl.col("due").dt.strftime("%Y-%m-%d").alias("Échéance"),
        pl.when(pl.col("outcome") == "").then(pl.lit("open")).otherwise(pl.lit("closed")).alias("Statut"),
        pl.when(pl.col("outcome") != "").then(pl.col("outcome")).alias("Issue"),
        dollars(pl.col("amount_cents")).alias("Montant réclamé"),
        dollars(pl.col("paid_cents")).alias("Montant payé"),
        texts(book.orders["currency"][order]).alias("Devise"),
    )
