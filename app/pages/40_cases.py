"""Which incidents are behind a figure?"""

from app import cases, frame
from app.i18n import t

page = frame.open_page(default_period="13w")
found, n = cases.found(page, cases.searched())
frame.header(page, t("cases.title"), [t("frame.n_incidents", n=n)], switches=("basis",))
cases.search_box()
cases.only_place()
cases.table(page, found, n)
frame.attribution()
