"""The part of the data page about live sync: what the last one of each account did, and what to do next."""

from __future__ import annotations

from datetime import datetime

import polars as pl
import streamlit as st

from app import data, db, tables, zones
from app.exports import Column
from app.i18n import language, md, t
from pipelines.store import StoreError
from pipelines.sync import find_vendors
from pipelines.sync.credentials import FILE
from pipelines.sync.outcome import Account, accounts
from pipelines.sync.vendor import SyncError

_COMMAND = "python3 run.py sync"


def section() -> None:
    """Every account that has an access: when it was last synced, what that brought, and why it failed."""
    st.subheader(t("sync.title"), anchor=False)
    store = db.store()
    try:
        known, zone = accounts(store), store.zone()
    except (SyncError, StoreError) as error:
        st.error(md(data.said(error.message, language())))
        return
    if not known:
        systems = ", ".join(vendor.title for vendor in find_vendors().values())
        file = str(store.user / FILE)
        st.caption(t("sync.none", systems=md(systems), file=md(file), command=_COMMAND))
        return
    _table([_row(account) for account in known], zone)
    for account in known:
        _next_step(account)


def _row(account: Account) -> dict[str, str | int | datetime | None]:
    last = account.last
    return {
        "system": account.title,
        "account": account.name,
        "outcome": t(f"sync_outcome.{_outcome(account)}"),
        "at": _bare(last.ended_at or last.began_at) if last else None,
        "changed": last.changed if last and last.ended_at else None,
        "rejected": last.rejected if last and last.ended_at else None,
        "well_at": _bare(last.well_at) if last else None,
    }


def _outcome(account: Account) -> str:
    if account.last is None:
        return "never"
    if account.last.ended_at is None:
        return "unfinished"
    return "failed" if account.last.error else "well"


def _bare(at: datetime | None) -> datetime | None:
    """As the store's own times are: in UTC, without saying so."""
    return at.replace(tzinfo=None) if at else None


def _table(rows: list[dict[str, str | int | datetime | None]], zone: str) -> None:
    moment = pl.Datetime("us")
    frame = pl.DataFrame(
        rows,
        schema_overrides={"at": moment, "well_at": moment, "changed": pl.Int64(), "rejected": pl.Int64()},
    )
    frame = frame.with_columns(*zones.in_zone(zone, "at", "well_at"))
    columns = [
        Column("system", t("column.system")),
        Column("account", t("column.account")),
        Column("at", t("column.synced_at"), "moment"),
        Column("outcome", t("column.outcome")),
        Column("changed", t("column.changed"), "count"),
        Column("rejected", t("column.rejected"), "count"),
        Column("well_at", t("column.well_at"), "moment"),
    ]
    tables.show(frame, columns, "sync", t("sync.alt"))


def _next_step(account: Account) -> None:
    """What is to be done about an account that does not go well; nothing for the others."""
    who = md(f"{account.title} ({account.name})")
    state = _outcome(account)
    if state == "never":
        st.caption(t("sync.never", who=who, command=f"{_COMMAND} {account.system}"))
    elif state == "unfinished":
        st.caption(t("sync.unfinished", who=who))
    elif account.last and account.last.error:
        st.warning(t("sync.failed", who=who, reason=md(data.said(account.last.error, language()))))
