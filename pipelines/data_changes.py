"""Which rises are changes of the data: asked of the records behind them, at each load, before anything is told.

What could have changed is looked for first: labels of a tool that took over from others, tools first heard of, files
that came after others of their tool had told of later days. That reads no record of a rise, and mostly finds nothing.
Only where something changed are the rises' own records read, and only what they show explains a rise.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import duckdb
import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.data_changes import BEFORE, remaining, same_label, switches
from analysis.rising import WEEKS_SHOWN, Rises

LOOKED_BACK = 52  # weeks in which a change is looked for: its level is the series' own long before
_FOUND: dict[str, pl.DataType | type[pl.DataType]] = {
    "number": pl.UInt32,
    "change": pl.String,
    "change_date": pl.Date,
    "change_facts": pl.String,
}

_LABELS = """
    select
        source, account, kind, label, date_trunc('week', occurred_at)::date as week_start_date,
        count(*) as record_count
    from int_told_labels
    where occurred_at >= $from_date and occurred_at < $until_date and label is not null
    group by all
"""
#: kinds of record of a tool that are first heard of long after others were; the first claim that a buyer ever makes is
#: no news of the tool that told of his order before
_TOOLS = """
    with begun as (
        select
            source, account, kind, min(occurred_at)::date as first_date,
            kind = 'claim' and min(first_date) over (partition by source, account) < first_date as is_rare
        from int_told_records where occurred_at is not null group by source, account, kind
    )
    select source, account, kind, first_date
    from begun
    where first_date >= $from_date and first_date < $until_date and not is_rare
        and first_date >= (select min(begun.first_date) + 56 from begun)
    order by all
"""
#: files that tell of no later day than one of the same tool and kind that was loaded half a day or more before them
_LATE_FILES = """
    select late.file_id, late.file_name, late.source, late.account, late.first_loaded_at::date as loaded_date
    from files as late
    where late.status = 'loaded' and late.as_of >= $judged_date
        and exists (
            from files as before
            where before.status = 'loaded' and before.source = late.source and before.account = late.account
                and list_has_any(before.kinds, late.kinds) and before.as_of >= late.as_of
                and before.first_loaded_at < late.first_loaded_at - interval 12 hour
        )
    order by late.file_id
"""
#: what told of the incidents of each rise over the judged weeks and, where asked, of all incidents in its place
_RECORDS = """
    with recent as (
        select
            rising.number, incidents.incident_key, incidents.cause, incidents.event_date,
            incidents.cause = rising.cause as is_own
        from rising_found as rising
        inner join incidents
            on incidents.event_date >= $from_date and incidents.event_date < $until_date
            and (incidents.cause = rising.cause or $with_others)
            and is_at(rising.place_kind, rising.place, incidents)
    ),
    told as (
        select recent.*, signals.kind, signals.record_id
        from recent inner join signals on recent.incident_key = signals.incident_key and recent.cause = signals.cause
        union all
        select recent.*, 'ticket', substr(incident_key, length('ticket/') + 1)
        from recent where starts_with(incident_key, 'ticket/')
    )
    select
        told.number, told.incident_key, told.is_own, date_trunc('week', told.event_date)::date as week_start_date,
        records.kind, records.source, records.account, records.file_id, records.labels
    from told inner join int_told_records as records on told.kind = records.kind and told.record_id = records.record_id
"""


@dataclass(frozen=True)
class _Hints:
    """What changed in the data, whether it has to do with a rise or not."""

    labels: pl.DataFrame  # source, account, kind, label (as compared), since_date, old_labels, ratio, names
    tools: pl.DataFrame  # source, account, kind, first_date
    files: pl.DataFrame  # file_id, file_name, source, account, loaded_date

    def __bool__(self) -> bool:
        return bool(self.labels.height or self.tools.height or self.files.height)


def recognised(con: duckdb.DuckDBPyConnection, told: Rises, week: date) -> pl.DataFrame:
    """Rises that are changes of the data: number (row in `told.found`), change, change_date, change_facts (JSON)."""
    hints = _hints(con, week) if told.found.height else None
    if not hints:
        return pl.DataFrame(schema=_FOUND)
    judged = week - timedelta(weeks=WEEKS_SHOWN - 1)
    con.register("rising_found", told.found.with_row_index("number"))
    # labels are compared with what they replaced, under any cause
    bounds = {
        "from_date": judged - timedelta(weeks=BEFORE) if hints.labels.height else judged,
        "until_date": week + timedelta(weeks=1),
        "with_others": bool(hints.labels.height),
    }
    records = con.sql(_RECORDS, params=bounds).pl()
    con.unregister("rising_found")
    rows = []
    for (number,), own in records.group_by("number", maintain_order=True):
        found = _explained(told, int(str(number)), own, hints, week)
        if found is not None:
            rows.append((int(str(number)), *found))
    return pl.DataFrame(rows, schema=_FOUND, orient="row").sort("number")


def _hints(con: duckdb.DuckDBPyConnection, week: date) -> _Hints:
    until = week + timedelta(weeks=1)
    bounds = {"from_date": week - timedelta(weeks=LOOKED_BACK), "until_date": until}
    counted = con.sql(
        _LABELS, params={**bounds, "from_date": week - timedelta(weeks=LOOKED_BACK + BEFORE)}
    ).pl()
    files = con.sql(_LATE_FILES, params={"judged_date": week - timedelta(weeks=WEEKS_SHOWN - 1)}).pl()
    return _Hints(_switched(counted, week), con.sql(_TOOLS, params=bounds).pl(), files)


def _switched(counted: pl.DataFrame, week: date) -> pl.DataFrame:
    """The labels of each tool that took over from others, and how both are written."""
    spelt = pl.DataFrame(
        [(label, same_label(label)) for label in counted["label"].unique().sort()],
        schema={"name": pl.String, "key": pl.String},
        orient="row",
    )
    names = dict(spelt.select("key", "name").iter_rows())
    counted = counted.join(spelt, left_on="label", right_on="name").drop("label").rename({"key": "label"})
    found = []
    for (source, account, kind), of_tool in counted.group_by(
        "source", "account", "kind", maintain_order=True
    ):
        for label, since, old, ratio in switches(of_tool, week).iter_rows():
            found.append(
                (source, account, kind, label, since, old, ratio, names[label], [names[each] for each in old])
            )
    return pl.DataFrame(
        found,
        schema={
            **dict.fromkeys(("source", "account", "kind", "label"), pl.String),
            "since_date": pl.Date,
            "old": pl.List(pl.String),
            "ratio": pl.Float64,
            "name": pl.String,
            "old_names": pl.List(pl.String),
        },
        orient="row",
    )


def _explained(
    told: Rises, number: int, records: pl.DataFrame, hints: _Hints, week: date
) -> tuple[str, date, str] | None:
    """What changed, when, and what its sentence needs; None for a rise that stands."""
    weeks = told.weeks[number]
    own = records.filter("is_own")
    for change, changed, facts, comparable in (
        *_by_label(told, number, records, hints),
        *_by_tool(own, hints),
        *_by_file(own, hints),
    ):
        part, since = _part(own, changed, week, weeks.counts.size)
        if since is None:
            continue
        begun = facts.pop("since") or since
        at = weeks.counts.size - 1 - (week - begun).days // 7
        if not remaining(weeks, part, at, comparable).is_rising:
            return change, begun, json.dumps(facts, ensure_ascii=False)
    return None


_Change = tuple[str, pl.Series, dict[str, Any], float | None]


def _by_label(told: Rises, number: int, records: pl.DataFrame, hints: _Hints) -> list[_Change]:
    """Labels that took over from others, all of a tool together; limited to what the old ones had in the same place."""
    changes: list[_Change] = []
    keys = records["labels"].list.eval(pl.element().map_elements(same_label, pl.String))
    place_kind = told.found["place_kind"][number]
    for (source, account, kind), switched in hints.labels.group_by(
        "source", "account", "kind", maintain_order=True
    ):
        is_tools = (records["source"] == source) & (records["account"] == account) & (records["kind"] == kind)
        carries = keys.list.set_intersection(switched["label"].to_list()).list.len() > 0
        changed = is_tools & carries
        seen = keys.filter(changed & records["is_own"]).explode()
        lead = switched.filter(pl.col("label").is_in(seen.implode()))
        if lead.is_empty():
            continue
        counts = dict(seen.value_counts().iter_rows())
        row = max(lead.iter_rows(named=True), key=lambda each: counts[each["label"]])
        comparable = None
        if row["old"] and place_kind != "all":
            had = is_tools & (keys.list.set_intersection(row["old"]).list.len() > 0)
            before = records["week_start_date"].is_between(
                row["since_date"] - timedelta(weeks=BEFORE), row["since_date"] - timedelta(weeks=1)
            )
            comparable = 3 * row["ratio"] * records.filter(had & before)["incident_key"].n_unique() / BEFORE
        facts = {"label": row["name"], "old": row["old_names"], "source": source, "since": row["since_date"]}
        changes.append(("relabelled", changed.filter(records["is_own"]), facts, comparable))
    return changes


def _by_tool(own: pl.DataFrame, hints: _Hints) -> list[_Change]:
    changes: list[_Change] = []
    for source, account, kind, first in hints.tools.iter_rows():
        changed = (own["source"] == source) & (own["account"] == account) & (own["kind"] == kind)
        monday = first - timedelta(days=first.weekday())
        changes.append(("new_source", changed, {"source": source, "account": account, "since": monday}, None))
    return changes


def _by_file(own: pl.DataFrame, hints: _Hints) -> list[_Change]:
    return [
        (
            "late_file",
            own["file_id"] == file_id,
            {"file": name, "source": source, "loaded": loaded.isoformat(), "since": None},
            None,
        )
        for file_id, name, source, _, loaded in hints.files.iter_rows()
    ]


def _part(
    own: pl.DataFrame, changed: pl.Series, week: date, length: int
) -> tuple[NDArray[np.int64], date | None]:
    """Incidents of each judged week that only changed records tell of, and the first week that has one."""
    part = np.zeros(length, np.int64)
    incidents = (
        own.with_columns(changed=changed)
        .group_by("incident_key")
        .agg(pl.col("changed").all(), pl.col("week_start_date").min())
        .filter("changed")
    )
    first: date | None = None
    for monday in incidents["week_start_date"]:
        at = length - 1 - (week - monday).days // 7
        if 0 <= at < length:
            part[at] += 1
            first = monday if first is None else min(first, monday)
    return part, first
