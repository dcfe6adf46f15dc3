"""How long a load takes, beside the bare CREATE TABLE AS of the same file, in one run.

    python bench/load_bench.py [--rows 2000000] [--more 10000] [--rounds 3] [--keep DIR]

Prints JSON: seconds of the bare CTAS (`all_varchar=true`, into a DuckDB file), of the whole load (recognition,
validation, causes, incidents, publication), their ratio, the peak memory of the load, and the seconds of loading one
more day into that store with its share of the full load. Each load is a process of its own, as a user starts it;
medians over the rounds. The file is a generated Gorgias ticket export of 20 columns.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parent.parent

_TICKETS = """
    copy (
        select
            (90000000 + i)::varchar as "Ticket id",
            [
                'mauvaise_taille', 'wrong_item', 'defectueux', 'late',
                'colis_perdu', 'vip', 'où est ma commande', 'refund'
            ][1 + noise(i, 1) % 8] || ',' || 'wave_' || noise(i, 2) % 10 as "Tags",
            ['email', 'chat', 'contact_form', 'instagram-direct-message'][1 + noise(i, 3) % 4] as "Initial channel",
            ['normal', 'high'][1 + noise(i, 4) % 2] as "Priority",
            'Boutique' as "Last used integration name",
            'gmail' as "Last used integration type",
            'False' as "Created by an agent",
            -- three subjects in ten name an order; one order in four has a second ticket
            case
                when noise(i, 15) % 10 < 3 then ['Commande #', 'Order #'][1 + noise(i, 5) % 2] || 1000 + i * 3 // 4
                else 'Ma commande'
            end
                || [' est arrivée cassée', ' is late please help', ': wrong size', ' question'][1 + noise(i, 6) % 4]
                || ' ' || ['bottes', 'sandales', 'sac', 'manteau', 'gants'][1 + noise(i, 16) % 5]
                || ' modèle ' || substr(md5((noise(i, 17) % 4000)::varchar), 1, 6) as "Subject",
            strftime(timestamp '2024-01-01' + to_seconds(i * 40), '%Y-%m-%d %H:%M:%S') as "Creation date",
            strftime(timestamp '2024-01-02' + to_seconds(i * 40), '%Y-%m-%d %H:%M:%S') as "Closed date",
            case when noise(i, 7) % 5 = 0 then (1 + noise(i, 8) % 5)::varchar end as "Survey score",
            null as "Survey replied date",
            'Agent ' || noise(i, 9) % 12 as "Assignee name",
            'agent' || noise(i, 9) % 12 || '@example.com' as "Assignee email",
            'client' || noise(i, 10) % 1000000 || '@example.com' as "Customer email",
            'Client ' || noise(i, 10) % 1000000 as "Customer name",
            noise(i, 11) % 100000 as "First response time (s)",
            noise(i, 12) % 400000 as "Resolution time (s)",
            1 + noise(i, 13) % 6 as "Number of agent messages",
            1 + noise(i, 14) % 5 as "Number of customer messages"
        from range($first, $last) as r (i)
    ) to '{}' (header)
"""


def write_tickets(path: Path, first: int, last: int) -> None:
    """A Gorgias ticket export of the tickets numbered `first` to `last` (exclusive)."""
    con = duckdb.connect()
    con.execute("set enable_progress_bar = false")
    con.execute("create macro noise(i, salt) as (hash(i, salt) % 1000003)::bigint")
    con.execute(_TICKETS.format(path), {"first": first, "last": last})


def bare_seconds(csv: Path, folder: Path) -> float:
    """Seconds of the bare CREATE TABLE AS of the file, in a process of its own."""
    code = (
        "import duckdb, sys; con = duckdb.connect(sys.argv[2]); con.execute('set enable_progress_bar = false'); "
        "con.execute('create table t as select * from read_csv($f, all_varchar=true)', {'f': sys.argv[1]}); con.close()"
    )
    target = folder / f"bare-{time.time_ns()}.duckdb"
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", code, str(csv), str(target)], check=True)
    seconds = time.perf_counter() - begun
    target.unlink()
    return seconds


def load_seconds(csv: Path, store: Path) -> tuple[float, float]:
    """(seconds, peak resident GiB) of `python -m pipelines load`, in a process of its own."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    command = [sys.executable, "-m", "pipelines", "--store", str(store), "load", str(csv)]
    # compiled modules are kept, as they are wherever the product is used
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    begun = time.perf_counter()
    subprocess.run(command, check=True, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    seconds = time.perf_counter() - begun
    return seconds, max(before, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024**2


def main() -> None:
    """Runs the rounds and prints the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--more", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--keep", type=Path, help="keep the last store in this folder")
    arguments = parser.parse_args()
    rounds = []
    with tempfile.TemporaryDirectory(dir=arguments.keep) as name:
        folder = Path(name)
        csv, day = folder / "tickets.csv", folder / "day.csv"
        write_tickets(csv, 0, arguments.rows)
        write_tickets(day, arguments.rows, arguments.rows + arguments.more)
        for number in range(arguments.rounds):
            store = (arguments.keep or folder) / f"store-{number}"
            bare = bare_seconds(csv, folder)
            full, peak = load_seconds(csv, store)
            more, _ = load_seconds(day, store)
            ratio, share = full / bare, more / full
            rounds.append(
                {"bare": bare, "full": full, "ratio": ratio, "more": more, "share": share, "peak": peak}
            )
    print(
        json.dumps(
            {
                "rows": arguments.rows,
                **{key: round(statistics.median(r[key] for r in rounds), 3) for key in rounds[0]},
                "rounds": [{k: round(v, 2) for k, v in r.items()} for r in rounds],
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    main()
