"""How long do customers wait, who writes again, and what do they think of it?"""

from app import db, frame, service, service_tables
from app.i18n import t

page = frame.open_page(default_period="13w")
times = db.query("service_times", page.filters.variables())
frame.header(page, t("service.title"), service.facts(times), switches=("grain", "basis"))

if service.has_tickets(times):
    service.findings(page, times)
    service.tiles(page, times)
    service.contact_rate(page)
    service_tables.waiting(page)
    service_tables.promises(page)
    service_tables.times_table(page, times)
    service_tables.satisfaction(page)
    service_tables.repeated(page)
    service_tables.tools(page)
frame.attribution()
