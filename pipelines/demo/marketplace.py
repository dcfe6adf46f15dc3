"""The demo's marketplace, Mercatelle: spreadsheets in the Windows encoding, semicolons, decimal commas.

Orders, their lines, cancellations, returns, refunds and claims are files of their own; each has its mapping in
data/config/demo, all of one name, so that lines find their orders.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.demo.orders import Book
from pipelines.demo.shop import places
from pipelines.demo.stories import FALSE_LABELS, FEED_STALLED
from pipelines.demo.vocabulary import voices
from pipelines.demo.writing import euros, people, texts

_DAY, _MINUTES = "%d/%m/%Y", "%d/%m/%Y %H:%M"
#: in the short files: with few rows, day and month could not be told apart
_ISO = "%Y-%m-%d %H:%M"


def write(
    folder: Path, book: Book, returned: pl.DataFrame, cancelled: pl.DataFrame, refunded: pl.DataFrame
) -> list[Path]:
    """Writes the marketplace's six files and gives their paths."""
    mine = np.flatnonzero(book.orders["channel"] == "mercatelle")
    ours = pl.col("order").is_in(mine.tolist())
    paid = refunded.filter(ours & (pl.col("restock") == "NO_RESTOCK"))
    tables = {
        "mercatelle_commandes.csv": _orders(book, mine),
        "mercatelle_lignes.csv": _lines(book, cancelled),
        "mercatelle_annulations.csv": _cancellations(book, cancelled.filter(ours)),
        "mercatelle_retours.csv": _returns(book, returned.filter(ours)),
        "mercatelle_remboursements.csv": _refunds(book, paid),
        "mercatelle_reclamations.csv": _claims(book, mine),
    }
    return [_write(table, folder / name) for name, table in tables.items()]


def _write(table: pl.DataFrame, path: Path) -> Path:
    text = table.with_columns(pl.col(pl.String).replace("", None)).write_csv(
        separator=";", line_terminator="\r\n"
    )
    path.write_bytes(text.encode("cp1252"))
    return path


def _known(at: NDArray, book: Book) -> pl.Series:
    return pl.Series(np.where(at < book.end, at, np.datetime64("NaT", "s")).astype("datetime64[us]"))


def _line_names(book: Book, line: NDArray) -> pl.Series:
    names = zip(book.of_line("name")[line], book.lines["position"][line], strict=True)
    return pl.Series([f"{name}-{position + 1}" for name, position in names], dtype=pl.String)


def _orders(book: Book, at: NDArray) -> pl.DataFrame:
    told = {name: column[at] for name, column in book.orders.items()}
    cancelled, delivered = _known(told["cancelled"], book), _known(told["delivered"], book)
    shipped = _known(told["shipped"], book)
    towns = [places()[place] for place in told["place"]]
    frame = pl.DataFrame(
        {
            "N° de commande": texts(told["name"]),
            "placed": told["placed"].astype("datetime64[us]"),
            "cancelled": cancelled,
            "shipped": shipped,
            "delivered": delivered,
            "due": (told["promised"] - 3).astype("datetime64[us]"),
            "customer": told["customer"],
            "Pays": [place.country for place in towns],
            "Ville": [place.city for place in towns],
            "Code postal": [place.postcode for place in towns],
            "total": told["total_cents"],
        }
    ).join(people(pl.Series(told["customer"])), on="customer", maintain_order="left")
    status = (
        pl.when(pl.col("cancelled").is_not_null())
        .then(pl.lit("Annulée"))
        .when(pl.col("delivered").is_not_null())
        .then(pl.lit("Reçue"))
        .when(pl.col("shipped").is_not_null())
        .then(pl.lit("Expédiée"))
        .otherwise(pl.lit("En attente d'expédition"))
    )
    return frame.select(
        "N° de commande",
        pl.col("placed").dt.strftime(_MINUTES).alias("Date de création"),
        pl.col("due").dt.strftime(_DAY).alias("Date limite d'expédition"),
        pl.col("shipped").dt.strftime(_MINUTES).alias("Date d'expédition"),
        pl.col("delivered").dt.strftime(_MINUTES).alias("Date de réception"),
        pl.col("cancelled").dt.strftime(_MINUTES).alias("Date d'annulation"),
        status.alias("Statut"),
        "Pays",
        "Ville",
        "Code postal",
        pl.col("email").alias("E-mail du client"),
        euros(pl.col("total")).alias("Montant total"),
        pl.lit("EUR").alias("Devise"),
    )


def _lines(book: Book, cancelled: pl.DataFrame) -> pl.DataFrame:
    items, lines = book.catalogue, book.lines
    line = np.flatnonzero(book.of_line("channel") == "mercatelle")
    sku = lines["sku"][line]
    gone = np.isin(line, cancelled["line"].to_numpy())
    sent = book.of_line("shipped")[line] < book.end
    return pl.DataFrame(
        {
            "N° de ligne": _line_names(book, line),
            "N° de commande": texts(book.of_line("name")[line]),
            "Date de création": pl.Series(book.of_line("placed")[line].astype("datetime64[us]")).dt.strftime(
                _MINUTES
            ),
            "SKU vendeur": texts(items.sku[sku]),
            "Désignation": texts(items.title[sku]),
            "Variante": texts(items.variant[sku]),
            "Catégorie": texts(items.category[sku]),
            "Fournisseur": texts(items.supplier[sku]),
            "Lot": texts(lines["lot"][line]),
            "Quantité": pl.Series(lines["quantity"][line]),
            "Prix unitaire": pl.Series(lines["price_cents"][line]),
            "Devise": "EUR",
            "État de la ligne": np.where(gone, "annulée", np.where(sent, "expédiée", "ouverte")),
        }
    ).with_columns(euros(pl.col("Prix unitaire")).alias("Prix unitaire"))


_REASONS = {"INVENTORY": "Rupture de stock", "CUSTOMER": "Demande du client", "DECLINED": "Paiement refusé"}


def _cancellations(book: Book, cancelled: pl.DataFrame) -> pl.DataFrame:
    order, line = cancelled["order"].to_numpy(), cancelled["line"].to_numpy()
    by_shop = pl.col("reason").is_in(["INVENTORY", "STAFF", "OTHER"])
    # the first sales without stock are put down to the customer, and the piece that is not there goes back on sale
    short = np.flatnonzero(book.orders["story"][order] == FEED_STALLED.name)
    blamed = np.zeros(len(order), dtype=bool)
    blamed[short[: len(short) // FALSE_LABELS]] = True
    is_blamed = pl.Series(blamed)
    return cancelled.select(
        pl.format("AN{}", pl.col("line") + 50_000).alias("N° d'annulation"),
        texts(book.orders["name"][order]).alias("N° de commande"),
        _line_names(book, line).alias("N° de ligne"),
        texts(book.catalogue.sku[book.lines["sku"][line]]).alias("SKU vendeur"),
        pl.Series("Quantité", book.lines["quantity"][line]),
        pl.col("at").dt.strftime(_ISO).alias("Date d'annulation"),
        pl.when(is_blamed)
        .then(pl.lit(_REASONS["CUSTOMER"]))
        .otherwise(pl.col("reason").replace_strict(_REASONS, default="Autre motif"))
        .alias("Motif d'annulation"),
        pl.when(by_shop).then(pl.lit("vendeur")).otherwise(pl.lit("client")).alias("Demandée par"),
        pl.when(is_blamed).then(pl.lit("oui")).when(by_shop).then(pl.lit("non")).alias("Remise en stock"),
        euros(pl.col("subtotal_cents")).alias("Montant"),
        pl.lit("EUR").alias("Devise"),
    )


def _returns(book: Book, returned: pl.DataFrame) -> pl.DataFrame:
    order, line = returned["order"].to_numpy(), returned["line"].to_numpy()
    reasons = {cause: voice.mirakl for cause, voice in voices().items()}
    return returned.select(
        pl.format("MR{}", pl.col("number")).alias("N° de retour"),
        texts(book.orders["name"][order]).alias("N° de commande"),
        _line_names(book, line).alias("N° de ligne"),
        texts(book.catalogue.sku[book.lines["sku"][line]]).alias("SKU vendeur"),
        pl.Series("Quantité", book.lines["quantity"][line]),
        pl.col("cause").replace_strict(reasons, default="Autre motif").alias("Motif du retour"),
        pl.col("asked").dt.strftime(_ISO).alias("Date de demande"),
        pl.col("received").dt.strftime(_ISO).alias("Date de réception"),
        pl.col("refunded").dt.strftime(_ISO).alias("Date de remboursement"),
        pl.when(pl.col("refunded").is_not_null())
        .then(euros(pl.col("total_cents")))
        .alias("Montant remboursé"),
        pl.lit("EUR").alias("Devise"),
    )


def _refunds(book: Book, refunded: pl.DataFrame) -> pl.DataFrame:
    order, line = refunded["order"].to_numpy(), refunded["line"].to_numpy()
    reasons = {cause: voice.mirakl for cause, voice in voices().items()}
    return refunded.select(
        pl.format("RB{}", pl.col("id")).alias("N° de remboursement"),
        texts(book.orders["name"][order]).alias("N° de commande"),
        _line_names(book, line).alias("N° de ligne"),
        texts(book.catalogue.sku[book.lines["sku"][line]]).alias("SKU vendeur"),
        pl.col("at").dt.strftime(_ISO).alias("Date de remboursement"),
        pl.col("note").replace_strict(reasons, default="Autre motif").alias("Motif du remboursement"),
        euros(pl.col("total_cents")).alias("Montant"),
        pl.lit("EUR").alias("Devise"),
    )


def _claims(book: Book, mine: NDArray) -> pl.DataFrame:
    """Buyers of the parcels longest under way say that nothing came: answers are due within hours."""
    orders = book.orders
    under_way = mine[(orders["shipped"][mine] < book.end) & (orders["delivered"][mine] >= book.end)]
    order = under_way[np.argsort(orders["shipped"][under_way], kind="stable")][:5]
    opened = book.end - (6 + 9 * np.arange(len(order))) * np.timedelta64(3600, "s")
    return pl.DataFrame(
        {
            "N° de réclamation": [f"RC{number + 800_000}" for number in order.tolist()],
            "N° de commande": texts(orders["name"][order]),
            "Ouverte le": pl.Series(opened.astype("datetime64[us]")).dt.strftime(_ISO),
            "Réponse avant le": pl.Series(
                (opened + np.timedelta64(48 * 3600, "s")).astype("datetime64[us]")
            ).dt.strftime(_ISO),
            "Statut": ["à répondre"] * len(order),
            "Motif de la réclamation": ["Colis non reçu"] * len(order),
            "Montant": pl.Series(orders["subtotal_cents"][order]),
            "Devise": ["EUR"] * len(order),
        }
    ).with_columns(euros(pl.col("Montant")).alias("Montant"))
