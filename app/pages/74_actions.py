"""What was done against recurring causes, did it work, and what happened meanwhile?"""

from app import actions, deciding, frame, note_list, noted
from app.i18n import t

page = frame.open_page(default_period="26w")
frame.header(page, t("actions.title"), [], has_period=False)
actions.draw(page)
note_list.draw(page)
noted.draw(deciding.store())
frame.attribution()
