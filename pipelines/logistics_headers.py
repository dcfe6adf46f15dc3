"""How warehouses, carriers and spreadsheets usually name their columns, in French and English.

Names are compared without case, accents and punctuation: 'N° de commande' is 'n de commande'.
"""

from __future__ import annotations

from collections.abc import Callable

from pipelines.cells import Cells, Field, Parsed

ORDER = (
    "order number", "order no", "order nr", "order id", "order ref", "order reference", "order name", "order",
    "shop order", "shop order number", "sales order", "sales order number", "customer order", "reference number",
    "merchant order number", "client order number", "client reference", "customer reference", "external order id",
    "numero de commande", "numero commande", "num commande", "no commande", "no de commande", "n commande",
    "n de commande", "commande n", "commande no", "ref commande", "reference commande", "reference de commande",
    "reference de la commande", "ref de commande", "id commande", "commande", "commande client", "reference client",
    "n cde", "no cde", "num cde", "ref cde",
)  # fmt: skip
SKU = (
    "sku", "item sku", "product sku", "article sku", "seller sku", "merchant sku", "variant sku", "item number",
    "item no", "item code", "product code", "article code", "article number", "article no", "part number", "item",
    "article", "code article", "code produit", "reference article", "ref article", "reference produit",
    "ref produit", "reference", "ref", "numero d article", "no article", "n article", "code sku", "ugs",
)  # fmt: skip
QUANTITY = (
    "quantity", "qty", "qty returned", "quantity returned", "returned quantity", "units", "pieces", "pcs", "qte",
    "quantite", "quantite retournee", "qte retournee", "nb", "nombre", "unites", "quantite recue", "qte recue",
    "quantity received", "qty received", "received quantity",
)  # fmt: skip
TRACKING = (
    "tracking number", "tracking no", "tracking nr", "tracking", "tracking id", "tracking code", "tracking pin",
    "tracking numbers", "shipment tracking number", "parcel number", "parcel no", "parcel id", "package number",
    "consignment number", "waybill", "waybill number", "awb", "pin", "numero de suivi", "numero suivi",
    "num suivi", "no de suivi", "no suivi", "n de suivi", "n suivi", "suivi", "code de suivi", "numero de colis",
    "numero colis", "num colis", "no de colis", "no colis", "n de colis", "n colis", "numero d envoi", "n d envoi",
    "no d envoi", "numero de reperage", "no de reperage", "n de reperage", "reperage",
)  # fmt: skip
CARRIER = (
    "carrier", "carrier name", "carrier code", "shipping carrier", "courier", "courier name", "transporteur",
    "nom du transporteur", "nom transporteur", "code transporteur", "transport",
)  # fmt: skip
SERVICE = (
    "service", "service level", "shipping service", "shipping method", "ship method", "carrier service",
    "mode de livraison", "mode d expedition", "mode de transport", "methode d expedition",
)  # fmt: skip
WAREHOUSE = (
    "warehouse", "warehouse name", "warehouse code", "fulfillment center", "fulfilment centre", "facility", "dc",
    "distribution center", "site", "depot", "entrepot", "nom de l entrepot", "code entrepot", "plateforme",
    "magasin", "location", "location name", "ship from", "expedie de", "emplacement", "lieu",
)  # fmt: skip
SHIPPED = (
    "shipped at", "shipped date", "shipped on", "shipped", "ship date", "shipping date", "shipment date",
    "dispatch date", "dispatched at", "dispatched on", "despatch date", "date shipped", "date dispatched",
    "date d expedition", "date expedition", "expedie le", "expediee le", "date d envoi", "date envoi", "envoye le",
    "date de depart", "date de sortie",
)  # fmt: skip
DELIVERED = (
    "delivered at", "delivered date", "delivered on", "delivery date", "date delivered", "actual delivery date",
    "date de livraison", "date livraison", "livre le", "livree le", "date de livraison reelle",
)  # fmt: skip
PROMISED = (
    "promised date", "promise date", "promised delivery date", "estimated delivery date",
    "expected delivery date", "due date", "deliver by", "eta", "date de livraison prevue",
    "date de livraison estimee", "livraison prevue", "date promise", "a livrer le",
)  # fmt: skip
STATUS = (
    "status", "state", "shipment status", "delivery status", "tracking status", "parcel status", "statut", "etat",
    "statut de livraison", "statut livraison", "statut du colis", "statut colis", "statut du suivi", "etat du colis",
)  # fmt: skip
LOT = (
    "lot", "lot number", "lot no", "batch", "batch number", "batch no", "numero de lot", "no de lot", "n de lot",
    "n lot",
)  # fmt: skip
SHIPMENT_ID = (
    "shipment id", "shipment number", "shipment no", "shipment reference", "delivery number", "delivery note",
    "numero d expedition", "no d expedition", "n d expedition", "n expedition", "id expedition", "expedition",
    "numero de bl", "bon de livraison", "n bl", "no bl", "bl",
)  # fmt: skip


def by_first(read: Callable[[str], Field], names: tuple[str, ...]) -> Field:
    """The first of the names that a sheet has, read so; the other columns answer to other names of theirs."""

    def parse(cells: Cells) -> Parsed:
        return read(cells.find(*names) or names[0])(cells)

    return parse
