"""What does the shop say about itself, and which limits, deadlines and costs do figures go by?"""

from app import db, empty, frame, settings
from app.i18n import t

frame.bare_header(t("settings.title"))
settings.draw()
if db.snapshot() is None:
    empty.no_data()
else:
    frame.attribution()
