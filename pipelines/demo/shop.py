"""The invented shop of the demo: what it sells, who makes it, where its customers live.

Boots, shoes, bags and outdoor clothing, sold from Quebec and France. Every supplier, logistician, marketplace and the
carrier that loses parcels are made up; so are all people.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

#: one array a column, all of one length
Columns = dict[str, NDArray]

#: the catalogue, the towns and the words of the shop: tables, so that they read as tables
DATA = Path(__file__).resolve().parent / "data"

LAVAL, LYON, STORE, FBA = "Laval", "Lyon", "Boutique Montréal", "Amazon"
BORELIS, CANADA_POST, UPS, COLISSIMO, AMAZON_LOGISTICS = (
    "Borelis",
    "Canada Post",
    "UPS",
    "Colissimo",
    "Amazon",
)
MERCATELLE = "Mercatelle"


@dataclass(frozen=True)
class Product:
    """A product and its variants. `season` says when it sells: winter, summer or all."""

    code: str
    title: str
    title_en: str
    category: str
    supplier: str
    colour: str
    variants: tuple[str, ...]
    price_cents: int
    popularity: float
    season: str


#: suppliers, and the letters that their lots begin with
SUPPLIERS = {
    "Kordane": "KD",
    "Tannerie Oskane": "TO",
    "Calzature Brenzi": "CB",
    "Nordvale Plein Air": "NV",
    "Ferrelo & Filhos": "FF",
    "Lumetis Textiles": "LT",
    "Atelier Hautbrenne": "AH",
    "Maroquinerie Lorvan": "ML",
    "Atelier Vesquel": "AV",
}

#: what has a size
WEARABLE = ("Bottes", "Chaussures", "Vêtements")


@dataclass(frozen=True)
class Place:
    """A town that orders come from. `area` groups towns for carriers and stories."""

    country: str
    province: str
    province_name: str
    city: str
    postcode: str
    weight: float
    area: str


FIRST_NAMES = (
    "Camille Julie Mathieu Geneviève Olivier Sophie Antoine Maude Félix Chloé Gabriel Élodie Hugo Sarah "
    "Thomas Emma Louis Anaïs Nicolas Laurence Étienne Catherine William Rosalie Alexis Noémie Samuel "
    "Florence Jacob Audrey Émile Isabelle"
).split()
LAST_NAMES = (
    "Tremblette Gagnolet Royaumont Coteval Boucheron Gauthieret Morinval Laverdine Fortineau Gagnebin "
    "Ouellon Pelletreau Belangeon Levescque Bergerac Leblanchet Paquetin Girouard Simonnet Boucharel "
    "Cloutard Poirelle Dubuisson Grenonville"
).split()


@cache
def products() -> tuple[Product, ...]:
    """All products, in the order in which their SKUs are counted."""
    return tuple(
        Product(
            code=row["code"],
            title=row["title"],
            title_en=row["title_en"],
            category=row["category"],
            supplier=row["supplier"],
            colour=row["colour"],
            variants=tuple(variant.replace("_", " ") for variant in row["variants"].split()),
            price_cents=int(row["price_cents"]),
            popularity=float(row["popularity"]),
            season=row["season"],
        )
        for row in _table("products.csv")
    )


@cache
def places() -> tuple[Place, ...]:
    """All towns; the store stands in the first."""
    return tuple(Place(**{**row, "weight": float(row["weight"])}) for row in _table("places.csv"))  # type: ignore[arg-type]


def areas() -> NDArray:
    """The area of each town, in the order of `places`."""
    return np.array([place.area for place in places()], dtype=object)


def _table(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@dataclass(frozen=True)
class Catalogue:
    """One entry a SKU in every array, in the order of products() and their variants."""

    sku: NDArray
    product: NDArray  # index into products()
    title: NDArray
    title_en: NDArray
    variant: NDArray
    category: NDArray
    supplier: NDArray
    price_cents: NDArray
    cost_cents: NDArray
    eur_cents: NDArray
    weight: NDArray
    season: NDArray
    asin: NDArray

    def indexes(self, code: str, *variants: str) -> NDArray:
        """Positions of a product's SKUs, all of them or those of the variants named."""
        wanted = [f"-{variant.upper()}" for variant in variants]
        return np.array(
            [
                i
                for i, sku in enumerate(self.sku)
                if sku.startswith(f"{code}-") and (not wanted or any(sku.endswith(end) for end in wanted))
            ]
        )


def catalogue() -> Catalogue:
    """Every SKU of the shop with its texts, prices in cents and how well it sells."""
    rows = []
    for number, p in enumerate(products()):
        middle = (len(p.variants) - 1) / 2
        for place, variant in enumerate(p.variants):
            # the middle sizes sell best; a colour is as good as another
            weight = (
                p.popularity * (1.0 if not p.colour else 1.25 - 0.22 * abs(place - middle)) / len(p.variants)
            )
            colour = f"{p.colour[:3].upper()}-" if p.colour else ""
            sku = f"{p.code}-{colour}{variant.upper().replace(' ', '')}".replace("É", "E")
            shown = f"{variant} / {p.colour}" if p.colour else variant
            rows.append((sku, number, p, shown, weight))
    prices = np.array([p.price_cents for _, _, p, _, _ in rows])
    return Catalogue(
        sku=np.array([sku for sku, *_ in rows], dtype=object),
        product=np.array([number for _, number, *_ in rows]),
        title=np.array([p.title for _, _, p, _, _ in rows], dtype=object),
        title_en=np.array([p.title_en for _, _, p, _, _ in rows], dtype=object),
        variant=np.array([shown for *_, shown, _ in rows], dtype=object),
        category=np.array([p.category for _, _, p, _, _ in rows], dtype=object),
        supplier=np.array([p.supplier for _, _, p, _, _ in rows], dtype=object),
        price_cents=prices,
        cost_cents=np.round(prices * 0.42).astype(np.int64),
        eur_cents=(np.round(prices * 0.66 / 1000) * 1000 - 10).clip(690).astype(np.int64),
        weight=np.array([weight for *_, weight in rows]),
        season=np.array([p.season for _, _, p, _, _ in rows], dtype=object),
        asin=np.array([f"B0D{i * 7919 % 9999999:07d}" for i in range(1, len(rows) + 1)], dtype=object),
    )
