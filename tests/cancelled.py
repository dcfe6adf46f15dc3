"""Draws cancelled order lines for tests: one order a row, in all the tables that a load would leave of it."""

from __future__ import annotations

from tests.conftest import drawn

PARTY = {
    "stock_out": "merchant",
    "stock_desync": "merchant",
    "changed_mind": "customer",
    "unknown": "unknown",
}
RULES = """
    burst_lines | burst_hours | low_price_ratio | high_price_ratio | stock_days | restock_days
    3           | 24          | 0.5             | 2                | 7          | 14
"""


def cancelled(text: str, **more: str) -> dict[str, str]:
    """The tables of cancelled lines; `order`, `sku` and `at` are asked for, `more` are tables drawn beside them.

    Column `cause` is the one that the reason gives (unknown: it gives none), `price` in minor units, `ordered` a day.
    """
    tables: dict[str, list[dict[str, str | None]]] = {
        name: [] for name in ("raw_cancellations", "signals", "incidents", "lines")
    }
    for row in drawn(text):
        order, at, cause = row["order"], row["at"], row.get("cause") or "unknown"
        line = row.get("line") or "1"
        key, day = f"cancellation/{order}-{line}", row.get("ordered") or str(at)[:10]
        party = PARTY.get(cause, "merchant")
        tables["raw_cancellations"].append(
            {
                "record_id": f"{order}-{line}",
                "source": "shop",
                "account": "main",
                "cancelled_at": at,
                **{
                    name: row.get(name)
                    for name in (
                        "declared_by",
                        "requested_by_customer",
                        "restocked",
                        "customer_contacted_at",
                        "alternative_offered",
                        "date_only",
                    )
                },
            }
        )
        tables["signals"].append(
            {
                "signal_key": key,
                "incident_key": key,
                "order_key": order,
                "kind": "cancellation",
                "record_id": f"{order}-{line}",
                "occurred_at": at,
                "cause": cause,
                "party": party,
            }
        )
        place = {
            "order_key": order,
            "line_key": f"{order}/{line}",
            "sku": row["sku"],
            "channel": row.get("channel") or "web",
            "warehouse": row.get("warehouse"),
            "order_date": day,
            "currency": row.get("currency") or "EUR",
        }
        tables["incidents"].append(
            {
                **place,
                "incident_key": key,
                "cause": cause,
                "party": party,
                "kinds": "cancellation",
                "event_date": str(at)[:10],
                "signal_count": "1",
            }
        )
        tables["lines"].append(
            {
                **place,
                "order_at": f"{day} 09:00:00",
                "quantity": "1",
                "unit_price_cents": row.get("price") or "1000",
            }
        )
    drawings = {name: _table(rows) for name, rows in tables.items()}
    for name, rows in more.items():
        drawings[name] = _table([*tables[name], *drawn(rows)]) if name in tables else rows
    return {"rule_cancellation_evidence": RULES, **drawings}


def _table(rows: list[dict[str, str | None]]) -> str:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    lines = [" | ".join(columns)] + [" | ".join(row.get(name) or "" for name in columns) for row in rows]
    return "\n".join(lines)
