"""The truth of the demo: six things that went wrong, where, when and how often. Tests look for them in the files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Story:
    """A planted problem. Days are counted back from the demo's end, which is itself not a day of the demo."""

    name: str
    cause: str
    party: str
    title_fr: str
    title_en: str
    where: dict[str, tuple[str, ...]]
    ordered: tuple[int, int]  # the affected orders were placed from the first day on, before the second
    reported: tuple[int, int]  # the same for what was reported of them
    count: int  # incidents (order lines) in a demo of full size
    tickets: int  # of them, those that a customer wrote about
    told_as: tuple[
        str, ...
    ] = ()  # other causes that the files give it: a coarser code, a carrier's word, a false label

    def ordered_between(self, until: date) -> tuple[date, date]:
        """First day of the affected orders, and the first day after them."""
        return until - timedelta(days=self.ordered[0]), until - timedelta(days=self.ordered[1])

    def reported_between(self, until: date) -> tuple[date, date]:
        """First day on which it was reported, and the first day after."""
        return until - timedelta(days=self.reported[0]), until - timedelta(days=self.reported[1])

    def expected(self, size: float = 1.0) -> int:
        """How many incidents a demo of this size holds."""
        return max(4, round(self.count * size))

    def expected_tickets(self, size: float = 1.0) -> int:
        """How many of them have a ticket."""
        return min(
            self.expected(size), max(4 if self.tickets == self.count else 3, round(self.tickets * size))
        )


BAD_LOT = Story(
    name="bad_lot",
    cause="product_defect",
    party="supplier",
    title_fr="La semelle de la botte Tadoussac se décolle : lot KD-3107 de Kordane",
    title_en="The sole of the Tadoussac boot comes unglued: lot KD-3107 from Kordane",
    where={
        "product": ("TAD",),
        "supplier": ("Kordane",),
        "lot": ("KD-3107",),
        "channel": ("web", "mercatelle"),
    },
    ordered=(98, 42),
    reported=(90, 0),
    count=72,
    tickets=50,
)

WRONG_SIZES = Story(
    name="wrong_sizes",
    cause="wrong_variant_sent",
    party="3pl",
    title_fr="Laval confond les pointures 38 et 39 de la basket Rivière depuis son déménagement",
    title_en="Laval has mixed up sizes 38 and 39 of the Riviere sneaker since its move",
    where={"sku": ("RIV-BLA-38", "RIV-BLA-39"), "warehouse": ("Laval",), "channel": ("web",)},
    ordered=(70, 8),
    reported=(66, 0),
    count=48,
    tickets=38,
    told_as=("wrong_item_sent",),
)

FEED_STALLED = Story(
    name="feed_stalled",
    cause="stock_out",
    party="merchant",
    title_fr="Le flux de stock vers Mercatelle s'arrête six jours : des ventes sans stock sont annulées",
    title_en="The stock feed to Mercatelle stalls for six days: sales without stock are cancelled",
    where={"sku": ("DOS-NOIR", "VIE-COGNAC"), "warehouse": ("Lyon",), "channel": ("mercatelle",)},
    ordered=(38, 32),
    reported=(38, 28),
    count=40,
    tickets=12,
    told_as=("changed_mind",),
)
#: one in so many sales of the stalled feed is labelled as the customer's wish, and put back on sale: the first ones
FALSE_LABELS = 5

PRICE_TYPO = Story(
    name="price_typo",
    cause="price_error",
    party="merchant",
    title_fr="Parka Mistassini à 38,90 $ au lieu de 389 $ un soir ; tout annulé au matin « à la demande du client »",
    title_en="Mistassini parka at $38.90 instead of $389 one evening; cancelled by morning 'at the customer's request'",
    where={"product": ("MIS",), "channel": ("web",), "reason": ("CUSTOMER",)},
    ordered=(19, 17),
    reported=(18, 10),
    count=64,
    tickets=18,
    told_as=("changed_mind",),
)

LOST_PARCELS = Story(
    name="lost_parcels",
    cause="not_received",
    party="carrier",
    title_fr="Borelis perd des colis en Gaspésie",
    title_en="Borelis loses parcels in Gaspésie",
    where={
        "carrier": ("Borelis",),
        "city": ("Gaspé", "Percé", "Chandler", "Carleton-sur-Mer"),
        "region": ("QC",),
        "channel": ("web",),
    },
    ordered=(66, 24),
    reported=(58, 0),
    count=40,
    tickets=40,
    told_as=("lost_in_transit",),
)

SLOW_WEEK = Story(
    name="slow_week",
    cause="late_dispatch",
    party="3pl",
    title_fr="Semaine ENTREPOT25 : Laval expédie avec une semaine de retard",
    title_en="ENTREPOT25 promotion week: Laval ships a week late",
    where={"warehouse": ("Laval",), "discount": ("ENTREPOT25",), "channel": ("web",)},
    ordered=(49, 42),
    reported=(45, 30),
    count=54,
    tickets=54,
)

STORIES: tuple[Story, ...] = (BAD_LOT, WRONG_SIZES, FEED_STALLED, PRICE_TYPO, LOST_PARCELS, SLOW_WEEK)
