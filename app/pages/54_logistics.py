"""Which warehouse makes which errors, against what was agreed with it?"""

from app import chargeback, db, frame, logistics
from app.i18n import t

page = frame.open_page(default_period="13w")
errors = db.query("warehouse_errors", page.filters.variables())
frame.header(page, t("logistics.title"), [logistics.count(errors)], switches=("basis",))

logistics.finding(page, errors)
logistics.table(page, errors)
logistics.weeks(page, errors)
logistics.confusions(page)
logistics.punctuality(page)
chargeback.section(page, "3pl")
frame.attribution()
