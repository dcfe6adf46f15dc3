"""Kills loads at random moments (kill -9) while readers look on; the store must survive all of it.

    python bench/kill_bench.py [--kills 50] [--rows 20000] [--seed 1]

Each kill interrupts the load of a new day's tickets at a random moment of its usual length. After each, the newest
snapshot must open and be one of the whole states; meanwhile another process polls without pause and must never meet
an error or half a state. At the end one load completes what was interrupted, and the facts must equal those of an
undisturbed run. Prints JSON; the exit code is 1 when anything was wrong.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from multiprocessing.synchronize import Event
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.load_bench import write_tickets  # noqa: E402
from pipelines.store import Store  # noqa: E402

State = tuple[int, int, int]  # tickets, signals, incidents


def command(store: Path, files: Sequence[Path]) -> list[str]:
    """The load as a user starts it."""
    return [sys.executable, "-m", "pipelines", "--store", str(store), "load", *map(str, files)]


def state(store: Store) -> State | None:
    """What the newest snapshot holds; None before the first."""
    snapshot = store.snapshot()
    if snapshot is None:
        return None
    with duckdb.connect(str(snapshot), read_only=True) as con:
        found = con.execute(
            """
            select
                (select count(*) from raw_tickets), (select count(*) from all_signals), (select count(*) from incidents)
            """
        ).fetchone()
    assert found is not None
    return found


def digest(store: Store) -> list[tuple[object, ...]]:
    """A checksum of the facts, without where and when they were read."""
    snapshot = store.snapshot()
    assert snapshot is not None
    with duckdb.connect(str(snapshot), read_only=True) as con:
        return con.execute(
            """
            select 'signals', count(*), bit_xor(hash(record_id, cause, party, evidence, occurred_at)) from all_signals
            union all
            select 'incidents', count(*), bit_xor(hash(incident_key, cause, party, signal_count, event_date))
            from incidents
            """
        ).fetchall()


def poll(folder: Path, stop: Event, found: multiprocessing.Queue[tuple[int, list[str], list[State]]]) -> None:
    """Reads without pause until told to stop; puts (reads, errors, distinct states) into `found`."""
    reads, errors, states, store = 0, [], [], Store(folder)
    while not stop.is_set():
        try:
            seen = state(store)
        except duckdb.Error as error:
            errors.append(repr(error))
            continue
        reads += 1
        if seen is not None and seen not in states:
            states.append(seen)
    found.put((reads, errors, states))


def main() -> int:
    """Runs the kills and prints what was seen."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument(
        "--rows", type=int, default=20_000, help="rows of the first file; each day has a tenth"
    )
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    dice = random.Random(arguments.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        day = arguments.rows // 10
        files = [folder / f"day-{number:03d}.csv" for number in range(2 * arguments.kills + 2)]
        write_tickets(files[0], 0, arguments.rows)
        for number, path in enumerate(files[1:]):
            write_tickets(path, arguments.rows + number * day, arguments.rows + (number + 1) * day)

        begun = time.perf_counter()
        subprocess.run(command(folder / "calm", files[:2]), cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        usual = time.perf_counter() - begun

        stormy, wrong = Store(folder / "stormy"), []
        subprocess.run(command(stormy.folder, files[:1]), cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        stop = multiprocessing.Event()
        found: multiprocessing.Queue[tuple[int, list[str], list[State]]] = multiprocessing.Queue()
        reader = multiprocessing.Process(target=poll, args=(stormy.folder, stop, found))
        reader.start()
        killed = completed = used = 0
        for path in files[1:]:
            if killed == arguments.kills:
                break
            used += 1
            load = subprocess.Popen(
                command(stormy.folder, [path]), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            try:
                load.wait(timeout=dice.uniform(0.05, usual * 1.05))
                completed += 1
            except subprocess.TimeoutExpired:
                load.kill()
                load.wait()
                killed += 1
            try:
                seen = state(stormy)
            except duckdb.Error as error:
                wrong.append(repr(error))
                continue
            if seen is None or (seen[0] - arguments.rows) % day or seen[1] != seen[0]:
                wrong.append(f"half a state: {seen}")
        loaded = files[: used + 1]
        subprocess.run(command(folder / "calm", loaded), cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        last = subprocess.run(
            command(stormy.folder, loaded), cwd=ROOT, stdout=subprocess.DEVNULL, check=False
        )
        stop.set()
        reads, errors, states = found.get(timeout=60)
        reader.join()
        halves = [s for s in states if (s[0] - arguments.rows) % day or s[1] != s[0]]
        same = digest(Store(folder / "calm")) == digest(stormy)
        print(
            json.dumps(
                {
                    "kills": killed,
                    "completed_before_the_kill": completed,
                    "seconds_of_a_usual_load": round(usual, 2),
                    "reads": reads,
                    "read_errors": errors[:5],
                    "half_states": [*halves, *wrong][:5],
                    "states_seen": len(states),
                    "last_load_exit_code": last.returncode,
                    "equal_to_an_undisturbed_run": same,
                },
                indent=1,
            )
        )
        return 0 if same and not errors and not halves and not wrong and last.returncode == 0 else 1


if __name__ == "__main__":
    raise SystemExit(main())
