"""How far is the shop from each limit of each marketplace, and how many more orders may go wrong?"""

from app import db, frame, marketplaces
from app.i18n import t

page = frame.open_page(default_period="all")
found = db.query("marketplace_health", page.filters.variables())
frame.header(page, t("marketplaces.title"), marketplaces.facts(page, found), has_period=False)
marketplaces.finding(page, found)
for channel in found["channel"].unique(maintain_order=True):
    marketplaces.section(page, str(channel), found.filter(found["channel"] == channel))
marketplaces.notes(found)
frame.attribution()
