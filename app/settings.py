"""The parts of the settings page: what a shop says about itself, and the tables of rules it may change."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from zoneinfo import available_timezones

import streamlit as st

from app import db, frame, history, rules_form
from app.buttons import pressed
from app.i18n import language, md, t
from pipelines import rules as rule_tables
from pipelines import settings_editing, user_changes
from pipelines.cells import plain
from pipelines.messages import sentence
from pipelines.rules import Rules, all_rules
from pipelines.store import Store, StoreError
from pipelines.user_changes import Change

#: offered where no order says which currencies there are
CURRENCIES = ("EUR", "CAD", "USD", "GBP", "CHF")
_URL = "table"


def draw() -> None:
    """The shop, one table of rules, and what was changed before."""
    store = _chosen_store()
    history.rebuild_if_asked(store)
    history.said()
    st.markdown(t("settings.what"))
    who = history.who()
    st.subheader(t("settings.shop"), anchor=False)
    _shop(store, who)
    st.subheader(t("settings.rules"), anchor=False)
    rules_form.draw(store, _chosen_rules(store), who)
    changes = [each for each in user_changes.changes(store) if each.what in ("rules", "settings")]
    if changes:
        history.draw(store, changes, _told)
    st.caption(md(t("settings.where", folder=str(store.user))))


def _chosen_store() -> Store:
    """The shop whose settings are shown: as long as the demo is, the reader's own can be prepared as well."""
    if not db.is_demo():
        return Store(db.folder())
    labels = {"demo": t("settings.of_demo"), "own": t("settings.of_own")}
    chosen = st.segmented_control(
        t("settings.whose"), list(labels), format_func=labels.__getitem__, default="demo", required=True,
        key="w_settings_of",
    )  # fmt: skip
    return db.store() if chosen == "own" else Store(db.folder())


def _shop(store: Store, who: str) -> None:
    """Name, zone, currency, and the warehouses that a 3PL runs."""
    try:
        told, zone, name = store.settings(), store.zone(), store.shop_name()
        warehouses = store.third_party_warehouses()
    except StoreError as error:
        st.error(md(sentence(error.message, language())))
        st.caption(md(t("settings.mend_by_hand", file=str(store.user / settings_editing.SETTINGS))))
        return
    # the widgets of one state of the file, so that what an undo brings back is shown
    state = f"{store.folder}_{name}_{zone}_{told.get('currency')}_{warehouses}"
    currency = told.get("currency")
    with st.container(key="shop_settings"):
        chosen_name = st.text_input(
            t("settings.name"), value=name or "", max_chars=80, help=t("settings.name_help"),
            placeholder=t("settings.name_none"), key=f"name_{state}", width=420,
        )  # fmt: skip
        chosen_zone = st.selectbox(
            t("settings.zone"), _zones(), index=_zones().index(zone) if zone in _zones() else None,
            help=t("settings.zone_help"), key=f"zone_{state}", width=420,
        )  # fmt: skip
        offered = [None, *dict.fromkeys([*([currency] if currency else []), *_currencies(), *CURRENCIES])]
        chosen_currency = st.selectbox(
            t("settings.currency"),
            offered,
            index=offered.index(currency),
            format_func=lambda code: code or t("settings.currency_of_most"),
            accept_new_options=True,
            help=t("settings.currency_help"),
            key=f"currency_{state}",
            width=420,
        )
        chosen_warehouses = st.multiselect(
            t("settings.warehouses"),
            list(dict.fromkeys([*warehouses, *_warehouses(store)])),
            default=warehouses,
            accept_new_options=True,
            placeholder=t("settings.warehouses_none"),
            help=t("settings.warehouses_help"),
            key=f"warehouses_{state}",
        )
    wanted: dict[str, str | Sequence[str] | None] = {}
    if (" ".join(chosen_name.split()) or None) != name:
        wanted["shop_name"] = " ".join(chosen_name.split()) or None
    if chosen_zone is not None and chosen_zone != zone:
        wanted["zone"] = chosen_zone
    if chosen_currency != currency:
        wanted["currency"] = chosen_currency.strip().upper() if chosen_currency else None
    if chosen_warehouses != warehouses:
        wanted["third_party_warehouses"] = chosen_warehouses or None
    label = t("settings.save_shop") if wanted else t("settings.nothing_to_save")
    if pressed(label, "save_shop", kind="primary", disabled=not wanted):
        try:
            settings_editing.save_settings(store, wanted, who)
        except StoreError as error:
            st.error(md(sentence(error.message, language())))
            return
        history.say(t("settings.shop_saved"))
        history.rebuild(store)
        st.rerun()


@cache
def _zones() -> list[str]:
    """Every zone there is, ours first: what most shops need is near."""
    every = sorted(
        zone
        for zone in available_timezones()
        if "/" in zone and not zone.startswith(("Etc/", "posix", "right"))
    )
    return ["UTC", *every]


def _currencies() -> list[str]:
    """The currency that amounts are shown in now."""
    main = frame.main_currency() if db.snapshot() is not None else ""
    return [main] if main else []


def _warehouses(store: Store) -> list[str]:
    """The warehouses that files name, the busiest first."""
    if db.snapshot() is None or store.folder != db.folder():
        return []
    values = db.query("filter_values")
    return values.filter(values["dimension"] == "warehouse")["value"].drop_nulls().to_list()


def _chosen_rules(store: Store) -> Rules:
    """The table that the URL names, or the first; those that the shop changed are marked."""
    lang = language()
    tables = {rules.name: rules for rules in sorted(all_rules(), key=lambda each: plain(each.title[lang]))}
    asked = st.query_params.get(_URL)
    name = asked if asked in tables else next(iter(tables))

    labels = {each: _label(store, rules) for each, rules in tables.items()}

    def changed() -> None:
        st.query_params[_URL] = st.session_state["w_rules"]

    st.session_state["w_rules"] = name
    st.selectbox(
        t("settings.table"),
        list(tables),
        format_func=labels.__getitem__,
        key="w_rules",
        on_change=changed,
        width=520,
    )
    return tables[name]


def _label(store: Store, rules: Rules) -> str:
    title = rules.title[language()]
    return (
        t("settings.table_of_shop", table=title)
        if rule_tables.own_file(store.user, rules).exists()
        else title
    )


def _told(change: Change, at: str, who: str) -> str:
    if change.what == "settings":
        return t("settings.changed_shop", at=at, who=who)
    name = change.file.removeprefix("rules/").removesuffix(".csv")
    title = next((rules.title[language()] for rules in all_rules() if rules.name == name), name)
    return t(
        "settings.back_by" if change.after is None else "settings.changed_by", at=at, who=who, table=title
    )
