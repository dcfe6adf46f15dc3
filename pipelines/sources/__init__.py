"""One module a vendor: what its files look like and what they mean. Every `Source` value in them is found here."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from typing import Any

from pipelines.source import Source, Unusable


@functools.cache
def find_sources() -> tuple[Source, ...]:
    """Every source of every module of this package, in the order of their names."""
    return tuple(value for value in _values() if isinstance(value, Source))


@functools.cache
def find_unusable() -> tuple[Unusable, ...]:
    """Every table that is known to tell nothing by itself."""
    return tuple(value for value in _values() if isinstance(value, Unusable))


def _values() -> list[Any]:
    found: list[Any] = []
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda m: m.name):
        found += vars(importlib.import_module(f"{__name__}.{module.name}")).values()
    return found
