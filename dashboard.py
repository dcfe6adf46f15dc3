"""Entry of the dashboard: page set-up, language, navigation. It finds pages in app/pages and lists none."""

from __future__ import annotations

import streamlit as st

from app import buttons, navigation, upgrade
from app.i18n import LANGS, language, t

st.set_page_config(page_title=t("frame.product"), layout="wide", initial_sidebar_state="collapsed")

# A click in the menu brings a URL without parameters: the filters and the language of this visit go on.
if "lang" not in st.query_params and "_url" in st.session_state:
    st.query_params.from_dict(st.session_state["_url"])
if st.query_params.get("lang") not in LANGS:
    st.query_params["lang"] = language()
st.session_state["lang"] = language()
upgrade.bring_up_to_date()

st.session_state["_url"] = {
    name: st.query_params.get_all(name) for name in st.query_params if name not in navigation.OWN_PARAMS
}

page = st.navigation(navigation.menu(), position="top")
st.set_page_config(
    page_title=f"{page.title} · {t('frame.product')}"
)  # tabs and screen readers tell pages apart by it
navigation.follow()
buttons.begin_run(page.url_path)
try:
    page.run()
finally:  # a page without data stops early, and its links must work too
    navigation.links()
