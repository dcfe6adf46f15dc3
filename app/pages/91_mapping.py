"""What do the columns of a file mean that nobody knows, and what would it give?"""

from app import db, empty, frame, mapping, work
from app.i18n import t

frame.bare_header(t("mapping.title"))
mapping.draw()
if db.snapshot() is None:
    if work.current() is None:
        empty.no_data()
else:
    frame.attribution()
