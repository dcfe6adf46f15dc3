"""The mapping that a manager is working on: what was proposed, what was chosen since, and what it gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import streamlit as st

from pipelines.contract import KINDS
from pipelines.dates import DayOrder
from pipelines.mapping_files import Constant, Draft, Saved, toml_text
from pipelines.proposing import fields, propose, proposed_words, usable, words_of
from pipelines.sources.mapping import written_mapping
from pipelines.trying import Outcome, Trial

_KEY = "_work"
#: contract columns that may hold the same value in every row of a file
CONSTANTS = (
    *("currency", "channel", "warehouse", "location", "marketplace", "carrier", "supplier"),
    *("fulfilled_by", "label_payer", "kind", "metric"),
)
_SEPARATORS = ("|", ";", ",")
#: words of a column that are shown to be translated
_WORDS = 12


@dataclass
class Work:
    """A mapping in the making, of a new file (`trial`) or of a mapping that is there (`saved`)."""

    kind: str
    title: str
    trial: Trial | None = None
    waiting: str | None = None  # the key of its file in app/waiting.py
    saved: Saved | None = None
    proposed: str = ""  # the kind that was proposed, and how sure that was
    certainty: str = ""
    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    sure: dict[str, str] = field(default_factory=dict)
    shown: list[str] = field(default_factory=list)
    constants: dict[str, Constant] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    split: dict[str, str] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    personal: tuple[str, ...] = ()
    dates: DayOrder = "ask"
    #: whether what the mapping has loaded so far goes when it is saved; None: as the change asks for
    forget: bool | None = None
    _last: tuple[str, DayOrder, Outcome] | None = None

    @property
    def headers(self) -> list[str]:
        """The headers that can be chosen: the file's, or those that the mapping names."""
        named = [name for names in self.columns.values() for name in names] + [*self.words, *self.personal]
        there = _usable(self.trial) if self.trial else []
        return list(dict.fromkeys([*there, *named]))

    def choose_kind(self, kind: str) -> None:
        """Proposes the columns of another kind."""
        self.kind = kind
        if self.trial is not None:
            proposal = propose(_usable(self.trial), _rows(self.trial), self.trial.name, kind)
            self.columns = {column: (guess.header,) for column, guess in proposal.columns.items()}
            self.sure = {column: guess.certainty for column, guess in proposal.columns.items()}
            self.words, self.personal = proposal.words, proposal.personal
        else:
            self.columns = {c: names for c, names in self.columns.items() if c in fields(KINDS[kind])}
        self.constants = {c: value for c, value in self.constants.items() if c in KINDS[kind].columns}
        self.values, self.split = {}, {}
        self._fill()

    def choose(self, column: str, header: str | None) -> None:
        """Says which header a contract column is read from; none, if none."""
        self.columns.pop(column, None)
        self.values.pop(column, None)
        self.split.pop(column, None)
        self.sure[column] = "chosen"
        if header is not None:
            self.columns[column] = (header,)
            self.constants.pop(column, None)
            self._translate(column)

    def forgets(self) -> bool:
        """Whether records that were read with the old version go: another kind's would stay beside the new ones."""
        old = self.saved.draft if self.saved else None
        return old is not None and (self.forget if self.forget is not None else old.kind != self.kind)

    def missing(self) -> list[str]:
        """The contract columns that every record needs and that nothing fills."""
        return [c for c in KINDS[self.kind].required if c not in self.columns and c not in self.constants]

    def draft(self, name: str) -> Draft:
        """What was chosen, under a name."""
        used = {header for names in self.columns.values() for header in names}
        old = self.saved.draft if self.saved else None
        return Draft(
            name=name,
            kind=self.kind,
            title=self.title.strip(),
            columns={c: self.columns[c] for c in fields(KINDS[self.kind]) if c in self.columns},
            constants=self.constants,
            values={c: words for c, words in self.values.items() if words and c in self.columns},
            split={c: mark for c, mark in self.split.items() if mark and c in self.columns},
            reasons=old.reasons if old and "reason_raw" in self.columns else {},
            conditions=old.conditions if old and "condition_raw" in self.columns else {},
            words=tuple(name for name in self.words if "phrases" in KINDS[self.kind].columns),
            personal=tuple(name for name in self.personal if name not in used and name not in self.words),
            needs=old.needs if old else None,
        )

    def outcome(self, zone: str) -> Outcome | None:
        """What a load would make of the file's first rows; None without a file or before it can be tried."""
        if self.trial is None or self.missing() or not self.columns:
            return None
        text = toml_text(self.draft("trial"))
        if self._last is None or self._last[:2] != (text, self.dates):
            done = self.trial.run(written_mapping(text, self.trial.name), zone, self.dates)
            self._last = (text, self.dates, done)
        return self._last[2]

    def listed(self, column: str) -> list[str]:
        """The words of a column that is to hold one of ours: the file's, the most frequent first."""
        header = self.columns[column][0]
        there = self.trial.distinct(header, _WORDS) if self.trial and header in self.trial.columns else []
        return list(dict.fromkeys([*there, *self.values.get(column, {})]))

    def close(self) -> None:
        if self.trial is not None:
            self.trial.close()

    def _fill(self) -> None:
        """The words and separators that go with the columns, and which columns are shown at once."""
        for column in self.columns:
            self._translate(column)
        kind = KINDS[self.kind]
        wanted = {*self.columns, *kind.required, *(["order_id"] if "order_id" in kind.columns else [])}
        self.shown = [column for column in fields(kind) if column in wanted]

    def _translate(self, column: str) -> None:
        if self.trial is None or self.columns[column][0] not in self.trial.columns:
            return
        values = self.trial.distinct(self.columns[column][0], 1_000)
        if words_of(self.kind, column):
            self.values[column] = proposed_words(self.kind, column, values)
        if KINDS[self.kind].columns.get(column) == "VARCHAR[]":
            mark = max(_SEPARATORS, key=lambda each: sum(each in value for value in values))
            if any(mark in value for value in values):
                self.split[column] = mark


def current() -> Work | None:
    """What this visit is working on."""
    found: Work | None = st.session_state.get(_KEY)
    return found


def begin(trial: Trial, waiting: str) -> Work:
    """Work on a file that nobody knows, with what its headers and values propose."""
    end()
    proposal = propose(_usable(trial), _rows(trial), trial.name)
    title = Path(trial.name.partition(" › ")[0]).stem.replace("_", " ").strip()
    work = Work(proposal.kind, title, trial, waiting, proposed=proposal.kind, certainty=proposal.certainty)
    work.choose_kind(proposal.kind)
    st.session_state[_KEY] = work
    return work


def edit(saved: Saved) -> Work:
    """Work on a mapping that is there."""
    end()
    draft = saved.draft
    assert draft is not None, "only a mapping that can be read is edited"
    work = Work(
        draft.kind,
        draft.title or draft.name,
        saved=saved,
        columns=dict(draft.columns),
        sure=dict.fromkeys(draft.columns, "saved"),
        constants=dict(draft.constants),
        values={column: dict(words) for column, words in draft.values.items()},
        split=dict(draft.split),
        words=draft.words,
        personal=draft.personal,
    )
    work._fill()
    st.session_state[_KEY] = work
    return work


def end() -> None:
    """Drops what was not saved."""
    work: Work | None = st.session_state.pop(_KEY, None)
    if work is not None:
        work.close()


def _usable(trial: Trial) -> list[str]:
    return list(trial.columns) if not trial.sheet.columns else usable(trial.columns)


def _rows(trial: Trial) -> Sequence[Sequence[str | None]]:
    chosen = [trial.columns.index(name) for name in _usable(trial)]
    return [[row[at] for at in chosen] for row in trial.rows()]
