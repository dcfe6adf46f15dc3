"""How people, agents and vendors word each root cause in the demo: tags, subjects, reasons, and how often it happens."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Voice:
    """One root cause as it is told. `rate` is a share of the lines it can happen to; the rest are chances of a signal."""

    rate: float
    when: str  # before (dispatch), waiting (for the parcel), after (delivery)
    ticket: float
    returned: float
    cancelled: float
    refunded: float
    tags: tuple[str, ...]
    fr: tuple[str, ...]
    en: tuple[str, ...]
    shopify: str = "OTHER"  # its return reason
    cancel: str = "OTHER"  # its cancellation reason
    amazon: str = "NO_REASON_GIVEN"
    disposition: str = "SELLABLE"
    mirakl: str = "Autre motif"
    reason: str = ""  # the helpdesk's contact reason


VOICES: dict[str, Voice] = {
    "product_defect": Voice(
        0.0024, "after", 0.7, 0.75, 0, 0.2, ("defective", "produit_defectueux", "defect", "defaut"),
        ("Article défectueux", "Défaut sur ma commande", "La fermeture éclair est cassée"),
        ("Defective item", "The zipper is broken", "Faulty product"),
        "DEFECTIVE", "OTHER", "DEFECTIVE", "DEFECTIVE", "Produit défectueux", "Produit::Défaut",
    ),
    "product_quality": Voice(
        0.0010, "after", 0.6, 0.7, 0, 0.1, ("quality", "qualite", "poor_quality", "mauvaise_qualite"),
        ("Mauvaise qualité", "Déçue de la qualité du cuir"), ("Poor quality", "Disappointed with the quality"),
        "DEFECTIVE", "OTHER", "QUALITY_UNACCEPTABLE", "CUSTOMER_DAMAGED", "Qualité insuffisante", "Produit::Qualité",
    ),
    "damaged_in_transit": Voice(
        0.0020, "after", 0.8, 0.4, 0, 0.5, ("damaged", "endommage", "colis_endommage", "damaged_in_transit"),
        ("Colis arrivé endommagé", "Article abîmé pendant le transport"), ("Arrived damaged", "Package was crushed"),
        "DEFECTIVE", "OTHER", "DAMAGED_BY_CARRIER", "CARRIER_DAMAGED", "Produit endommagé", "Livraison::Endommagé",
    ),
    "wrong_item_sent": Voice(
        0.0010, "after", 0.85, 0.8, 0, 0.1, ("wrong_item", "mauvais_article", "wrong_item_received", "erreur_de_preparation"),
        ("J'ai reçu le mauvais article", "Erreur dans ma commande"), ("Wrong item received", "Not what I ordered"),
        "WRONG_ITEM", "OTHER", "SWITCHEROO", "SELLABLE", "Erreur de produit", "Commande::Mauvais article",
    ),
    "wrong_variant_sent": Voice(
        0.0008, "after", 0.85, 0.85, 0, 0.0, ("wrong_size", "mauvaise_taille", "wrong_size_sent", "mauvaise_pointure", "wrong_color"),
        ("Mauvaise taille reçue", "J'ai reçu la mauvaise pointure"), ("Wrong size received", "You sent the wrong size"),
        "WRONG_ITEM", "OTHER", "SWITCHEROO", "SELLABLE", "Erreur de produit", "Commande::Mauvaise taille",
    ),
    "missing_item_or_part": Voice(
        0.0010, "after", 0.95, 0.0, 0, 0.6, ("missing_item", "article_manquant", "item_missing", "commande_incomplete"),
        ("Article manquant dans mon colis", "Commande incomplète"), ("Missing item in my order", "My order is incomplete"),
        "OTHER", "OTHER", "MISSING_PARTS", "SELLABLE", "Produit incomplet", "Commande::Manquant",
    ),
    "not_as_described": Voice(
        0.0014, "after", 0.5, 0.8, 0, 0.0, ("not_as_described", "non_conforme", "pas_conforme"),
        ("Produit non conforme à la description", "Pas comme sur la photo"), ("Not as described", "Different from the photo"),
        "NOT_AS_DESCRIBED", "OTHER", "AMZ-PG-BAD-DESC", "SELLABLE", "Produit non conforme", "Produit::Non conforme",
    ),
    "late_delivery": Voice(
        0.0022, "waiting", 0.95, 0.05, 0, 0.1, ("late_delivery", "retard_livraison", "delivery_delay", "livraison_en_retard"),
        ("Ma livraison est en retard", "Retard de livraison"), ("My delivery is late", "Delivery delay"),
        "OTHER", "OTHER", "MISSED_ESTIMATED_DELIVERY", "SELLABLE", "Retard de livraison", "Livraison::Retard",
    ),
    "late_dispatch": Voice(
        0.0007, "before", 0.95, 0.0, 0.1, 0.0, ("late_dispatch", "retard_expedition", "not_shipped", "pas_expedie"),
        ("Ma commande n'est toujours pas expédiée", "Retard d'expédition"),
        ("My order has not shipped yet", "Still not shipped"),
        "OTHER", "STAFF", "NO_REASON_GIVEN", "SELLABLE", "Retard d'expédition", "Livraison::Pas expédiée",
    ),
    "not_received": Voice(
        0.0014, "waiting", 1.0, 0.0, 0, 0.6, ("not_received", "non_recu", "colis_non_recu", "never_arrived"),
        ("Colis jamais reçu", "Je n'ai pas reçu ma commande"), ("I never received my order", "Package never arrived"),
        "OTHER", "OTHER", "NEVER_ARRIVED", "SELLABLE", "Produit non reçu", "Livraison::Non reçu",
    ),
    "lost_in_transit": Voice(
        0.0006, "waiting", 0.9, 0.0, 0, 0.8, ("lost_package", "colis_perdu", "lost_in_transit"),
        ("Colis perdu par le transporteur", "Mon colis est perdu"), ("Lost package", "My parcel was lost in transit"),
        "OTHER", "OTHER", "NEVER_ARRIVED", "SELLABLE", "Colis perdu", "Livraison::Perdu",
    ),
    "address_error": Voice(
        0.0010, "before", 0.8, 0.0, 0.4, 0.0, ("address_issue", "erreur_adresse", "wrong_address", "adresse_incorrecte"),
        ("Mauvaise adresse de livraison", "Erreur d'adresse"), ("Wrong shipping address", "I entered the wrong address"),
        "OTHER", "CUSTOMER", "UNDELIVERABLE_INSUFFICIENT_ADDRESS", "SELLABLE", "Adresse incorrecte", "Commande::Adresse",
    ),
    "recipient_unavailable_or_refused": Voice(
        0.0006, "waiting", 0.7, 0.0, 0, 0.3, ("unclaimed", "non_reclame", "returned_to_sender", "retour_expediteur"),
        ("Colis retourné à l'expéditeur", "Colis non réclamé"), ("Package returned to sender", "Unclaimed parcel"),
        "OTHER", "OTHER", "UNDELIVERABLE_UNCLAIMED", "SELLABLE", "Colis non réclamé", "Livraison::Retour expéditeur",
    ),
    "stock_out": Voice(
        0.0016, "before", 0.35, 0.0, 1.0, 0.0, ("out_of_stock", "rupture_stock", "stockout", "rupture_de_stock"),
        ("Article annulé, plus en stock", "Rupture de stock sur ma commande"), ("Cancelled: out of stock", "Out of stock after I paid"),
        "OTHER", "INVENTORY", "NO_REASON_GIVEN", "SELLABLE", "Rupture de stock", "Commande::Rupture",
    ),
    "payment_or_fraud": Voice(
        0.0007, "before", 0.2, 0.0, 1.0, 0.0, ("payment_issue", "paiement_refuse", "fraud", "fraude"),
        ("Problème de paiement", "Paiement refusé"), ("Payment declined", "Payment issue"),
        "OTHER", "DECLINED", "NO_REASON_GIVEN", "SELLABLE", "Paiement refusé", "Paiement::Refusé",
    ),
    "ordered_by_mistake": Voice(
        0.0008, "before", 0.8, 0.0, 0.8, 0.0, ("ordered_by_mistake", "commande_par_erreur", "mistake_order"),
        ("Commandé par erreur", "Je me suis trompée d'article"), ("Ordered by mistake", "I ordered the wrong size"),
        "UNWANTED", "CUSTOMER", "ORDERED_WRONG_ITEM", "SELLABLE", "Commande par erreur", "Commande::Erreur du client",
    ),
    "billing_error": Voice(
        0.0005, "before", 1.0, 0.0, 0, 0.3, ("billing_error", "erreur_facturation", "double_charge"),
        ("Erreur de facturation", "J'ai été facturée deux fois"), ("Charged twice", "Billing error"),
        "OTHER", "OTHER", "NO_REASON_GIVEN", "SELLABLE", "Erreur de facturation", "Paiement::Facture",
    ),
    "shipping_method_error": Voice(
        0.0002, "before", 1.0, 0.0, 0.1, 0.0, ("shipping_method", "mode_de_livraison"),
        ("Mauvais mode de livraison choisi",), ("Wrong shipping method",), reason="Commande::Mode de livraison",
    ),
    "duplicate_order_or_shipment": Voice(
        0.0003, "after", 0.9, 0.4, 0, 0.0, ("duplicate_order", "commande_en_double", "double_envoi"),
        ("Commande reçue en double",), ("Received my order twice",), reason="Commande::Double",
    ),
    "cheaper_elsewhere": Voice(
        0.0003, "before", 0.5, 0.0, 1.0, 0.0, ("price_match", "moins_cher_ailleurs"),
        ("Trouvé moins cher ailleurs",), ("Found it cheaper elsewhere",), cancel="CUSTOMER", mirakl="Demande du client",
    ),
    "size_or_fit": Voice(
        0.0620, "after", 0.14, 0.97, 0, 0.0, ("size_issue", "taille", "exchange_size", "echange_taille", "too_small"),
        ("Trop petit, échange de taille", "La taille ne convient pas", "Trop grand"),
        ("Too small, size exchange", "Does not fit", "Too big"),
        "SIZE_TOO_SMALL", "OTHER", "AMZ-PG-APP-TOO-SMALL", "SELLABLE", "Taille ou pointure inadaptée", "Retour::Taille",
    ),
    "style_or_colour_preference": Voice(
        0.0050, "after", 0.08, 0.98, 0, 0.0, ("color", "couleur", "style"),
        ("La couleur ne me plaît pas",), ("I don't like the colour",),
        "STYLE", "OTHER", "APPAREL_STYLE", "SELLABLE", "Ne plaît pas", "Retour::Style",
    ),
    "changed_mind": Voice(
        0.0070, "after", 0.12, 0.95, 0, 0.0, ("changed_mind", "changement_avis", "no_longer_wanted"),
        ("J'ai changé d'avis",), ("I changed my mind",),
        "UNWANTED", "CUSTOMER", "UNWANTED_ITEM", "SELLABLE", "Rétractation", "Retour::Changement d'avis",
    ),
}

#: a customer's own choice: real work, but nobody's fault
BY_CHOICE = ("size_or_fit", "style_or_colour_preference", "changed_mind")

#: how the stories are worded where it differs from the usual words for their cause
STORY_TAGS: dict[str, tuple[str, ...]] = {
    "bad_lot": ("produit_defectueux", "defective", "semelle décollée", "defaut"),
    "price_typo": ("annulation", "cancel_order", "erreur_prix", "autre"),
    "lost_parcels": ("not_received", "colis_non_recu", "non_recu"),
}
STORY_SUBJECTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "bad_lot": (
        ("La semelle se décolle après deux semaines", "Semelle décollée sur mes bottes", "Bottes défectueuses : semelle"),
        ("The sole is coming off my boots", "Sole came unglued"),
    ),
    "wrong_sizes": (
        ("Commandé du 38, reçu du 39", "Mauvaise pointure dans la boîte", "J'ai reçu la mauvaise pointure"),
        ("Ordered 38, got a 39", "Wrong size received"),
    ),
    "price_typo": (
        ("Commande annulée sans que je le demande", "Je n'ai jamais demandé d'annulation", "Parka à 38,90 $ : erreur de prix ?"),
        ("I never asked to cancel my order", "Why was my order cancelled? Price error?"),
    ),
    "lost_parcels": (
        ("Colis jamais reçu", "Toujours pas reçu mon colis en Gaspésie", "Je n'ai pas reçu ma commande"),
        ("I never received my order", "Package never arrived"),
    ),
    "slow_week": (
        ("Ma commande n'est toujours pas expédiée", "Commande ENTREPOT25 pas encore expédiée", "Retard d'expédition"),
        ("My order has not shipped yet", "Still not shipped after a week"),
    ),
}

#: notes that customers leave on a return, by cause
NOTES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "size_or_fit": (("Trop petit", "Trop grand", "Serre au cou-de-pied", ""), ("Too small", "Runs large", "", "")),
    "product_defect": (("Couture qui lâche", "Fermeture éclair cassée"), ("Broken zipper", "Stitching came apart")),
    "damaged_in_transit": (("Boîte écrasée", "Abîmé pendant le transport"), ("Box was crushed", "Damaged in shipping")),
    "wrong_item_sent": (("Ce n'est pas ce que j'ai commandé",), ("Not what I ordered",)),
    "wrong_variant_sent": (("Mauvaise pointure reçue", "Mauvaise couleur reçue"), ("Wrong size received",)),
    "bad_lot": (("La semelle se décolle", "Semelle décollée au talon"), ("The sole is coming unglued", "Sole came off")),
    "wrong_sizes": (("Commandé 38, reçu 39", "Commandé 39, reçu 38"), ("Ordered 38, received 39",)),
}

#: agents' own words, which nobody has mapped
ODD_TAGS = ("à rappeler", "cas spécial", "macro-17", "suivi julie", "prio 2", "vérif entrepôt", "geste co", "attente photo")
OTHER_TAGS = ("autre", "other", "divers")

QUESTIONS: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("question_produit", ("Question sur une pointure", "Ce modèle taille-t-il petit ?"), ("Question about sizing",)),
    ("avant_vente", ("Quand ce sac revient-il ?", "Livrez-vous en Suisse ?"), ("Do you ship to Alaska?",)),
    ("suivi_commande", ("Où est ma commande ?", "Suivi de ma commande"), ("Where is my order?",)),
    ("newsletter", ("Désabonnement infolettre",), ("Unsubscribe me please",)),
)

AGENTS = ("Maude", "Julie", "Karim", "Léa", "Thomas")
