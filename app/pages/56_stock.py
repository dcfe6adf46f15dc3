"""Which articles were sold without stock, for how long, and on which channels does stock go out of step?"""

import streamlit as st

from app import db, frame, stock
from app.i18n import t

page = frame.open_page(default_period="13w")
runs = db.query("stock_desync", page.filters.variables())
frame.header(page, t("stock.title"), [t("stock.n", n=runs.height)], switches=("basis",))
st.markdown(stock.sentence(page, runs))

stock.time_line(page, runs)
stock.runs_table(page, runs)
left, right = st.columns(2, gap="large")
with left:
    stock.channels(page)
with right:
    stock.gaps(page)
left, right = st.columns(2, gap="large")
with left:
    stock.negative(page)
with right:
    stock.losses(page)
frame.attribution()
