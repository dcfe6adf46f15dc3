"""Where do returns wait, what is owed for them, and did what came back match what was said?"""

from app import db, frame, return_cohorts, returns, returns_lists
from app.i18n import t

page = frame.open_page(default_period="13w")
stages = db.query("return_stages", page.filters.variables())
n = returns.returned(stages)
frame.header(page, t("returns.title"), [t("returns.n", n=n)], switches=("basis",))
returns.sentence(page, stages)
returns_lists.chosen(page)
returns_lists.owed(page)
returns.stages(page, stages)
returns.places(page, stages)
return_cohorts.draw(page)
returns_lists.faults(page)
returns_lists.reasons(page)
frame.attribution()
