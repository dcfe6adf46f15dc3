"""Which problems keep coming back, where do they live, and who can fix them?"""

from app import db, frame, issues
from app.i18n import t

page = frame.open_page(default_period="13w")
found = db.query("recurring_issues", page.filters.variables())
frame.header(
    page, t("recurring_issues.title"), [t("recurring_issues.n", n=found.height)], switches=("basis",)
)
issues.party_switch(page, found)
issues.table(page, found)
frame.attribution()
