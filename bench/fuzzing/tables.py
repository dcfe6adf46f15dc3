"""Tables of text, changed in their rows, columns and cells, and written as delimited files are written."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable, Sequence

from bench.fuzzing import values

Rows = list[list[str]]
#: (dice, rows under their header, the tables of other files)
Change = Callable[[random.Random, Rows, Sequence[Rows]], Rows]

SEPARATORS = ",;\t|"


def taken_apart(content: bytes) -> Rows | None:
    """The rows of a delimited text, header first; None for what is none."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    first = text.partition("\n")[0]
    separator = max(SEPARATORS, key=first.count)
    if not first.count(separator) or text.lstrip()[:1] in ("{", "[", "<"):
        return None
    has_quotes = '"' in text and separator != "\t"
    try:
        lines = csv.reader(
            io.StringIO(text, newline=""),
            delimiter=separator,
            quoting=csv.QUOTE_MINIMAL if has_quotes else csv.QUOTE_NONE,
        )
        return [row for row in lines if row]
    except csv.Error:
        return None


def columns_shuffled(dice: random.Random, rows: Rows, _: Sequence[Rows]) -> Rows:
    order = list(range(len(rows[0])))
    dice.shuffle(order)
    return [[row[at] if at < len(row) else "" for at in order] for row in rows]


def columns_dropped(dice: random.Random, rows: Rows, _: Sequence[Rows]) -> Rows:
    share = dice.choice((0.05, 0.3, 0.9))
    kept = [at for at in range(len(rows[0])) if dice.random() > share]
    return [[row[at] for at in kept if at < len(row)] for row in rows]


def columns_doubled(dice: random.Random, rows: Rows, _: Sequence[Rows]) -> Rows:
    at = dice.randrange(len(rows[0]))
    return [row[:at] + row[at : at + 1] + row[at:] for row in rows]


def column_added(dice: random.Random, rows: Rows, _: Sequence[Rows]) -> Rows:
    name = dice.choice(
        ("", " ", "row_number", "Status", "id", "ID", "\x00", "x" * 300, '"', "a.b", "$.doc", "line")
    )
    at = dice.randrange(len(rows[0]) + 1)
    return [
        [*row[:at], name if number == 0 else values.text(dice), *row[at:]] for number, row in enumerate(rows)
    ]


def headers_swapped(dice: random.Random, rows: Rows, _: Sequence[Rows]) -> Rows:
    header = rows[0][:]
    for _round in range(dice.randint(1, 4)):
        one, other = dice.randrange(len(header)), dice.randrange(len(header))
        header[one], header[other] = header[other], header[one]
    return [header, *rows[1:]]


def header_of_another_file(dice: random.Random, rows: Rows, others: Sequence[Rows]) -> Rows:
    header = dice.choice(others)[0]
    width = dice.choice((len(rows[0]), len(header)))
    return [header, *([*row, *[""] * width][:width] for row in rows[1:])]


def rows_of_another_file(dice: random.Random, rows: Rows, others: Sequence[Rows]) -> Rows:
    other = dice.choice(others)
    return rows + (other if dice.random() < 0.5 else other[1:])


def header_reworded(dice: random.Random, rows: Rows, _: Sequence[Rows]) -> Rows:
    change = dice.choice((str.upper, str.lower, str.title, lambda name: f" {name} ", lambda name: name[:-1]))
    share = dice.choice((0.1, 1.0))
    return [[change(name) if dice.random() < share else name for name in rows[0]], *rows[1:]]


def header_gone(_dice: random.Random, rows: Rows, _: Sequence[Rows]) -> Rows:
    return rows[1:] or rows


def header_twice(dice: random.Random, rows: Rows, _: Sequence[Rows]) -> Rows:
    at = dice.randint(1, len(rows))
    return rows[:at] + rows[:1] + rows[at:]


def rows_doubled(dice: random.Random, rows: Rows, _: Sequence[Rows]) -> Rows:
    times = dice.choice((2, 2, 3, 40))
    return rows[:1] + [row for row in rows[1:] for _time in range(times if dice.random() < 0.5 else 1)]


def rows_shuffled(dice: random.Random, rows: Rows, _: Sequence[Rows]) -> Rows:
    body = rows[1:]
    dice.shuffle(body)
    return rows[:1] + body


def rows_blanked(dice: random.Random, rows: Rows, _: Sequence[Rows]) -> Rows:
    blank = dice.choice(([], [""] * len(rows[0]), [" "] * len(rows[0])))
    return rows[:1] + [row if dice.random() < 0.7 else list(blank) for row in rows[1:]]


def rows_gone(dice: random.Random, rows: Rows, _: Sequence[Rows]) -> Rows:
    return rows[: dice.randint(1, 2)]


def rows_cut_or_longer(dice: random.Random, rows: Rows, _: Sequence[Rows]) -> Rows:
    changed = []
    for row in rows:
        drawn = dice.random()
        if drawn < 0.15:
            row = row[: dice.randrange(len(row) + 1)]
        elif drawn < 0.3:
            row = [*row, *(dice.choice(("", "x")) for _cell in range(dice.randint(1, 5)))]
        changed.append(row)
    return changed


def lines_around(dice: random.Random, rows: Rows, _: Sequence[Rows]) -> Rows:
    """A title above, a footer below, as reports have them."""
    above = [[f"Report of {dice.randint(1, 31)}/01/2024"], ["Period", "January"], [], ["sep=;"]]
    below = [["3 record(s) downloaded"], [], ["Total", "", "12.50"], ["x"]]
    return above[: dice.randint(0, 4)] + rows + below[: dice.randint(0, 4)]


def cells_hostile(dice: random.Random, rows: Rows, _: Sequence[Rows]) -> Rows:
    share = dice.choice((0.01, 0.1, 0.5))
    return rows[:1] + [
        [values.text(dice) if dice.random() < share else cell for cell in row] for row in rows[1:]
    ]


def column_hostile(dice: random.Random, rows: Rows, _: Sequence[Rows]) -> Rows:
    """One column of the same kind of nonsense: what settles formats sees nothing else."""
    at, same = dice.randrange(len(rows[0])), values.text(dice)
    is_same = dice.random() < 0.5
    return rows[:1] + [
        [*row[:at], same if is_same else values.text(dice), *row[at + 1 :]] for row in rows[1:]
    ]


def columns_exchanged(dice: random.Random, rows: Rows, _: Sequence[Rows]) -> Rows:
    """Values under the wrong headers."""
    one, other = dice.randrange(len(rows[0])), dice.randrange(len(rows[0]))

    def exchanged(row: list[str]) -> list[str]:
        row = [*row, *[""] * (len(rows[0]) - len(row))]
        row[one], row[other] = row[other], row[one]
        return row

    return rows[:1] + [exchanged(row) for row in rows[1:]]


CHANGES: dict[str, Change] = {
    change.__name__: change
    for change in (
        columns_shuffled,
        columns_dropped,
        columns_doubled,
        column_added,
        headers_swapped,
        header_of_another_file,
        rows_of_another_file,
        header_reworded,
        header_gone,
        header_twice,
        rows_doubled,
        rows_shuffled,
        rows_blanked,
        rows_gone,
        rows_cut_or_longer,
        lines_around,
        cells_hostile,
        cells_hostile,
        column_hostile,
        columns_exchanged,
    )
}
#: they leave every record as it was
KEEPING = frozenset({"columns_shuffled"})


def written(dice: random.Random, rows: Rows) -> str:
    """The rows as one of the usual writers writes them: any separator, quotes where needed or everywhere."""
    target = io.StringIO()
    csv.writer(
        target,
        delimiter=dice.choice(SEPARATORS),
        quoting=dice.choice((csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL)),
        lineterminator=dice.choice(("\n", "\r\n")),
    ).writerows(rows)
    return target.getvalue()


def written_badly(dice: random.Random, rows: Rows) -> str:
    """The rows joined as programs do that know nothing of quotes, each line ended in a way of its own."""
    separator = dice.choice(SEPARATORS)
    ends = dice.choice((("\n",), ("\r",), ("\n", "\r\n", "\r"), ("\n\n", "\n")))
    return "".join(separator.join(row) + dice.choice(ends) for row in rows)
