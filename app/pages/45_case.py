"""What happened to one order, in which order, and how do we know?"""

import streamlit as st

from app import cases, db, frame
from app.i18n import t

page = frame.open_page(default_period="all")
case = cases.chosen()
incidents = db.query("cases", {}, only=case) if case else db.query("cases", {}).head(0)
frame.header(page, cases.heading(incidents), [], has_period=False, has_filters=False)
if case:
    cases.verdicts(incidents)
    cases.timeline(page, case)
else:
    st.text(t("case.which"))
frame.attribution()
