"""Which cancellations “at the customer's request” do facts contradict, and what is the seller's rate with them?"""

import streamlit as st

from app import cancellation_cases, cancellations, db, frame
from app.i18n import t

page = frame.open_page(default_period="13w")
labels = db.query("cancellation_labels", page.filters.variables())
n = int(labels["cancellation_count"].sum())
frame.header(page, t("cancellations.title"), [t("cancellations.n", n=n)], switches=("basis",))
if not n:
    cancellations.nothing()
    frame.attribution()
    st.stop()
st.markdown(cancellations.sentence(page, labels))

left, right = st.columns(2, gap="large")
with left:
    cancellations.verdict_chart(page, labels)
with right:
    cancellations.rate_chart(page)
cancellations.headroom(page)
cancellation_cases.bursts(page)
left, right = st.columns(2, gap="large")
with left:
    cancellations.procedure(page)
with right:
    cancellation_cases.restocks(page)
cancellation_cases.cases(page, labels)
frame.attribution()
