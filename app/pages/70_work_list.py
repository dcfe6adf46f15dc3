"""What needs a person this week, by money and deadline, and who has it in hand?"""

from app import frame, work_list
from app.i18n import t

page = frame.open_page(default_period="all")
frame.header(page, t("work_list.title"), [], has_period=False)
work_list.draw(page)
frame.attribution()
