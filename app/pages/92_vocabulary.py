"""What do the shop's own tags, reasons, inspected conditions and words for channels mean, that no rule knows yet?"""

import streamlit as st

from app import db, empty, frame, history, vocabulary
from app.i18n import t

if db.snapshot() is None:
    frame.bare_header(t("vocabulary.title"))
    empty.no_data()
    st.stop()

history.rebuild_if_asked(vocabulary.store())
page = frame.open_page(default_period="all")
frame.bare_header(t("vocabulary.title"))
vocabulary.draw(page)
frame.attribution()
