"""Finds out which source a sheet comes from, by what it holds, never by its name."""

from __future__ import annotations

from pathlib import Path

from pipelines.messages import Message
from pipelines.reading import Sheet
from pipelines.reading.json_text import parsed
from pipelines.source import Source
from pipelines.sources import find_sources, find_unusable
from pipelines.sources.mapping import CODES, MappingError, read_mapping
from pipelines.store import Store

#: a document's keys are read from so many records: optional ones may be missing in the first
_LOOKED_AT = 200


class NotRecognised(Exception):
    """No source knows the sheet; `message` says what was seen and what to do."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.code)
        self.message = message


def recognise(sheet: Sheet, store: Store) -> Source:
    """The source that needs most of what the sheet has; the user's own mappings go before ours, generic ones last.

    Raises NotRecognised.
    """
    keys = _keys(sheet) if sheet.shape == "documents" else set()
    candidates = [*user_mappings(store.user / "mappings"), *find_sources()]
    fitting = [s for s in candidates if s.is_documents == (sheet.shape == "documents")]
    scores = [
        (not source.is_generic, score, -position, source)
        for position, source in enumerate(fitting)
        if (score := source.score(sheet.columns, keys))
    ]
    best = max(scores, key=lambda s: s[:3], default=None)
    if best is None or best[3].is_generic:
        for known in find_unusable():
            if known.fits([*sheet.columns, *keys]):
                raise NotRecognised(Message(known.message, {"file": sheet.name}))
    if best is None:
        seen = sorted(keys) if sheet.shape == "documents" else list(sheet.columns)
        shown = ", ".join(name[:40] for name in seen[:8]) + (" …" if len(seen) > 8 else "")
        raise NotRecognised(Message("not_recognised", {"file": sheet.name, "columns": shown}))
    return best[3]


def user_mappings(folder: Path) -> list[Source]:
    """The sources that the user described in TOML files.

    Raises NotRecognised when one of them cannot be used: loading on would read files the wrong way.
    """
    found = []
    taken = {source.name for source in find_sources()}
    for path in sorted(each for each in folder.glob("*.toml") if each.name != CODES):
        try:
            source = read_mapping(path)
        except MappingError as error:
            raise NotRecognised(error.message) from error
        if source.name in taken:
            raise NotRecognised(Message("mapping_name_taken", {"file": path.name, "value": source.name}))
        found.append(source)
    return found


def _keys(sheet: Sheet) -> set[str]:
    """The keys of the first records, nested ones with dots: 'via', 'via.channel'."""
    keys: set[str] = set()
    for (text,) in sheet.relation.select("doc").limit(_LOOKED_AT).fetchall():
        document = parsed(text)
        if isinstance(document, dict):
            for key, value in document.items():
                keys.add(key)
                if isinstance(value, dict):
                    keys |= {f"{key}.{inner}" for inner in value}
    return keys
