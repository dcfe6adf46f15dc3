"""Mutants: files made from honest ones, each told wholly by a seed and its number."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from bench.fuzzing import containers, tables, texts, trees


@dataclass(frozen=True)
class Original:
    """An honest file."""

    name: str
    content: bytes

    @cached_property
    def rows(self) -> tables.Rows | None:
        return tables.taken_apart(self.content)

    @cached_property
    def tree(self) -> Any:
        return trees.taken_apart(self.content)


@dataclass(frozen=True)
class Mutant:
    """A file, what was done to make it, and whether it still says all that its original says."""

    number: int
    original: str
    steps: tuple[str, ...]
    content: bytes
    says_the_same: bool

    @property
    def name(self) -> str:
        return f"{self.number:06d}_{self.original}"

    def __str__(self) -> str:
        return f"{self.number}: {self.original} ({', '.join(self.steps)}; {len(self.content)} bytes)"


def originals(folder: Path) -> list[Original]:
    """The files of a folder and its folders, mappings left out."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".toml")
    return [Original(path.name, path.read_bytes()) for path in files]


def mutant(seed: int, number: int, files: Sequence[Original]) -> Mutant:
    """The mutant of that number: the same for the same seed and files."""
    dice = random.Random(f"{seed}/{number}")
    file = dice.choice(files)
    steps: list[str] = []
    if dice.random() < 0.25:
        content = file.content
    elif file.rows:
        content = _of_rows(dice, file.rows, [other.rows for other in files if other.rows], steps)
    elif file.tree is not None:
        content = _of_tree(dice, file.tree, steps)
    else:
        content = file.content
    # a footer among the rows would have its cells moved too
    is_even = file.rows is not None and len(set(map(len, file.rows))) == 1
    says_the_same = is_even and set(steps) <= _KEEPING
    is_damaged = not steps or dice.random() < 0.25
    for damage in dice.sample(texts.DAMAGES, dice.choice((1, 1, 2))) if is_damaged else ():
        if content:
            content = damage(dice, content)
            steps.append(damage.__name__)
    if dice.random() < 0.04:
        done, content = containers.in_archive(dice, content, dice.choice(files).content)
        steps.append(done)
        says_the_same = says_the_same and done in _KEEPING
    return Mutant(number, file.name, tuple(steps), content, says_the_same and not is_damaged)


_KEEPING = {
    *tables.KEEPING,
    "written as a table",
    "gzipped",
    *(f"in {name}" for name in (*texts.KEEPING, "utf-8")),
}


def _of_rows(
    dice: random.Random, rows: tables.Rows, others: Sequence[tables.Rows], steps: list[str]
) -> bytes:
    for name in dice.sample(sorted(tables.CHANGES), dice.choice((0, 1, 1, 2, 3))):
        if rows and rows[0]:
            rows = tables.CHANGES[name](dice, rows, others)
            steps.append(name)
    drawn = dice.random()
    if drawn < 0.06:
        done, content = containers.as_workbook(dice, rows)
        steps.append(done)
        return content
    if drawn < 0.16:
        steps.append("written without quotes")
        text = tables.written_badly(dice, rows)
    else:
        steps.append("written as a table")
        text = tables.written(dice, rows)
    encoding, content = texts.encoded(dice, text)
    steps.append(f"in {encoding}")
    return content


def _of_tree(dice: random.Random, tree: Any, steps: list[str]) -> bytes:
    if dice.random() < 0.7:
        tree = trees.changed(dice, tree)
        steps.append("values changed")
    if dice.random() < 0.2:
        tree = trees.wrapped(dice, tree)
        steps.append("wrapped")
    text = trees.written(dice, tree)
    if dice.random() < 0.25:
        text = trees.mistyped(dice, text)
        steps.append("mistyped")
    encoding, content = texts.encoded(dice, text)
    steps.append(f"in {encoding}")
    return content
