"""Recurring issues: one row for each cause and place, whatever else varies there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import polars as pl


def test_a_supplier_with_several_bad_articles_is_one_issue(run_view: Callable[..., pl.DataFrame]) -> None:
    incidents = """
        incident_key | cause          | family  | party    | sku | supplier | channel | event_date | order_date
        i1           | product_defect | product | supplier | A   | Kordane  | web     | 2025-03-03 | 2025-03-01
        i2           | product_defect | product | supplier | B   | Kordane  | web     | 2025-03-10 | 2025-03-01
        i3           | product_defect | product | supplier | B   | Kordane  | amazon  | 2025-03-11 | 2025-03-01
    """
    got = run_view("recurring_issues", incidents=incidents).filter(pl.col("place_kind") == "supplier")
    assert got.select("issue_key", "incident_count", "first_seen_date").rows() == [
        ("product_defect/supplier/Kordane", 3, date(2025, 3, 3))
    ]
