"""The invented shop of the demo: what it sells, who makes it, where its customers live.

Boots, shoes, bags and outdoor clothing, sold from Quebec and France. Every supplier, logistician, marketplace and the
carrier that loses parcels are made up; so are all people.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: one array a column, all of one length
Columns = dict[str, NDArray]

LAVAL, LYON, STORE, FBA = "Laval", "Lyon", "Boutique Montréal", "Amazon"
BORELIS, CANADA_POST, UPS, COLISSIMO, AMAZON_LOGISTICS = "Borelis", "Canada Post", "UPS", "Colissimo", "Amazon"
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


def _sizes(first: int, last: int) -> tuple[str, ...]:
    return tuple(str(size) for size in range(first, last + 1))


_LETTERS = ("XS", "S", "M", "L", "XL")
_BOOTS, _SHOES, _CLOTHES, _BAGS, _EXTRAS = "Bottes", "Chaussures", "Vêtements", "Sacs", "Accessoires"

PRODUCTS: tuple[Product, ...] = (
    Product("TAD", "Botte Tadoussac", "Tadoussac Boot", _BOOTS, "Kordane", "Noir", _sizes(37, 42), 22900, 9, "winter"),
    Product("CHA", "Bottine Charlevoix", "Charlevoix Ankle Boot", _BOOTS, "Kordane", "Cognac", _sizes(36, 41), 18900, 6, "all"),
    Product("ABI", "Botte Abitibi doublée", "Abitibi Lined Boot", _BOOTS, "Tannerie Oskane", "Brun", _sizes(39, 44), 25900, 5, "winter"),
    Product("MEK", "Bottine Mékinac", "Mekinac Chelsea Boot", _BOOTS, "Calzature Brenzi", "Noir", _sizes(36, 41), 19900, 5, "all"),
    Product("UNG", "Botte Ungava grand froid", "Ungava Winter Boot", _BOOTS, "Nordvale Plein Air", "Gris", _sizes(38, 43), 27900, 4, "winter"),
    Product("RIV", "Basket Rivière", "Riviere Sneaker", _SHOES, "Ferrelo & Filhos", "Blanc", _sizes(36, 41), 12900, 8, "all"),
    Product("PLA", "Derby Plateau", "Plateau Derby", _SHOES, "Calzature Brenzi", "Noir", _sizes(40, 45), 16900, 4, "all"),
    Product("MIL", "Mocassin Mile-End", "Mile End Loafer", _SHOES, "Calzature Brenzi", "Bordeaux", _sizes(37, 42), 14900, 4, "all"),
    Product("SEN", "Chaussure de sentier Laurentides", "Laurentides Trail Shoe", _SHOES, "Nordvale Plein Air", "Kaki", _sizes(38, 43), 15900, 6, "summer"),
    Product("SAN", "Sandale Kamouraska", "Kamouraska Sandal", _SHOES, "Ferrelo & Filhos", "Tan", _sizes(36, 41), 9900, 5, "summer"),
    Product("BAL", "Ballerine Outremont", "Outremont Ballerina", _SHOES, "Ferrelo & Filhos", "Marine", _sizes(36, 41), 11900, 4, "summer"),
    Product("RIC", "Richelieu Chambly", "Chambly Oxford", _SHOES, "Tannerie Oskane", "Brun", _sizes(40, 45), 17900, 3, "all"),
    Product("MIS", "Parka Mistassini", "Mistassini Parka", _CLOTHES, "Lumetis Textiles", "Marine", _LETTERS, 38900, 4, "winter"),
    Product("FOR", "Coquille imperméable Forillon", "Forillon Rain Shell", _CLOTHES, "Lumetis Textiles", "Jaune", _LETTERS, 21900, 4, "all"),
    Product("MAU", "Polar Mauricie", "Mauricie Fleece", _CLOTHES, "Lumetis Textiles", "Vert", _LETTERS, 11900, 5, "all"),
    Product("SUT", "Doudoune Sutton", "Sutton Down Jacket", _CLOTHES, "Atelier Hautbrenne", "Rouge", _LETTERS, 24900, 4, "winter"),
    Product("ORF", "Pantalon Orford", "Orford Trousers", _CLOTHES, "Atelier Hautbrenne", "Gris", _LETTERS, 12900, 3, "all"),
    Product("MAG", "Chemise de lin Magog", "Magog Linen Shirt", _CLOTHES, "Atelier Hautbrenne", "Écru", _LETTERS, 8900, 3, "summer"),
    Product("MAT", "Chandail mérinos Matapédia", "Matapedia Merino Sweater", _CLOTHES, "Atelier Hautbrenne", "Bleu", _LETTERS, 13900, 4, "winter"),
    Product("VIE", "Sac Vieux-Port", "Vieux-Port Tote", _BAGS, "Maroquinerie Lorvan", "", ("Noir", "Cognac", "Vert"), 19900, 4, "all"),
    Product("BES", "Besace Rosemont", "Rosemont Messenger Bag", _BAGS, "Maroquinerie Lorvan", "", ("Noir", "Brun", "Sable"), 15900, 3, "all"),
    Product("DOS", "Sac à dos Jacques-Cartier", "Jacques-Cartier Backpack", _BAGS, "Atelier Vesquel", "", ("Noir", "Kaki", "Ocre"), 13900, 5, "all"),
    Product("POC", "Pochette Griffintown", "Griffintown Clutch", _BAGS, "Maroquinerie Lorvan", "", ("Noir", "Rouge", "Or"), 7900, 3, "all"),
    Product("WEE", "Sac week-end Estrie", "Estrie Weekender", _BAGS, "Atelier Vesquel", "", ("Brun", "Marine"), 24900, 2, "all"),
    Product("MIT", "Mitaines Nunavik", "Nunavik Mittens", _EXTRAS, "Tannerie Oskane", "Noir", ("S", "M", "L"), 6900, 4, "winter"),
    Product("TUQ", "Tuque Laurier", "Laurier Beanie", _EXTRAS, "Atelier Hautbrenne", "", ("Gris", "Rouge", "Marine"), 3900, 5, "winter"),
    Product("CEI", "Ceinture Verdun", "Verdun Belt", _EXTRAS, "Maroquinerie Lorvan", "Noir", ("80", "90", "100", "110"), 5900, 3, "all"),
    Product("LAC", "Lacets cirés", "Waxed Laces", _EXTRAS, "Calzature Brenzi", "", ("Noir", "Brun", "Blanc"), 990, 4, "all"),
    Product("CIR", "Cirage neutre", "Neutral Shoe Polish", _EXTRAS, "Tannerie Oskane", "", ("100 ml",), 1490, 3, "all"),
    Product("SEM", "Semelles isolantes", "Insulated Insoles", _EXTRAS, "Nordvale Plein Air", "", _sizes(38, 42), 2900, 4, "winter"),
)

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

WEARABLE = (_BOOTS, _SHOES, _CLOTHES)


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


PLACES: tuple[Place, ...] = (
    Place("CA", "QC", "Quebec", "Montréal", "H2J 2L1", 20, "quebec"),
    Place("CA", "QC", "Quebec", "Laval", "H7N 1A5", 6, "quebec"),
    Place("CA", "QC", "Quebec", "Québec", "G1R 4P5", 9, "quebec"),
    Place("CA", "QC", "Quebec", "Longueuil", "J4H 1B8", 5, "quebec"),
    Place("CA", "QC", "Quebec", "Gatineau", "J8X 2T4", 4, "quebec"),
    Place("CA", "QC", "Quebec", "Sherbrooke", "J1H 1Z9", 4, "quebec"),
    Place("CA", "QC", "Quebec", "Trois-Rivières", "G9A 1V5", 3, "quebec"),
    Place("CA", "QC", "Quebec", "Val-d'Or", "J9P 1S2", 1, "quebec"),
    Place("CA", "QC", "Quebec", "Chicoutimi", "G7H 1Z6", 2, "east"),
    Place("CA", "QC", "Quebec", "Rimouski", "G5L 4H2", 1.6, "east"),
    Place("CA", "QC", "Quebec", "Sept-Îles", "G4R 3C8", 0.9, "east"),
    Place("CA", "QC", "Quebec", "Gaspé", "G4X 2V6", 1.1, "gaspesie"),
    Place("CA", "QC", "Quebec", "Percé", "G0C 2L0", 0.5, "gaspesie"),
    Place("CA", "QC", "Quebec", "Chandler", "G0C 1K0", 0.6, "gaspesie"),
    Place("CA", "QC", "Quebec", "Carleton-sur-Mer", "G0C 1J0", 0.6, "gaspesie"),
    Place("CA", "NB", "New Brunswick", "Moncton", "E1C 4Z6", 1.4, "east"),
    Place("CA", "NB", "New Brunswick", "Edmundston", "E3V 1J7", 0.8, "east"),
    Place("CA", "NS", "Nova Scotia", "Halifax", "B3J 1S9", 1.3, "east"),
    Place("CA", "ON", "Ontario", "Ottawa", "K1N 6N5", 5, "canada"),
    Place("CA", "ON", "Ontario", "Toronto", "M5V 2T6", 9, "canada"),
    Place("CA", "BC", "British Columbia", "Vancouver", "V6B 1A1", 3, "canada"),
    Place("CA", "AB", "Alberta", "Calgary", "T2P 1J9", 2, "canada"),
    Place("US", "VT", "Vermont", "Burlington", "05401", 1.3, "us"),
    Place("US", "MA", "Massachusetts", "Boston", "02116", 2.2, "us"),
    Place("US", "NY", "New York", "New York", "10012", 3, "us"),
    Place("US", "ME", "Maine", "Portland", "04101", 1, "us"),
    Place("FR", "", "", "Paris", "75011", 3.5, "france"),
    Place("FR", "", "", "Lyon", "69003", 2, "france"),
    Place("FR", "", "", "Nantes", "44000", 1.4, "france"),
    Place("FR", "", "", "Bourg-en-Bresse", "01000", 0.5, "france"),
    Place("FR", "", "", "Lille", "59800", 1.4, "france"),
    Place("FR", "", "", "Bordeaux", "33000", 1.4, "france"),
    Place("BE", "", "", "Bruxelles", "1050", 1.3, "belgium"),
    Place("BE", "", "", "Liège", "4000", 0.8, "belgium"),
)

FIRST_NAMES = (
    "Camille Julie Mathieu Geneviève Olivier Sophie Antoine Maude Félix Chloé Gabriel Élodie Hugo Sarah Thomas Emma Louis "
    "Anaïs Nicolas Laurence Étienne Catherine William Rosalie Alexis Noémie Samuel Florence Jacob Audrey Émile Isabelle"
).split()
LAST_NAMES = (
    "Tremblette Gagnolet Royaumont Coteval Boucheron Gauthieret Morinval Laverdine Fortineau Gagnebin Ouellon Pelletreau "
    "Belangeon Levescque Bergerac Leblanchet Paquetin Girouard Simonnet Boucharel Cloutard Poirelle Dubuisson Grenonville"
).split()


@dataclass(frozen=True)
class Catalogue:
    """One entry a SKU in every array, in the order of PRODUCTS and their variants."""

    sku: NDArray
    product: NDArray  # index into PRODUCTS
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
    for number, p in enumerate(PRODUCTS):
        middle = (len(p.variants) - 1) / 2
        for place, variant in enumerate(p.variants):
            # the middle sizes sell best; a colour is as good as another
            weight = p.popularity * (1.0 if not p.colour else 1.25 - 0.22 * abs(place - middle)) / len(p.variants)
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
