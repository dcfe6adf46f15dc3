"""What rises now beyond season, volume and chance, where, and since when?"""

import streamlit as st

from app import alerts, frame, history, rising
from app.i18n import t

page = frame.open_page(default_period="13w")
series, listed = rising.found(page), rising.told(page)
changed = rising.changed(page)
count = series["story"].n_unique()
frame.header(page, t("rising.title"), [t("rising.n", n=count)], has_period=False)
if not series.is_empty():
    st.markdown(t("rising.sentence", n=count, days=rising.week(page, series)))
elif not any(each.row["kind"] == "sudden" for each in listed):
    st.markdown(t("rising.none"))
history.said()
if late := rising.late_orders(page, changed):
    st.markdown(late)
rising.stories(listed, series)
rising.days(listed)
if not series.is_empty():
    st.subheader(t("rising.series"), anchor=False)
    rising.table(page, series)
if listed:
    alerts.past()
rising.changes(page, changed)
st.caption(t("rising.how"))
frame.attribution()
