"""Which causes grow, which fade, and how do they share the total?"""

import streamlit as st

from app import db, frame, trends
from app.i18n import t

page = frame.open_page(default_period="26w")
pareto = db.query("cause_pareto", page.filters.variables())
n = int(pareto["incident_count"].sum())
frame.header(
    page,
    t("causes_and_trends.title"),
    [t("frame.n_incidents", n=n)],
    switches=("measure", "grain", "basis", "shape"),
)

trends.chart(page)
st.subheader(t("causes_and_trends.causes"), anchor=False)
trends.causes_table(page, pareto)
frame.attribution()
