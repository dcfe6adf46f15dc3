"""A demo shop: a year and a half of invented orders and problems, written as the files that real tools export.

`STORIES` says what was planted. The same end date, size and seed give the same bytes.
"""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

from pipelines.demo import aftermath, amazon, helpdesks, logistics, marketplace, shopify
from pipelines.demo.money import add_amounts
from pipelines.demo.orders import dispatch, number, take_orders
from pipelines.demo.plant import make_room
from pipelines.demo.problems import happen
from pipelines.demo.stories import STORIES, Story
from pipelines.demo.tickets import tickets

__all__ = ["MAPPINGS", "STORIES", "Story", "copy_mappings", "last_monday", "write_demo"]

#: how the demo's own spreadsheets are read
MAPPINGS = Path(__file__).resolve().parent.parent.parent / "data" / "config" / "demo"
#: what the demo's parcels, minutes and currencies cost, as its shop would tell it on the page of settings
RULES = MAPPINGS.parent / "demo_rules"


def write_demo(folder: Path, until: date, size: float = 1.0, seed: int = 20_240_611) -> list[Path]:
    """Writes the demo's files into the folder and gives their paths, in the order in which a shop would load them.

    Nothing happens on or after `until`. `size` 1 is 45,000 orders in 29 files; tests use a fiftieth of it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    book = take_orders(until, size, seed)
    make_room(book)
    number(book)
    dispatch(book)
    problems = happen(book)
    add_amounts(book)
    returned = aftermath.returns(book, problems)
    cancelled = aftermath.cancellations(book)
    refunded = aftermath.refunds(book, problems, returned, cancelled)
    claimed = aftermath.claims(book, problems)
    written = tickets(book, problems)
    return [
        *logistics.write(folder, book, problems, returned, cancelled, claimed),
        *shopify.write(folder, book, returned, cancelled, refunded),
        *amazon.write(folder, book, returned, cancelled),
        *marketplace.write(folder, book, returned, cancelled, refunded),
        *helpdesks.write(folder, book, written),
    ]


def copy_mappings(folder: Path) -> list[Path]:
    """Puts the mappings that the demo's spreadsheets need among the user's own; a file of theirs is never replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    copied = []
    for mapping in sorted(MAPPINGS.glob("*.toml")):
        if not (folder / mapping.name).exists():
            copied.append(Path(shutil.copy(mapping, folder / mapping.name)))
    return copied


def copy_settings(folder: Path) -> None:
    """The invented shop's time zone, currency, 3PL warehouses and rules; a file of the user's is never replaced."""
    (folder / "rules").mkdir(parents=True, exist_ok=True)
    if not (folder / "settings.toml").exists():
        shutil.copy(MAPPINGS.parent / "demo_settings.toml", folder / "settings.toml")
    for rules in sorted(RULES.glob("*.csv")):
        if not (folder / "rules" / rules.name).exists():
            shutil.copy(rules, folder / "rules" / rules.name)


def last_monday(today: date) -> date:
    """The Monday that ended the last complete week: the usual end of the demo."""
    return today - timedelta(days=today.weekday())
