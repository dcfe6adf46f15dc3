"""Which incidents are behind a figure?"""

from app import cases, frame
from app.i18n import t

page = frame.open_page(default_period="13w")
search = cases.searched()
found = cases.found(page, search)
frame.header(page, t("cases.title"), [t("frame.n_incidents", n=found.height)], switches=("basis",))
cases.search_box()
cases.table(page, found)
frame.attribution()
