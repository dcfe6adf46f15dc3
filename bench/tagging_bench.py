"""How good suggested causes are on tickets that taught nothing, for a store, or for the public reports of SignalConso.

    python bench/tagging_bench.py --store data/demo
    python bench/tagging_bench.py --reports signalconso.parquet

Reports have no subject and no cause of ours: what is learnt there is the authority's own tag from the words of the
answers that a consumer clicked. The answers decide many of the tags, so it is an easier task than subjects.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import duckdb
import polars as pl

sys.path.insert(0, str(Path(__file__).parent.parent))

from analysis.tagging import WISHED, suggest
from pipelines.store import Store

_REPORTS = """
    select
        concat_ws(' ', category, replace(subcategories, ';', ' ')) as subject,
        nullif(split_part(replace(tags, ',', ';'), ';', 1), 'Non renseigné') as cause,
        creationdate::timestamp as created_at
    from read_parquet($path)
    where cause is not null and cause <> 'NA'
    order by created_at, hash(subject)
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--store", type=Path)
    parser.add_argument("--reports", type=Path)
    parser.add_argument("--wished", type=float, default=WISHED)
    chosen = parser.parse_args()
    if chosen.reports:
        with duckdb.connect() as con:
            tagged = con.sql(_REPORTS, params={"path": str(chosen.reports)}).pl()
        untagged = tagged.head(0)
    else:
        snapshot = Store(chosen.store).snapshot()
        with duckdb.connect(str(snapshot), read_only=True) as con:
            tagged = con.sql("from tickets_to_learn_from").pl()
            untagged = con.sql("from tickets_without_cause").pl()
    begun = time.perf_counter()
    made, quality = suggest(tagged, untagged, chosen.wished)
    print(f"{tagged.height} tagged, {untagged.height} untagged, {time.perf_counter() - begun:.1f} s")
    print(quality)
    print(f"precision {_percent(quality.precision)} (at least {_percent(quality.lowest_precision)})")
    print(f"coverage {_percent(quality.coverage)}; suggested now {made.height}")
    if made.height:
        print(made.group_by("suggested_cause").agg(pl.len()).sort("len", descending=True).head(12))


def _percent(share: float | None) -> str:
    return "unknown" if share is None else f"{share * 100:.1f} %"


if __name__ == "__main__":
    main()
