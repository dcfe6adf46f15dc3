"""Which parcels never came, until when may buyers claim them, and what do carriers still owe?"""

from app import carrier_money, claims, db, frame
from app.i18n import t

page = frame.open_page(default_period="26w")
told = db.query("not_received_summary", page.filters.variables())
owed = db.query("carrier_claims", page.filters.variables())
frame.header(page, t("claims.title"), claims.facts(told), switches=("basis",))
claims.finding(page, told, owed)
claims.countdown(page, told)
carrier_money.owed(page, owed)
carrier_money.parcels(page, owed)
claims.paid_twice(page, told)
carrier_money.sent_back(page)
carrier_money.losses(page)
claims.addresses(page)
frame.attribution()
