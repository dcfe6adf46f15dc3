"""One module a vendor: what its files look like and what they mean. Every `Source` value in them is found here."""

from __future__ import annotations

import functools
import importlib
import pkgutil

from pipelines.source import Source


@functools.cache
def find_sources() -> tuple[Source, ...]:
    """Every source of every module of this package, in the order of their names."""
    found: list[Source] = []
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda m: m.name):
        values = vars(importlib.import_module(f"{__name__}.{module.name}")).values()
        found += [value for value in values if isinstance(value, Source)]
    return tuple(found)
