"""Mirakl: orders and returns of the marketplaces that run on it (OR11, RT11), from the seller's API of each operator.

Every operator has an address and a key of its own, so each is an account of its own. Orders are listed by when they
were placed, whatever changed. The key does not expire; it stands bare in the header. Mirakl tells no limit but how
often to look: once a minute for orders, every five minutes for returns. The names of a return's dates are unconfirmed.
"""

from __future__ import annotations

from pipelines.sync.auth import Token
from pipelines.sync.feeds import ChangedSince, told
from pipelines.sync.vendor import Rate, Vendor

MIRAKL = Vendor(
    name="mirakl",
    title="Mirakl",
    address="https://{host}",
    settings={"host": r"[A-Za-z0-9][A-Za-z0-9.-]*(:\d+)?"},
    auths=(Token(("api_key",), "{api_key}"),),
    rate=Rate(1, 2),
    feeds=(
        ChangedSince(
            "orders",
            "api/orders",
            "start_update_date",
            "orders",
            params={"max": 100},
            total="total_count",
            changed=told("last_updated_date", "created_date"),
        ),
        ChangedSince(
            "returns",
            "api/returns",
            "return_last_updated_from",
            "data",
            params={"limit": 100},
            following="next_page_token",
            following_param="page_token",
            changed=told("last_updated_date", "date_created", "created_date"),
        ),
    ),
)
