"""Thousands of damaged, hostile and oddly written files, each read as a load reads it.

    python bench/fuzz_bench.py [--count 20000] [--first 0] [--seed 1] [--with DIR] [--only TEXT] [--processes 1]
                               [--reader] [--seconds S] [--keep DIR]

The files are made from those of data/sample (and of the folders given by --with, which are read in place). Each is read
in a child process that is watched: it has 5 seconds and 6 GB, and when it hangs or dies another goes on after it. Where
other work takes the processor a mutant may go on until it had its 5 seconds, or for a minute; it is then told as slow,
to be run again alone.
Prints every broken promise (see bench/fuzzing/promises.py) and, at the end, JSON of what was run and found. A mutant is
told wholly by seed, number and files: `--first N --count 1` runs one again. With --keep DIR failing files are kept.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.connection import wait as first_ready
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.fuzzing.mutants import Mutant, Original, mutant, originals  # noqa: E402
from bench.fuzzing.promises import bench, rounds  # noqa: E402

SAMPLES = ROOT / "data" / "sample"
MAX_SECONDS = 5.0
#: ... and where other work takes the processor, a mutant that has not had its seconds may wait for them
MAX_SECONDS_ASLEEP = 60.0
#: a mutant is read, and one in ten is read twice; a round's facts are built and every view is read
MAX_SECONDS_OF_A_ROUND = 60.0
MAX_BYTES = 6 << 30
ROUND = 100


@dataclass(frozen=True)
class Job:
    """Which mutants one process reads."""

    folders: tuple[Path, ...]
    seed: int
    only: str
    first: int
    last: int
    step: int
    only_reading: bool

    def originals(self) -> list[Original]:
        return [file for folder in self.folders for file in originals(folder)]

    def mutants(self, files: Sequence[Original], first: int) -> Iterator[Mutant]:
        """The mutants from that number on; with `only`, those whose name or steps hold it."""
        for number in range(first, self.last, self.step):
            made = mutant(self.seed, number, files)
            if self.only in str(made):
                yield made


@dataclass
class Watched:
    """A process that reads mutants, and what it last said."""

    job: Job
    number: int
    process: multiprocessing.process.BaseProcess = field(init=False)
    pipe: Connection = field(init=False)
    deadline: float = 0.0
    #: seconds that the work at hand has, and those of computing that its process had used when it was begun
    limit: float = MAX_SECONDS_OF_A_ROUND
    used: float = 0.0
    #: the number of the mutant at hand; None while facts are built
    at: int | None = None

    def start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe(duplex=False)
        self.process = context.Process(target=work, args=(self.job, self.number, theirs), daemon=True)
        self.process.start()
        theirs.close()
        self.has_until(MAX_SECONDS_OF_A_ROUND)

    def has_until(self, seconds: float) -> None:
        self.limit, self.deadline, self.used = seconds, time.monotonic() + seconds, self.computed()

    def computed(self) -> float:
        """Seconds of computing of its process, all threads together; 0 where the system does not tell."""
        try:
            fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def is_hanging(self) -> bool:
        late = time.monotonic() - self.deadline
        if late <= 0:
            return False
        # DuckDB computes on all processors at once
        had = (self.computed() - self.used) / (os.cpu_count() or 1)
        return had >= self.limit or late > max(MAX_SECONDS_ASLEEP, 3 * self.limit)

    def stop(self) -> None:
        self.process.kill()
        self.process.join()
        self.pipe.close()


def work(job: Job, first: int, pipe: Connection) -> None:
    """Reads the mutants of a job from that number on and says what it does, so that a death is known to be whose."""
    resource.setrlimit(resource.RLIMIT_AS, (MAX_BYTES, MAX_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    files = job.originals()

    def begun(at: Mutant | None) -> None:
        pipe.send({"begun": None if at is None else at.number})

    def done(at: Mutant | None, problem: str | None, seconds: float) -> None:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        pipe.send({"done": at and at.number, "problem": problem, "seconds": seconds, "peak_mb": peak})

    with tempfile.TemporaryDirectory() as folder, bench(Path(folder), sorted(SAMPLES.glob("*.toml"))) as at:
        by_name = {file.name: file for file in files}
        rounds(at, job.mutants(files, first), by_name, ROUND, begun, done, only_reading=job.only_reading)
    pipe.send({"finished": True})


@dataclass
class Report:
    """What was run and what was found."""

    job: Job
    keep: Path | None
    count: int = 0
    slowest: tuple[float, int | None] = (0.0, None)
    peak_mb: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    found: list[int] = field(default_factory=list)

    def done(self, said: dict[str, Any]) -> None:
        self.count += said["done"] is not None and said["seconds"] > 0
        self.peak_mb = max(self.peak_mb, said["peak_mb"])
        if said["done"] is not None:
            self.slowest = max(self.slowest, (round(said["seconds"], 2), said["done"]))
            if said["seconds"] > MAX_SECONDS:
                self.failed("slow", said["done"], f"took {said['seconds']:.1f} seconds")
            if self.count % 500 == 0:
                print(f"{self.count} read, at number {said['done']}", file=sys.stderr, flush=True)
        if said["problem"]:
            self.failed("broken promise", said["done"], said["problem"])

    def failed(self, kind: str, number: int | None, told: str) -> None:
        """Prints a finding and keeps its file."""
        self.kinds[kind] += 1
        if number is None:
            print(f"{kind} in a round of mutants:\n{told}\n", flush=True)
            return
        self.found.append(number)
        made = mutant(self.job.seed, number, self.job.originals())
        print(f"{kind}: {made}\n{told}\n", flush=True)
        if self.keep:
            self.keep.mkdir(parents=True, exist_ok=True)
            (self.keep / made.name).write_bytes(made.content)


def watch(running: list[Watched], report: Report, until: float) -> None:
    """Listens to the processes; ends those that hang, and starts another where one died."""
    while running and time.monotonic() < until:
        for ready in first_ready([each.pipe for each in running], timeout=0.2):
            watched = next(each for each in running if each.pipe is ready)
            try:
                said = watched.pipe.recv()
            except EOFError:
                watched.process.join()
                _gone(watched, report, running, f"its process died: exit code {watched.process.exitcode}")
                continue
            if said.get("finished"):
                watched.stop()
                running.remove(watched)
            elif "begun" in said:
                watched.at = said["begun"]
                watched.has_until(MAX_SECONDS_OF_A_ROUND if watched.at is None else MAX_SECONDS)
            else:
                report.done(said)
                watched.has_until(MAX_SECONDS_OF_A_ROUND)
                if watched.at is not None:
                    watched.number = watched.at + watched.job.step
        for watched in list(running):
            if watched.is_hanging():
                _gone(watched, report, running, f"no answer after {watched.limit:.0f} seconds")


def _gone(watched: Watched, report: Report, running: list[Watched], why: str) -> None:
    """Notes a hang or a death, and goes on after its mutant."""
    watched.stop()
    report.failed("hang" if why.startswith("no answer") else "death", watched.at, why)
    watched.number = (watched.number if watched.at is None else watched.at) + watched.job.step
    if watched.number < watched.job.last:
        watched.start()
    else:
        running.remove(watched)


def main() -> int:
    """Runs the mutants and prints what was found; 1 when anything was."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--with", dest="folders", type=Path, action="append", default=[])
    parser.add_argument("--only", default="", help="only mutants whose file or steps hold this text")
    parser.add_argument("--reader", action="store_true", help="read and recognise only: ten times as many")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after so long")
    parser.add_argument("--keep", type=Path, help="keep failing files in this folder")
    chosen = parser.parse_args()
    last = chosen.first + chosen.count
    jobs = [
        Job(
            (SAMPLES, *chosen.folders),
            chosen.seed,
            chosen.only,
            chosen.first + at,
            last,
            chosen.processes,
            chosen.reader,
        )
        for at in range(chosen.processes)
    ]
    running = [Watched(job, job.first) for job in jobs]
    report, begun = Report(jobs[0], chosen.keep), time.monotonic()
    for watched in running:
        watched.start()
    watch(running, report, begun + chosen.seconds)
    reached = min((watched.number for watched in running), default=last)
    for watched in running:
        watched.stop()
    print(
        json.dumps(
            {
                "mutants": report.count,
                "reached": reached,
                "seconds": round(time.monotonic() - begun, 1),
                "slowest_seconds": report.slowest[0],
                "slowest": report.slowest[1],
                "peak_mb": report.peak_mb,
                "found": dict(report.kinds),
                "numbers": sorted(set(report.found)),
            },
            indent=1,
        )
    )
    return 1 if report.kinds else 0


if __name__ == "__main__":
    raise SystemExit(main())
