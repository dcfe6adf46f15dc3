"""What went wrong last week, is it more than usual, and what should be treated first?"""

import streamlit as st

from app import actions, alerts, db, frame, history, review, review_pareto, review_pdf, review_trend
from app.i18n import t

page = frame.open_page(default_period="last_week")
pareto = db.query("cause_pareto", page.filters.variables())

n = int(pareto["incident_count"].sum())
frame.header(page, review.title(page), [t("frame.n_incidents", n=n)], switches=("measure", "grain", "basis"))
history.said()
review_pdf.finding(page, pareto)
review.tiles(page)

left, right = st.columns(2, gap="large")
with left:
    alerts.draw(page)
    actions.review(page)
with right:
    review_pareto.chart(page, pareto)
    st.subheader(t("weekly_review.to_treat"), anchor=False)
    review.issues(page)
review_trend.trend_chart(page)
frame.attribution()
