"""What did incidents cost, what is that made of, and how much of it does anybody know?"""

import polars as pl

from app import costs, db, empty, frame
from app.i18n import t

page = frame.open_page(default_period="13w")
asked = page.filters.variables()
total = db.query("cost_total", asked)
n = int(total["incident_count"].sum() or 0)
frame.header(page, t("costs.title"), [t("frame.n_incidents", n=n)], switches=("basis",))

if total.is_empty():
    empty.section("empty.incidents")
else:
    costs.finding(page, total.row(0, named=True))
    costs.cut_switch()
    by = costs.cut()
    rows = db.query("costs", asked, cut=by)
    ranked = rows.filter(pl.col("is_ranked"))
    costs.bars(page, ranked, by)
    if not ranked.is_empty():
        costs.table(page, ranked, by, "costs")
    costs.below_floor(page, rows.filter(~pl.col("is_ranked")), by)
    costs.components(page, db.query("cost_components", asked))
frame.attribution()
