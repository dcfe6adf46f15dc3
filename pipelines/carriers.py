"""Carriers in one spelling, and their scans as one list of events, whatever tool tells of them.

The events are those of the contract's tracking_events and shipments: label_created, accepted, in_transit, delayed,
customs, out_for_delivery, attempted, available_for_pickup, delivered, address_problem, refused, unclaimed, damaged,
lost, returning, returned, exception. A carrier's own code decides; what is written beside it is read where the code is
unknown or says no more than that something is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from duckdb import CaseExpression, ConstantExpression

from pipelines.cells import NULL, Cells, Field, Parsed, function
from pipelines.fields import first, one_of

#: word in lower case -> how the carrier writes its name
NAMES: Mapping[str, str] = {
    "ups": "UPS",
    "ups_walleted": "UPS",
    "united parcel service": "UPS",
    "canada_post": "Canada Post",
    "canada post": "Canada Post",
    "canada-post": "Canada Post",
    "canadapost": "Canada Post",
    "canada_post_walleted": "Canada Post",
    "postes canada": "Canada Post",
    "poste canada": "Canada Post",
    "purolator": "Purolator",
    "purolator_ca": "Purolator",
    "purolator courier": "Purolator",
    "fedex": "FedEx",
    "fedex_walleted": "FedEx",
    "federal express": "FedEx",
    "usps": "USPS",
    "stamps_com": "USPS",
    "dhl": "DHL",
    "dhl_express": "DHL",
    "dhl express": "DHL",
    "la poste": "La Poste",
    "la_poste": "La Poste",
    "laposte": "La Poste",
    "colissimo": "Colissimo",
    "la poste colissimo": "Colissimo",
    "la-poste-colissimo": "Colissimo",
    "chronopost": "Chronopost",
    "chronopost-france": "Chronopost",
    "mondial relay": "Mondial Relay",
    "mondial_relay": "Mondial Relay",
    "mondialrelay": "Mondial Relay",
    "mondial-relay": "Mondial Relay",
    "dpd": "DPD",
    "gls": "GLS",
    "amazon": "Amazon",
    "amzn": "Amazon",
    "amzn_us": "Amazon",
    "amzn_ca": "Amazon",
    "amzn_uk": "Amazon",
    "amzn_fr": "Amazon",
    "amazon logistics": "Amazon",
    "amazon_shipping": "Amazon",
}

Events = Mapping[str, Sequence[str]]  # event -> the codes that tell of it, in upper case


def _numbers(*ranges: tuple[int, int]) -> tuple[str, ...]:
    return tuple(str(code) for start, end in ranges for code in range(start, end + 1))


#: Canada Post's event identifiers. 1496 and 1498 are called successful deliveries in English: to the sender.
CANADA_POST: Events = {
    "label_created": ("3000", "3002"),
    "accepted": _numbers((1300, 1303)),
    "in_transit": ("170", "2500"),
    "delayed": ("172", *_numbers((159, 163))),
    "customs": ("127", "130", "4330", "4400"),
    "out_for_delivery": ("174", "500"),
    "attempted": ("1414", "1443", "1479", "1488", *_numbers((1435, 1438))),
    "available_for_pickup": ("156", "1701", "2407"),
    "delivered": ("20", "2001", *_numbers((1405, 1409), (1421, 1434), (1441, 1442), (1461, 1476))),
    "address_problem": ("171", "173", "1412", "1415", "1416", "1481", "1491"),
    "refused": ("1417", "1482", "1492"),
    "unclaimed": ("1419",),
    "returning": ("1420", "2600", "3001"),
    "returned": ("1496", "1498"),
    "exception": ("150", "179", "1410", "1411", "1483", "1484", "1493", "4650"),
}

#: La Poste and Colissimo (Suivi). DI2 is a delivery to the sender.
LA_POSTE: Events = {
    "label_created": ("DR1",),
    "accepted": ("PC1", "PC2"),
    "in_transit": ("ET1", "ET2", "ET3", "ET4", "EP1", "PB2"),
    "customs": ("DO1", "DO2", "DO3"),
    "out_for_delivery": ("MD2",),
    "available_for_pickup": ("AG1",),
    "delivered": ("DI0", "DI1"),
    "returning": ("RE1",),
    "returned": ("DI2",),
    "exception": ("DR2", "ND1", "PB1"),
}

#: UPS status types; the codes below them are many and not listed anywhere we could check. RS, DO, DD, MV: unconfirmed.
UPS: Events = {
    "label_created": ("M", "MV"),
    "accepted": ("P",),
    "in_transit": ("I",),
    "out_for_delivery": ("O",),
    "delivered": ("D", "DO", "DD"),
    "returned": ("RS",),
    "exception": ("X",),
}

#: Amazon's multi-channel parcels. Confirmed: 304, 401, 403 to 405, 407, 409, 414, 416 to 419; the others from memory.
AMAZON: Events = {
    "label_created": ("EVENT_101",),
    "accepted": ("EVENT_102",),
    "in_transit": tuple(f"EVENT_{code}" for code in (201, 202, 203, 204, 205, 206, 415)),
    "customs": ("EVENT_402",),
    "delayed": ("EVENT_404", "EVENT_414", "EVENT_417", "EVENT_418", "EVENT_419"),
    "out_for_delivery": ("EVENT_302", "EVENT_306", "EVENT_307"),
    "attempted": ("EVENT_304",),
    "available_for_pickup": ("EVENT_308",),
    "delivered": ("EVENT_301",),
    "address_problem": ("EVENT_401", "EVENT_403"),
    "refused": ("EVENT_407", "EVENT_413"),
    "damaged": ("EVENT_405",),
    "lost": ("EVENT_409",),
    "returning": ("EVENT_408",),
    "returned": ("EVENT_309",),
    "exception": ("EVENT_406", "EVENT_411", "EVENT_412", "EVENT_416"),
}

#: AfterShip's tags, and its sub-tags where they say more
AFTERSHIP: Events = {
    "label_created": ("PENDING", "INFORECEIVED"),
    "accepted": ("INTRANSIT_002",),
    "in_transit": ("INTRANSIT",),
    "customs": ("INTRANSIT_005", "INTRANSIT_006", "EXCEPTION_004", "EXCEPTION_018"),
    "delayed": ("EXCEPTION_005", "EXCEPTION_016", "EXCEPTION_017"),
    "out_for_delivery": ("OUTFORDELIVERY",),
    "attempted": ("ATTEMPTFAIL",),
    "available_for_pickup": ("AVAILABLEFORPICKUP",),
    "delivered": ("DELIVERED",),
    "address_problem": ("EXCEPTION_002", "EXCEPTION_007"),
    "refused": ("EXCEPTION_003",),
    "unclaimed": ("EXCEPTION_008",),
    "returning": ("EXCEPTION_010",),
    "returned": ("EXCEPTION_011",),
    "damaged": ("EXCEPTION_012",),
    "lost": ("EXCEPTION_013",),
    "exception": ("EXCEPTION", "EXCEPTION_001", "EXCEPTION_006", "EXCEPTION_009", "EXPIRED"),
}

#: ShipStation's and ShipEngine's status codes. SP (at a service point): unconfirmed.
SHIPSTATION: Events = {
    "label_created": ("NY",),
    "accepted": ("AC",),
    "in_transit": ("IT",),
    "attempted": ("AT",),
    "available_for_pickup": ("SP",),
    "delivered": ("DE",),
    "exception": ("EX",),
}

_SENDER = r"(the )?(sender|shipper|seller|expediteur)"
_NOT = r"(\b(not|non|pas|impossible|unable)\b|could not be|cannot be)"
#: what a scan's text says, French or English, in lower case without accents; the first that is found counts
_WORDS: tuple[tuple[str, str], ...] = (
    ("returning", r"(will be|being|sera|va etre|en cours de) retou?rn|en retour\b|retour en cours|returning"),
    (
        "returned",
        rf"(returned|delivered|handed|given)( back)? to {_SENDER}|return(ed)? (delivered|received)|^returned$"
        r"|(retournee?|livree?|distribuee?|remise?|rendue?|renvoyee?)( avec succes)? a l.expediteur|^retournee?$",
    ),
    ("returning", rf"return to {_SENDER}|retour (a l.)?expediteur|\brts\b"),
    ("damaged", r"damage|endommag|abimee?|cassee?\b|avarie|broken"),
    ("refused", r"refus|rejected by (the )?(recipient|customer|receiver)"),
    (
        "unclaimed",
        r"unclaimed|not (been )?(picked up|collected|claimed)|pick ?up missed|non reclame|non retire"
        r"|pas (ete )?(retiree?|reclamee?)|delai de garde",
    ),
    (
        "address_problem",
        r"(adresse|address)\b.*(incompl|incorrect|invalid|erron|inexact|insuffi|inconnu|unknown|problem|introuvable)"
        r"|(incomplete?|incorrecte?|invalide?|erronee|insufficient|wrong|bad|mauvaise) (delivery )?(adress|addr)"
        r"|address not found|\bnpai\b|destinataire (inconnu|introuvable)|recipient (unknown|not located)"
        r"|(recipient|customer|addressee|destinataire) (has |a )?(moved|demenag)|habite (pas|plus)",
    ),
    ("lost", r"\blost\b|\bperdue?s?\b|\bperte\b|egaree?s?\b|introuvable|declared missing"),
    (
        "attempted",
        r"attempt|not (at )?home|absen|avis de passage|tentative|notice card|business closed"
        r"|no ?one (was )?(available|home)",
    ),
    ("exception", rf"{_NOT}.{{0,12}}(deliver|livr|distribu)|undeliver"),
    (
        "available_for_pickup",
        r"(available|ready) (for|to) (pick|collect)|pick ?up point|point (de )?(retrait|relais)|guichet"
        r"|a retirer|mise? a disposition|disponible (au|en|dans)|attend le (client|destinataire)|bureau de poste",
    ),
    (
        "out_for_delivery",
        r"out for delivery|(vehicle|truck) for delivery|en (cours de )?livraison|en tournee|en distribution"
        r"|avec le livreur",
    ),
    ("customs", r"\bcustoms\b|douan|clearance"),
    ("delayed", r"delay|retard|reporte|mis-?sort|weather|meteo|intemper|\bgreve|\bstrike\b"),
    (
        "delivered",
        r"delivered|\blivree?s?\b|distribuee?s?\b|signed for"
        r"|remise? (en main|dans|a (un|une|son)|au (client|destinataire|voisin|gardien))",
    ),
    (
        "label_created",
        r"label|etiquette|information (received|sent)|info received|electronic|pre-?advi|annonce|declaratif"
        r"|manifest|bordereau",
    ),
    (
        "accepted",
        r"accepted|picked up|pick-?up scan|collected|prise? en charge|ramass|enlev|origin scan|confie"
        r"|remise? au transporteur",
    ),
    ("exception", r"exception|anomalie|incident|problem|litige|\bheld\b|retenue?\b|bloque|suspend"),
    (
        "in_transit",
        r"transit|depart|arriv|process|sort(ed|ing)|\btrie?\b|traitement|achemin|en route|on (the|its) way"
        r"|facility|scan|shipped|dispatched|expediee?s?\b",
    ),
)


def carrier(*names: str) -> Field:
    """The carrier as it writes its name; one that nobody knows stays as it is."""
    return one_of(*names, values=NAMES, keep=True)


def carrier_in(words: Field) -> Field:
    """The carrier with whose name a text begins: 'UPS® Ground' is UPS; NULL where it is none we know."""

    def parse(cells: Cells) -> Parsed:
        text = function("lower", words(cells).value.cast("VARCHAR"))
        found = CaseExpression(text.isnull(), NULL.cast("VARCHAR"))
        for word, name in NAMES.items():
            begins = function("regexp_matches", text, rf"^{word}\b")
            found = found.when(begins, ConstantExpression(name))
        return Parsed(found.otherwise(NULL.cast("VARCHAR")))

    return parse


def event(words: Field, *coded: tuple[Field, Events]) -> Field:
    """What a scan tells, from a carrier's codes (the first that is known) and from what is written beside them."""
    told = [_by_code(code, events) for code, events in coded]
    sure = [_by_code(code, {k: v for k, v in events.items() if k != "exception"}) for code, events in coded]
    return first(*sure, event_in(words), *told)


def event_in(words: Field) -> Field:
    """The event that a text tells of, French or English; NULL when it says nothing known."""

    def parse(cells: Cells) -> Parsed:
        text = function("lower", function("strip_accents", words(cells).value.cast("VARCHAR")))
        found = CaseExpression(text.isnull(), NULL.cast("VARCHAR"))
        for name, pattern in _WORDS:
            found = found.when(function("regexp_matches", text, pattern), ConstantExpression(name))
        return Parsed(found.otherwise(NULL.cast("VARCHAR")))

    return parse


def _by_code(code: Field, events: Events) -> Field:
    def parse(cells: Cells) -> Parsed:
        written = function("upper", code(cells).value.cast("VARCHAR"))
        found = CaseExpression(written.isnull(), NULL.cast("VARCHAR"))
        for name, codes in events.items():
            found = found.when(written.isin(*map(ConstantExpression, codes)), ConstantExpression(name))
        return Parsed(found.otherwise(NULL.cast("VARCHAR")))

    return parse
