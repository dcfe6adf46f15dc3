"""What drives a rise: is it real, is it the data, volume or mix or rate, which segment, what changed, which cases?"""

from app import driver_segments, drivers, frame
from app.i18n import t

page = frame.open_page(default_period="4w")
told = drivers.ask(page)
frame.header(page, t("drivers.title"), drivers.facts(page, told), switches=("basis",))

drivers.finding(page, told)
if told.window is not None:
    drivers.is_it_real(page, told)
    drivers.is_it_the_data(page, told)
    drivers.parts(page, told)
    driver_segments.segments(page, told.told, told.rose)
    drivers.changes(page, told)
    drivers.cases(page, told)
frame.attribution()
