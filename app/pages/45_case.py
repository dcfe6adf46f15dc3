"""What happened to one order, in which order, how do we know, and who decided what it was?"""

import streamlit as st

from app import cases, costs, db, deciding, frame, history, linking
from app.i18n import t

history.rebuild_if_asked(deciding.store())
page = frame.open_page(default_period="all")
case = cases.chosen()
incidents = db.query("case_incidents", {}, None, **case)
frame.header(page, cases.heading(incidents), [], has_period=False, has_filters=False)
if case:
    deciding.draw(incidents)
    costs.of_case(page, case)
    cases.timeline(page, case)
    linking.draw(incidents)
else:
    st.text(t("case.which"))
frame.attribution()
