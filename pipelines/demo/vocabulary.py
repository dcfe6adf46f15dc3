"""How people, agents and vendors word each root cause in the demo, and how often it happens."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Any

from pipelines.demo.shop import DATA

#: agents' own words, which nobody has mapped
ODD_TAGS = (
    "à rappeler",
    "cas spécial",
    "macro-17",
    "suivi julie",
    "prio 2",
    "vérif entrepôt",
    "geste co",
    "attente photo",
)
OTHER_TAGS = ("autre", "other", "divers")
AGENTS = ("Maude", "Julie", "Karim", "Léa", "Thomas")

#: tickets that tell of no problem: tag, subjects in French, in English
QUESTIONS: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    (
        "question_produit",
        ("Question sur une pointure", "Ce modèle taille-t-il petit ?"),
        ("Question about sizing",),
    ),
    ("avant_vente", ("Quand ce sac revient-il ?", "Livrez-vous en Suisse ?"), ("Do you ship to Alaska?",)),
    ("suivi_commande", ("Où est ma commande ?", "Suivi de ma commande"), ("Where is my order?",)),
    ("newsletter", ("Désabonnement infolettre",), ("Unsubscribe me please",)),
)


@dataclass(frozen=True)
class Wording:
    """What agents tag, and what customers write as a subject and on a return; each in French and English."""

    tags: tuple[str, ...] = ()
    fr: tuple[str, ...] = ()
    en: tuple[str, ...] = ()
    notes_fr: tuple[str, ...] = ("",)
    notes_en: tuple[str, ...] = ("",)


@dataclass(frozen=True)
class Voice(Wording):
    """A root cause as it is told. `rate` is a share of the lines it can happen to; then chances of a signal; codes."""

    rate: float = 0.0
    when: str = "after"  # before (dispatch), waiting (for the parcel), after (delivery)
    ticket: float = 0.0
    returned: float = 0.0
    cancelled: float = 0.0
    refunded: float = 0.0
    shopify: str = "OTHER"  # its return reason
    cancel: str = "OTHER"  # its cancellation reason
    amazon: str = "NO_REASON_GIVEN"
    disposition: str = "SELLABLE"
    mirakl: str = "Autre motif"
    reason: str = ""  # the helpdesk's contact reason


@cache
def voices() -> dict[str, Voice]:
    """Every root cause of the demo but the ones that only a story has."""
    return {cause: Voice(**_tuples(values)) for cause, values in _read("voices.toml").items()}


@cache
def wordings() -> dict[str, Wording]:
    """The stories that have words of their own; what a story leaves out is said in the words of its cause."""
    return {story: Wording(**_tuples(values)) for story, values in _read("stories.toml").items()}


def _read(name: str) -> dict[str, dict[str, Any]]:
    return tomllib.loads((DATA / name).read_text(encoding="utf-8"))


def _tuples(values: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}
