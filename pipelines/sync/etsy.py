"""Etsy: receipts of the shop, by their last change.

The access is a refresh token, which Etsy replaces at each use and forgets after 90 days without one. Whatever is asked
for, the app's keystring and shared secret are sent too. How far an offset may go is unconfirmed.
"""

from __future__ import annotations

from datetime import UTC, datetime

from pipelines.sync.auth import OAuth
from pipelines.sync.feeds import ChangedSince
from pipelines.sync.vendor import Document, Rate, Vendor


def _seconds(at: datetime) -> str:
    return str(int(at.timestamp()))


def _changed(receipt: Document) -> datetime | None:
    told = receipt.get("updated_timestamp") or receipt.get("update_timestamp")
    return datetime.fromtimestamp(told, UTC) if isinstance(told, int) else None


ETSY = Vendor(
    name="etsy",
    title="Etsy",
    address="https://api.etsy.com/v3/application/shops/{shop_id}",
    settings={"shop_id": r"\d+"},
    defaults={"token_address": "https://api.etsy.com/v3/public/oauth/token"},
    auths=(
        OAuth(
            ("client_id", "client_secret", "refresh_token"),
            "{token_address}",
            {"grant_type": "refresh_token", "client_id": "{client_id}", "refresh_token": "{refresh_token}"},
            more={"x-api-key": "{client_id}:{client_secret}"},
        ),
    ),
    scopes="transactions_r",
    rate=Rate(5, 1),
    feeds=(
        ChangedSince(
            "receipts",
            "receipts",
            "min_last_modified",
            "results",
            params={"limit": 100, "sort_on": "created", "sort_order": "asc"},
            total="count",
            changed=_changed,
            form=_seconds,
        ),
    ),
)
