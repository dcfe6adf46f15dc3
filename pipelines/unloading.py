"""Takes out again what a mapping has loaded: read the wrong way, its records would stay beside the right ones."""

from __future__ import annotations

from pipelines import build
from pipelines.contract import KINDS
from pipelines.plan import mark_everything
from pipelines.store import Store

_RECORDS = "delete from raw_x where source = $source"
_REJECTS = """
    delete from rejects
    where file_id in (select file_id from files where source = $source and list_contains(kinds, $kind))
"""
_FILES = "delete from files where source = $source and list_contains(kinds, $kind)"


def unload(store: Store, source: str, kind: str) -> int:
    """How many records of this kind that source had; they are gone, with their rejected rows and what is said of files.

    The next load works the incidents out again. Raises StoreError when another load is running.
    """
    table = KINDS[kind].table
    told = {"source": source, "kind": kind}
    with store.writing() as con:
        build.prepare_master(con)
        con.execute("begin")
        (count,) = con.execute(_RECORDS.replace("raw_x", table), {"source": source}).fetchall()[0]
        con.execute(_REJECTS, told)
        con.execute(_FILES, told)
        mark_everything(con)
        con.execute("commit")
    return int(count)
