"""What an action or a note is about: values of any of the filters, as people wrote them down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

#: filter of the pages -> the session variable that views read it from
VARIABLES: Mapping[str, str] = {
    "channel": "channels",
    "cause": "causes",
    "family": "families",
    "party": "parties",
    "sku": "skus",
    "supplier": "suppliers",
    "warehouse": "warehouses",
    "carrier": "carriers",
    "country": "countries",
}
#: filters on a place where the same thing could happen elsewhere; the first that a scope names is the one compared
PLACES = ("warehouse", "carrier", "supplier", "sku", "channel", "country")

Scope = Mapping[str, Sequence[str]]


def tidy(scope: Scope) -> dict[str, list[str]]:
    """Filters in their order, without empty ones, each value once: equal scopes are equal texts."""
    kept = {
        name: sorted({value.strip() for value in scope.get(name, ()) if value.strip()}) for name in VARIABLES
    }
    return {name: values for name, values in kept.items() if values}


def variables(scope: Scope) -> dict[str, list[str]]:
    """The session variables under which views count what a scope holds."""
    return {VARIABLES[name]: list(values) for name, values in scope.items()}


def compared_by(scope: Scope) -> str | None:
    """The filter whose other values are the elsewhere of a scope; None where it names no place."""
    return next((name for name in PLACES if scope.get(name)), None)


def meet(one: Scope, other: Scope) -> bool:
    """Whether something can be in both: no filter has values in both without one in common."""
    return all(
        not one.get(name) or not other.get(name) or not set(one[name]).isdisjoint(other[name])
        for name in VARIABLES
    )
