"""What was loaded, what was not and why, how fresh is it, and what do the rules not know yet?"""

import streamlit as st

from app import data, db, empty, frame, synced
from app.i18n import t

if db.snapshot() is None:
    frame.bare_header(t("data.title"))
    empty.no_data(is_here=True)
    data.upload()
    synced.section()
    st.stop()

page = frame.open_page(default_period="all")
frame.header(page, t("data.title"), [data.totals()], has_period=False, has_filters=False)
data.upload()
synced.section()
data.files(page)
data.rejects(page)
left, right = st.columns([3, 2], gap="large")
with left:
    data.freshness(page)
with right:
    data.unmapped(page)
frame.attribution()
