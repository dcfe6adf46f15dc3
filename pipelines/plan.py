"""One table of a source on its way from a sheet to its raw_ table: staged in contract columns, checked, merged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import duckdb
from duckdb import (
    CaseExpression,
    CoalesceOperator,
    ColumnExpression,
    ConstantExpression,
    DuckDBPyRelation,
    Expression,
)

from pipelines import dates
from pipelines.cells import NULL, Cells, Parsed, Problem, function, tidied
from pipelines.contract import KINDS, Kind
from pipelines.extras import extra
from pipelines.phrases import phrases_in
from pipelines.reading import Sheet
from pipelines.source import Source, Table
from pipelines.wording import masked, mentions_in, normal_ref, order_named_in

#: what a record says, as against where and when we read it
_NOT_CONTENT = ("record_id", "row_number", "file_id", "as_of", "record_hash", "updated_at", "date_only")
#: by what besides its number an order is found for a ticket: once it is another, tickets that it linked are marked
_LINK_COLUMNS = {"orders": "customer_key", "shipments": "tracking_number"}
#: above a fifth of a table, finding what a change touches costs more than building everything again
_MOST_OF_IT = 5


@dataclass(frozen=True)
class Landing:
    """What a load says about every sheet it lands."""

    file_id: str
    account: str
    zone: str
    day_order: dates.DayOrder
    customer_secret: str
    phrase_patterns: Callable[[], tuple[str, ...]]
    now: str  # ISO, UTC: times after it do not tell how recent a file is
    #: ISO, UTC: when the file was last written; decides between files that tell of the same time
    modified: str


def unfold(rows: DuckDBPyRelation, table: Table, tidy: Mapping[str, str]) -> DuckDBPyRelation:
    """One row an item of the table's list, for tables that read a list in each document."""
    if table.each is None:
        return rows
    path = table.each if table.each.endswith("]") else table.each + "[*]"
    items = function("json_extract", ColumnExpression("doc"), path)
    of_the_document = [alias for name, alias in tidy.items() if not name.startswith("@.")]
    unfolded = rows.select(
        *map(ColumnExpression, ("row_number", "doc", *of_the_document)),
        function("unnest", items).alias("item"),
    )
    return tidied(unfolded, {name: alias for name, alias in tidy.items() if name.startswith("@.")})


@dataclass
class Plan:
    """One table of the source on its way from the sheet to its raw_ table."""

    con: duckdb.DuckDBPyConnection
    rows: DuckDBPyRelation
    table: Table
    source: Source
    sheet: Sheet
    cells: Cells
    landing: Landing

    def __post_init__(self) -> None:
        self.kind: Kind = KINDS[self.table.kind]
        self.staged = f"incoming_{self.source.tables.index(self.table)}"
        self.problems: list[Problem] = []
        self.has_rows = False
        #: the raw table was empty: the staged rows will be it, so that they are written once
        self.is_first = False

    def stage(self) -> None:
        """Reads the table's rows into a temporary table with every contract column and `is_bad`."""
        unfolded = self.records(self.rows)
        values, date_only = self._values()
        known = {
            "source": function("concat", self.source.name),
            "account": function("concat", self.landing.account),
            "file_id": function("concat", self.landing.file_id),
            "date_only": function("list_value", *date_only) if date_only else NULL,
            "extra": extra(self.sheet, self.cells, self.source, self.table),
            "row_number": ColumnExpression("row_number"),
        }
        types = self.kind.all_columns
        # Problems are columns of a first projection: there DuckDB computes what they share with the values only once.
        # Where the value is a column itself, all that is left to say is whether something is written.
        columns = {id(value): name for name, value in values.items()}
        flags: dict[str, Expression] = {}
        problems: list[Expression] = []
        for number, problem in enumerate(self.problems):
            flag, column = f"problem_{number}", columns.get(id(problem.value))
            flags[flag] = ColumnExpression(flag)
            if column is not None:
                flags[flag] &= ColumnExpression(column).isnull()
            problems.append((problem.is_bad if column is None else problem.raw.isnotnull()).alias(flag))
        typed = unfolded.select(
            *(
                {**values, **known}.get(name, NULL).cast(kind).alias(name)
                for name, kind in types.items()
                if name not in ("record_id", "as_of", "record_hash")
            ),
            *problems,
        )
        incoming = self._keyed(typed, flags)  # noqa: F841 - DuckDB reads the relation by the variable's name
        self.is_first = self.con.execute(self._sql("select exists (from raw_x)")).fetchone() == (False,)
        # kept in the order in which threads deliver them, rows fill whole row groups, which are not written again
        self.con.execute(
            "set preserve_insertion_order = false"
        )  # until the sheet is landed or given up: load.py
        self.con.execute(self._sql("create or replace temp table incoming_x as from incoming"))
        self.con.execute("set preserve_insertion_order = true")
        self._number_equal_records()

    def records(self, rows: DuckDBPyRelation) -> DuckDBPyRelation:
        """What of these rows the table reads: one row a record."""
        unfolded = unfold(rows, self.table, self.cells.tidy)
        return unfolded if self.table.where is None else unfolded.filter(self.table.where(self.cells))

    def _keyed(self, typed: DuckDBPyRelation, flags: Mapping[str, Expression]) -> DuckDBPyRelation:
        """The typed rows with record_id and record_hash; a record without an id gets one from its content."""
        content = [ColumnExpression(name) for name in self.kind.all_columns if name not in _NOT_CONTENT]
        own = ColumnExpression(self.kind.own_id) if self.kind.own_id is not None else None
        told = [
            ColumnExpression(name) for name in self.kind.all_columns if name not in (*_NOT_CONTENT, "extra")
        ]
        digest = function("md5", function("to_json", function("struct_pack", *told)).cast("VARCHAR"))
        is_bad: Expression = ConstantExpression(False)
        for is_problem in flags.values():
            is_bad = is_bad | is_problem
        named = typed.select(
            *(
                CoalesceOperator(own, function("concat", "content-", digest)).alias(name)
                if own is not None and name == self.kind.own_id
                else ColumnExpression(name)
                for name in typed.columns
                if name not in flags
            ),
            (own.isnull() if own is not None else ConstantExpression(False)).alias("is_keyless"),
            function("hash", *content).alias("record_hash"),
            is_bad.alias("is_bad"),
        )
        key = map(ColumnExpression, ("source", "account", *self.kind.key))
        return named.select(
            *(
                function("concat_ws", "/", *key).alias(name)
                if name == "record_id"
                else ColumnExpression(name)
                for name in (*self.kind.all_columns, "is_bad", "is_keyless")
                if name != "as_of"
            )
        )

    def _number_equal_records(self) -> None:
        """Tells equal records without an id apart by their ordinal: equal rows are kept, overlapping exports meet."""
        if self.kind.own_id is None:
            return
        found = self.con.execute(self._sql("select exists (from incoming_x where is_keyless)")).fetchall()
        if found == [(False,)]:
            return
        self.con.execute(self._sql(_NUMBER_EQUAL).replace("own_id", self.kind.own_id))

    def _sql(self, template: str) -> str:
        """A statement for this table. Only names that the contract fixes are put in, never a value."""
        if self.is_first:
            template = template.replace("temp table incoming_x", "table incoming_x")
        link_column = _LINK_COLUMNS.get(self.kind.name, "null::varchar")
        template = template.replace("link_column", link_column)
        return template.replace("incoming_x", self.staged).replace("raw_x", self.kind.table)

    def latest(self) -> datetime | None:
        """The latest event that the staged records tell of (UTC), future ones left out; None without events."""
        staged = self.con.table(self.staged)
        moments = [
            staged.filter(ColumnExpression(name) <= ConstantExpression(self.landing.now))
            .aggregate([function("max", ColumnExpression(name)).alias("latest")])
            .fetchall()[0]
            for name in self.kind.events
            if name in self.table.fields
        ]
        return max((latest for (latest,) in moments if latest is not None), default=None)

    def merge(self, as_of: datetime, has_bad_rows: bool) -> None:
        """Puts the later state of every staged record into the raw_ table; what changed is marked for the build."""
        con, now = self.con, {"as_of": as_of}
        told = {**now, "modified": self.landing.modified}
        if has_bad_rows:
            con.execute(self._sql("delete from incoming_x where row_number in (from bad_rows)"))
        counts = con.sql(
            self._sql(
                "select count(*), count(distinct record_id), (select count(*) from raw_x) from incoming_x"
            )
        )
        rows, records, there = counts.fetchall()[0]
        self.has_rows = rows > 0
        if records < rows:
            con.execute(self._sql(_KEEP_LATEST), now)
        if self.is_first and there == 0:
            con.execute(self._sql(_TOUCH_ALL))
            self._become_the_raw_table(as_of)
            mark_everything(con)
            return
        con.execute(self._sql(_KNOWN))
        con.execute(self._sql(_CHANGED), told)
        counted = con.sql("select count(*), count(*) filter (where is_replacing) from changed_records")
        changed, replaced = counted.fetchall()[0]
        if con.execute("select exists (from known_records)").fetchall() == [(True,)]:
            con.execute(self._sql(_SEEN_LATER), told)
        if changed == 0:
            return
        if changed * _MOST_OF_IT > there:
            mark_everything(con)
        else:
            con.execute(self._sql(_MARK), {"kind": self.kind.name})
        if replaced:
            con.execute(
                self._sql("delete from raw_x where record_id in (select record_id from changed_records)")
            )
        con.execute(self._sql(_INSERT_CHANGED), now)
        con.execute("insert into touched_rows select row_number from changed_records")

    def _become_the_raw_table(self, as_of: datetime) -> None:
        """The staged rows are all there is of this kind: their table takes the place of the empty one."""
        # as a default, the same value in millions of rows costs nothing; the statement takes no parameters
        self.con.execute("set variable as_of = $as_of::timestamp", {"as_of": as_of})
        self.con.execute(self._sql(_BECOME))

    def forget(self) -> None:
        """Drops the staged rows."""
        self.con.execute(self._sql("drop table if exists incoming_x"))

    def _values(self) -> tuple[dict[str, Expression], list[str]]:
        values: dict[str, Expression] = {}
        date_only: list[str] = []
        for name, field in self.table.fields.items():
            self.cells.date_only.clear()
            self.cells.read = None
            parsed = field(self.cells)
            values[name] = parsed.value
            self.problems += parsed.problems
            if self.cells.date_only and self.kind.all_columns[name] == "TIMESTAMP":
                date_only.append(name)
            if name in self.kind.required:
                self.problems.append(_missing(self.cells.read or name, parsed))
        for name in set(self.kind.required) - set(values):
            self.problems.append(_missing(name, Parsed(NULL)))
        orders = [values[name] for name in ("order_ref", "order_id") if name in values]
        texts: list[Expression] = []
        if "subject" in values:
            texts.append(values["subject"])
            values["subject"] = masked(values["subject"])
        if self.table.words is not None and "phrases" in self.kind.columns:
            words = self.table.words(self.cells).value
            texts.append(words)
            values["phrases"] = phrases_in(words, self.landing.phrase_patterns())
        orders += map(order_named_in, texts)
        if texts and "mentions" in self.kind.columns:
            values["mentions"] = mentions_in(
                texts[0] if len(texts) == 1 else function("concat_ws", "\n", *texts)
            )
        if orders:
            values["order_ref"] = normal_ref(CoalesceOperator(*orders))
        return values, date_only


def _missing(column: str, parsed: Parsed) -> Problem:
    """A column that every record must fill is empty; a value that cannot be read is told once, by its own problem."""
    nothing: Expression = ConstantExpression("")
    for problem in parsed.problems:
        nothing = CaseExpression(problem.is_bad, NULL.cast("VARCHAR")).otherwise(nothing)
    return Problem(column, nothing, parsed.value, "missing")


def mark_everything(con: duckdb.DuckDBPyConnection) -> None:
    """The next build starts from all records instead of the marked ones."""
    con.execute("update build_state set is_everything_due = true")


_NUMBER_EQUAL = """
    alter table incoming_x rename to unnumbered_records;
    create temp table incoming_x as
    select i.* replace (
        coalesce(i.own_id || '-' || n.ordinal, i.own_id) as own_id,
        coalesce(replace(i.record_id, i.own_id, i.own_id || '-' || n.ordinal), i.record_id) as record_id
    )
    from unnumbered_records as i
    left join (
        select rowid as position, row_number() over (partition by own_id order by row_number, rowid) as ordinal
        from unnumbered_records where is_keyless
    ) as n on i.rowid = n.position;
    drop table unnumbered_records;
"""
_KEEP_LATEST = """
    delete from incoming_x where rowid not in (
        select max_by(rowid, (coalesce(updated_at, $as_of, timestamp '1970-01-01'), row_number, rowid))
        from incoming_x group by record_id
    )
"""
_BECOME = """
    alter table incoming_x drop column is_bad;
    alter table incoming_x drop column is_keyless;
    alter table incoming_x add column as_of timestamp default getvariable('as_of');
    alter table incoming_x alter column as_of drop default;
    drop table raw_x;
    alter table incoming_x rename to raw_x;
"""
_TOUCH_ALL = "insert into touched_rows select distinct row_number from incoming_x"
# A file that is read again (by newer code, another mapping) replaces what it said before. Between two files the later
# time of change decides, then the file that was written later; the hash only makes the rest the same in any order.
# What is known of the records is found once and apart: an inner join passes over the row groups in which none can be.
_KNOWN = """
    create or replace temp table known_records as
    select r.record_id, r.record_hash, r.updated_at, r.as_of, r.file_id, r.order_ref, r.link_key
    from (select *, link_column as link_key from raw_x) as r
    inner join (select distinct record_id from incoming_x) as i on r.record_id = i.record_id
"""
_CHANGED = """
    create or replace temp table changed_records as
    select i.*, r.record_id is not null as is_replacing, r.order_ref as old_order_ref, r.link_key as old_link_key
    from incoming_x as i
    left join known_records as r on i.record_id = r.record_id
    left join files as f on r.file_id = f.file_id
    where r.record_id is null
        or (
            i.record_hash <> r.record_hash
            and (
                i.file_id = r.file_id
                or (coalesce(i.updated_at, $as_of, timestamp '1970-01-01'), $modified::timestamp, i.record_hash)
                > (
                    coalesce(r.updated_at, r.as_of, timestamp '1970-01-01'),
                    coalesce(f.modified_at, timestamp '1970-01-01'),
                    r.record_hash
                )
            )
        )
"""
# The same state told again by a later file was still true then: an older, different state must not win afterwards.
_SEEN_LATER = """
    update raw_x set as_of = $as_of, file_id = i.file_id, row_number = i.row_number
    from incoming_x as i
    where raw_x.record_id = i.record_id and raw_x.record_hash = i.record_hash and raw_x.updated_at is null
        and ($as_of, $modified::timestamp) > (
            raw_x.as_of,
            coalesce(
                (select files.modified_at from files where files.file_id = raw_x.file_id), timestamp '1970-01-01'
            )
        )
"""
_MARK = """
    insert into dirty_records by name
    select $kind as kind, record_id, order_ref, null as link_key from changed_records
    union
    select $kind, record_id, old_order_ref, old_link_key from changed_records where is_replacing
"""
_INSERT_CHANGED = """
    insert into raw_x by name
    select
        * exclude (is_bad, is_keyless, is_replacing, old_order_ref, old_link_key), $as_of::timestamp as as_of
    from changed_records
"""
