"""The kinds of place in which incidents are followed: one list, which SQL reads as macros and Python as KINDS.

A new kind is a line of KINDS, a row for each family that can be put right there (`int_place_kinds`), a search in
`int_rising_weeks` and `int_incident_places`, where its denominators come from (`int_rising_exposure`), and its name in
both languages (`rising.kind`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """A kind of place. Its SQL reads the columns of an incident or a line, whose row is called `here`."""

    name: str
    place: str  # what the place is called; NULL where it is not known
    within: Sequence[
        str
    ] = ()  # columns with a filter in the pages, for a kind that has none: the first known holds it


#: from the narrowest to the widest. A lot's label is its supplier's own (the article's where no supplier is known), as
#: a region's is its country's: equal labels of two are two places
KINDS = (
    Kind(
        "lot",
        "here.lot || coalesce(' (' || coalesce(here.supplier, here.sku) || ')', '')",
        ("supplier", "sku"),
    ),
    Kind("sku", "here.sku"),
    Kind("supplier", "here.supplier"),
    Kind("region", "here.region || coalesce(' (' || here.country || ')', '')", ("country",)),
    Kind("warehouse", "here.warehouse"),
    Kind("carrier", "here.carrier"),
    Kind("channel", "here.channel"),
)
ALL = "all"  # the kind of a series that is followed everywhere: it has no place


def _macros() -> str:
    places = " ".join(f"when '{kind.name}' then {kind.place}" for kind in KINDS)
    within = " ".join(
        f"when '{kind.name}' then coalesce("
        + ", ".join(
            f"if(here.{name} is null, null, {{kind: '{name}', place: here.{name}}})" for name in kind.within
        )
        + ")"
        for kind in KINDS
        if kind.within
    )
    kinds = ", ".join(f"'{kind.name}'" for kind in KINDS)
    listed = ", ".join(f"{{kind: '{kind.name}', place: {kind.place}}}" for kind in KINDS)
    return f"""
        -- the place of a kind that an incident or a line (its row) is in; NULL for 'all' and where it is not known
        create or replace macro place_of(place_kind, here) as case place_kind {places} end;
        -- whether it is in the place of a series
        create or replace macro is_at(place_kind, place, here) as
            place_kind = '{ALL}' or coalesce(place_of(place_kind, here) = place, false);
        -- all places it is in, the narrowest first
        create or replace macro places_of(here) as [{listed}];
        -- the narrowest kind has the least; NULL for 'all'
        create or replace macro width_of(place_kind) as list_position([{kinds}], place_kind);
        -- what the pages can filter by and holds the place of a kind for which they have no filter
        create or replace macro within_of(place_kind, here) as case place_kind {within} end;
    """


MACROS = _macros()
