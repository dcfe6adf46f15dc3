"""What carriers owe and lose: money by carrier and deadline, parcels one by one, parcels sent back, losses."""

from __future__ import annotations

from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from app import claim_figures, db, formats, names, navigation, plots, tables
from app.claims import FEW, PRODUCT_FILTERS, days, total
from app.exports import Column
from app.frame import Page
from app.i18n import Lang, md, say, t
from app.navigation import Target

PARTS = ("recoverable", "waiting", "paid", "refused", "expired")
LISTED = 12


def recoverable_note(page: Page) -> str:
    """What can still be asked of carriers and until when, for a tile; empty when there is nothing."""
    found = db.query("carrier_claims", page.filters.without_period())
    n, first = int(found["recoverable_count"].sum()), found["first_days_left"].min()
    if not n or not isinstance(first, int):
        return ""
    amount = formats.money(total(found, "recoverable_cents"), page.currency, page.lang, 0)
    return t("claims.tile", n=n, amount=amount, days=days(first))


def owed(page: Page, found: pl.DataFrame) -> None:
    """What was eligible, claimed, paid and lost, carrier by carrier."""
    st.subheader(t("claims.carriers"), anchor=False)
    if any(page.filters.choices.get(name) for name in PRODUCT_FILTERS):
        st.caption(t("claims.filters_unused"))
    if found.is_empty():
        st.caption(t("claims.no_parcels"))
        return
    eligible = int(found["eligible_count"].sum())
    if not eligible:
        st.caption(t("claims.no_eligible", n=int(found["no_contract_count"].sum())))
    else:
        st.caption(md(_rates(page, found)))
        _chart(page, found)
    named = found.with_columns(
        name=pl.col("carrier").fill_null(t("claims.no_carrier")),
        claim_rate=pl.when(pl.col("eligible_count") > 0).then(
            pl.col("claimed_count") / pl.col("eligible_count")
        ),
    )
    tables.show(
        named,
        [
            Column("name", t("column.carrier")),
            Column("recoverable_cents", t("parcel_state.recoverable"), "money"),
            Column("first_days_left", t("claims.column.days_left"), "count"),
            Column("eligible_count", t("claims.column.eligible"), "count"),
            Column("eligible_cents", t("claims.column.eligible_money"), "money"),
            Column("claimed_count", t("claims.column.claimed"), "count"),
            Column("claim_rate", t("claims.column.claim_rate"), "percent"),
            Column("paid_cents", t("claims.column.paid"), "money"),
            Column("waiting_count", t("claims.column.waiting"), "count"),
            Column("expired_count", t("claims.column.expired"), "count"),
            Column("expired_cents", t("claims.column.expired_money"), "money"),
            Column("undetermined_count", t("claims.column.undetermined"), "count"),
            Column("no_contract_count", t("claims.column.no_contract"), "count"),
            Column("excluded_count", t("claims.column.excluded"), "count"),
            Column("contract_source", t("claims.column.contract")),
        ],
        "carrier_claims",
        t("claims.carriers_alt"),
        page.currency,
        lambda row: _carrier_cases(page, row["carrier"]),
    )
    st.caption(md(_apart(page, found)))


def _rates(page: Page, found: pl.DataFrame) -> str:
    eligible, claimed = int(found["eligible_count"].sum()), int(found["claimed_count"].sum())
    due, paid = total(found, "eligible_cents"), total(found, "paid_cents") or 0
    return t(
        "claims.rates",
        n=eligible,
        amount=formats.money(due, page.currency, page.lang, 0),
        claimed=claimed,
        claim_rate=formats.percent(claimed / eligible, page.lang) if eligible >= FEW else t("claims.few"),
        paid=formats.money(paid, page.currency, page.lang, 0),
        recovery=formats.percent(paid / due, page.lang) if due and eligible >= FEW else t("claims.few"),
    )


def _apart(page: Page, found: pl.DataFrame) -> str:
    """What is in no amount, and why."""
    said = [t("claims.undetermined_note")]
    for column in ("unpriced", "without_cap", "no_deadline", "late_not_covered"):
        n = int(found[f"{column}_count"].sum())
        if n:
            said.append(t(f"claims.apart_{column}", n=n))
    outside = int(found["outside_claimed_count"].sum())
    if outside:
        amount = formats.money(total(found, "outside_paid_cents") or 0, page.currency, page.lang, 0)
        said.append(t("claims.apart_outside", n=outside, amount=amount))
    return " ".join(said)


def _chart(page: Page, found: pl.DataFrame) -> None:
    """Bars of money by carrier; a part that is nothing is not drawn."""
    minor = 1 if page.currency in formats.WITHOUT_CENTS else 100
    cents = {
        "recoverable": "recoverable_cents", "waiting": "waiting_cents", "paid": "paid_cents",
        "refused": "refused_cents", "expired": "expired_cents",
    }  # fmt: skip
    rows = [
        {
            "name": row["carrier"] or t("claims.no_carrier"),
            "part": part,
            "amount": (row[column] or 0) / minor,
            "hover": t(
                "claims.money_hover",
                carrier=row["carrier"] or t("claims.no_carrier"),
                part=t(f"parcel_state.{part}"),
                amount=formats.money(row[column] or 0, page.currency, page.lang, 0),
                n=row[f"{part}_count"],
            ),
        }
        for row in found.filter(pl.col("eligible_count") > 0).iter_rows(named=True)
        for part, column in cents.items()
    ]
    drawn = pl.DataFrame(rows)
    figure = claim_figures.money(
        drawn,
        {part: t(f"parcel_state.{part}") for part in PARTS},
        plots.ink(),
        t("claims.axis_money", currency=page.currency),
    )
    carriers = ", ".join(drawn["name"].unique(maintain_order=True).to_list())
    plots.show(
        figure,
        "carrier_money",
        t("claims.money_alt", carriers=carriers),
        lambda name: _carrier_cases(page, None if name == t("claims.no_carrier") else str(name)),
    )


def _carrier_cases(page: Page, carrier: str | None) -> Target:
    return navigation.cases(page.filters, family="transport", **({"carrier": carrier} if carrier else {}))


def parcels(page: Page, sums: pl.DataFrame) -> None:
    """Every parcel that a carrier may have to pay for; what can still be asked first, by deadline."""
    listed = ("eligible", "undetermined", "no_contract", "excluded")
    n = sum(int(sums[f"{part}_count"].sum()) for part in listed)
    if not n:
        return
    st.subheader(t("claims.parcels", n=n), anchor=False)
    found = db.query("carrier_claim_parcels", page.filters.variables(), row_limit=tables.SHOWN_ROWS)
    every = partial(db.query, "carrier_claim_parcels", page.filters.variables())
    tables.show(
        _written(found, page.lang),
        [
            Column("order", t("column.order")),
            Column("carrier", t("column.carrier")),
            Column("trouble_name", t("claims.column.trouble")),
            Column("state_name", t("claims.column.state")),
            Column("left", t("claims.column.left")),
            Column("claim_until_date", t("claims.column.until"), "date"),
            Column("eligible_cents", t("claims.column.ask"), "money"),
            Column("paid_cents", t("claims.column.paid"), "money"),
            Column("value_cents", t("claims.column.value"), "money"),
            Column("currency", t("column.currency")),
            Column("tracking_number", t("claims.column.tracking")),
            Column("shipped_date", t("claims.column.shipped"), "date"),
            Column("region", t("claims.column.region")),
            Column("country", t("column.country")),
        ],
        "carrier_claim_parcels",
        t("claims.parcels_alt"),
        None,
        lambda row: navigation.case(row["order_key"], None),
        height=420,
        whole=lambda: _written(every(), page.lang),
        n=n,
    )


def _written(found: pl.DataFrame, lang: Lang) -> pl.DataFrame:
    """The same parcels in words. Asks the page nothing: files are made later."""
    rows = found.select("state", "trouble", "days_left", "answer_days_left").rows(named=True)
    return found.with_columns(
        order=pl.coalesce("order_name", "order_key"),
        state_name=pl.Series([say(lang, f"parcel_state.{row['state']}") for row in rows], dtype=pl.String),
        trouble_name=pl.Series([say(lang, f"trouble.{row['trouble']}") for row in rows], dtype=pl.String),
        left=pl.Series([_left(row, lang) for row in rows], dtype=pl.String),
    )


def _left(row: dict[str, Any], lang: Lang) -> str | None:
    """Days left to claim, or until the carrier should have answered."""
    left, waits = row["days_left"], row["answer_days_left"]
    if left is not None:
        return say(lang, "claims.days", n=left) if left >= 0 else say(lang, "claims.over")
    if waits is None:
        return None
    key = "claims.answer_in" if waits >= 0 else "claims.answer_late"
    return say(lang, key, n=abs(waits))


def sent_back(page: Page) -> None:
    """Parcels that came back undelivered."""
    found = db.query("returned_to_sender", page.filters.variables())
    n = int(found["parcel_count"].sum())
    st.subheader(t("claims.sent_back", n=n), anchor=False)
    if not n:
        st.caption(t("claims.none_sent_back"))
        return
    tables.show(
        found.with_columns(
            name=pl.col("carrier").fill_null(t("claims.no_carrier")),
            reason_name=names.column(found, "reason", "sent_back"),
        ),
        [
            Column("name", t("column.carrier")),
            Column("reason_name", t("column.reason")),
            Column("parcel_count", t("claims.column.parcels"), "count"),
            Column("value_cents", t("claims.column.value"), "money"),
            Column("unpriced_count", t("claims.column.unpriced"), "count"),
            Column("last_shipped_date", t("claims.column.last_shipped"), "date"),
        ],
        "returned_to_sender",
        t("claims.sent_back_alt"),
        page.currency,
        lambda row: navigation.cases(page.filters, **({"carrier": row["carrier"]} if row["carrier"] else {})),
        height=200,
    )


def losses(page: Page) -> None:
    """Where parcels are lost: the rate of each carrier in each region, with its interval."""
    found = db.query("parcel_losses", page.filters.variables())
    st.subheader(_losses_title(page, found), anchor=False)
    if found.is_empty():
        st.caption(t("claims.no_shipments"))
        return
    rows = found.with_columns(
        place=pl.Series([_place(row) for row in found.iter_rows(named=True)], dtype=pl.String),
        key=pl.Series(range(found.height)),
    )
    drawn = rows.filter((pl.col("order_count") >= FEW) & (pl.col("lost_count") > 0)).head(LISTED)
    if drawn.height:
        figure = claim_figures.rates(
            drawn.with_columns(
                rate=pl.col("share") * 1000,
                low=pl.col("share_low") * 1000,
                high=pl.col("share_high") * 1000,
                rest=pl.col("rest_share") * 1000,
                is_above=(pl.col("share_low") > pl.col("rest_share_high")).fill_null(False),
            ),
            plots.ink(),
            t("claims.axis_losses"),
            drawn["place"].to_list(),
            [_loss_hover(page, row) for row in drawn.iter_rows(named=True)],
        )
        plots.show(
            figure,
            "parcel_losses",
            t("claims.losses_alt"),
            lambda key: _loss_cases(page, rows.row(int(key), named=True)),
        )
        st.caption(t("claims.losses_note", few=FEW))
    tables.show(
        rows,
        [
            Column("place", t("column.place")),
            Column("order_count", t("claims.column.shipped_orders"), "count"),
            Column("lost_count", t("claims.column.lost"), "count"),
            Column("share", t("column.rate"), "per_mille"),
            Column("share_low", t("claims.column.low"), "per_mille"),
            Column("share_high", t("claims.column.high"), "per_mille"),
            Column("rest_share", t("column.rest_rate"), "per_mille"),
            Column("not_received_count", t("claims.column.undetermined"), "count"),
            Column("recent_count", t("claims.column.recent"), "count"),
        ],
        "parcel_losses",
        t("claims.losses_alt"),
        None,
        lambda row: _loss_cases(page, row),
        height=300,
    )


def _place(row: dict[str, Any]) -> str:
    where = [row["region"], names.country(row["country"])] if row["country"] else [row["region"]]
    known = " · ".join(part for part in where if part) or t("claims.no_region")
    return f"{row['carrier']} · {known}"


def _losses_title(page: Page, found: pl.DataFrame) -> str:
    """The finding: the place whose interval lies furthest above the rest of its region, if there is one."""
    above = found.filter(
        (pl.col("order_count") >= FEW) & (pl.col("share_low") > pl.col("rest_share_high"))
    ).sort("lost_count", descending=True)
    if above.is_empty():
        return t("claims.losses")
    top = above.row(0, named=True)
    return md(
        t(
            "claims.losses_finding",
            place=_place(top),
            rate=formats.per_mille(top["share"], page.lang),
            rest=formats.per_mille(top["rest_share"], page.lang),
        )
    )


def _loss_hover(page: Page, row: dict[str, Any]) -> str:
    return t(
        "claims.loss_hover",
        place=row["place"],
        n=row["lost_count"],
        orders=row["order_count"],
        rate=formats.per_mille(row["share"], page.lang),
        low=formats.per_mille(row["share_low"], page.lang),
        high=formats.per_mille(row["share_high"], page.lang),
        rest=formats.per_mille(row["rest_share"], page.lang),
    )


def _loss_cases(page: Page, row: dict[str, Any]) -> Target:
    place = {"country": row["country"]} if row["country"] else {}
    return navigation.cases(page.filters, family="transport", carrier=row["carrier"], **place)
