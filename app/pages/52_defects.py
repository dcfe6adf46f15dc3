"""Which suppliers, articles and lots fail more than chance allows, and since when?"""

from app import chargeback, db, defects, frame
from app.i18n import t

page = frame.open_page(default_period="13w")
rates = db.query("defect_rates", page.filters.variables())
lots = defects.judged_lots(db.query("lot_rates", page.filters.variables()))
frame.header(page, t("defects.title"), [defects.count(rates)], switches=("basis",))

defects.finding(page, lots)
defects.funnel(page, rates, lots)
defects.timeline(page, lots)
chargeback.section(page, "supplier")
frame.attribution()
