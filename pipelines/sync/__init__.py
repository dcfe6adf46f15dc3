"""Fetches from vendors' APIs what their exports hold: one module a vendor. Every `Vendor` value is found here.

A vendor's module is mostly data: where it is asked, in which order it answers, how often it may be asked, who asks.
What it answers goes to the file sources as it came, so that nothing is mapped twice.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil

from pipelines.sync.vendor import Vendor


@functools.cache
def find_vendors() -> dict[str, Vendor]:
    """Every vendor of every module of this package, by name, in the order of their names."""
    found: dict[str, Vendor] = {}
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda m: m.name):
        values = vars(importlib.import_module(f"{__name__}.{module.name}")).values()
        found |= {value.name: value for value in values if isinstance(value, Vendor)}
    return found
