"""Can tags be trusted: who is not tagged, which tags say the same, which ones do facts contradict?"""

from app import db, frame, tag_suggestions, tags
from app.i18n import t

page = frame.open_page(default_period="26w")
health = db.query("tag_health", page.filters.variables())
frame.header(page, t("tags.title"), tags.facts(health))

if tags.has_tickets(health):
    tags.findings(page, health)
    tags.by_team(page, health)
    tags.each_tag(page)
    tags.contradictions(page)
    tag_suggestions.draw(page)
frame.attribution()
