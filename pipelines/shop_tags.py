"""The shop's own tags: a CSV the user keeps, one tag and its cause a line, that wins over our list of usual tags.

Columns `tag,cause` (or `étiquette,cause`), comma, semicolon or tab, as a French or English spreadsheet saves it. The
cause is its name, its French or its English title, or `ignore`; a tag whose cause is left empty is not mapped yet.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from pipelines.cause_files import Cause
from pipelines.messages import Message
from pipelines.phrases import normaliser
from pipelines.shop_lists import harmless

IGNORE = "ignore"
_HEADERS = {"TAG": "tag", "TAGS": "tag", "ETIQUETTE": "tag", "CAUSE": "cause"}
_IGNORE_WORDS = ("IGNORE", "IGNORER")


class ShopTagsError(ValueError):
    """A tag file that cannot be used; nothing of it is applied. `message` says why in the user's language."""

    def __init__(self, message: Message) -> None:
        super().__init__(f"{message.code}: {message.params}")
        self.message = message


def read_shop_tags(path: Path, causes: Mapping[str, Cause]) -> tuple[dict[str, str], list[Message]]:
    """Cause (or 'ignore') by normalised tag, and a warning for each tag that is mapped twice: its last line counts."""
    rows = _rows(path)
    tags: dict[str, str] = {}
    warnings: list[Message] = []
    with normaliser() as normal:
        known = dict.fromkeys(_IGNORE_WORDS, IGNORE)
        for each in causes.values():
            known |= dict.fromkeys(normal.codes((each.name, *each.title.values())), each.name)
        tag_codes = normal.codes([tag for _, tag, _ in rows])
        cause_codes = normal.codes([cause for _, _, cause in rows])
    for (line, tag, cause), tag_code, cause_code in zip(rows, tag_codes, cause_codes, strict=True):
        if not cause:
            continue
        if not tag_code:
            raise ShopTagsError(
                Message("shop_tags_without_tag", {"file": path.name, "line": line, "cause": cause})
            )
        if cause_code not in known:
            raise ShopTagsError(
                Message(
                    "shop_tags_unknown_cause", {"file": path.name, "line": line, "tag": tag, "cause": cause}
                )
            )
        if tag_code in tags and tags[tag_code] != known[cause_code]:
            warnings.append(
                Message(
                    "shop_tags_mapped_twice",
                    {"file": path.name, "line": line, "tag": tag, "cause": known[cause_code]},
                )
            )
        tags[tag_code] = known[cause_code]
    return tags, warnings


def with_causes(text: str, causes: Mapping[str, str | None]) -> str:
    """The text of a tag file in which these tags have these causes; a tag without a cause is taken out.

    All else stays as it stands, its separator and further columns too; an empty text becomes a new file. `text` must
    be that of a file that can be used.
    """
    separator, header_cells, lines = _table(text or "tag,cause\n")
    with normaliser() as normal:
        names = [_HEADERS.get(name) for name in normal.codes(header_cells)]
        at_tag, at_cause = names.index("tag"), names.index("cause")
        told = normal.codes([line[at_tag] if len(line) > at_tag else "" for line in lines])
        wanted = dict(zip(normal.codes(list(causes)), causes.items(), strict=True))
    kept = []
    for code, line in zip(told, lines, strict=True):
        if code not in wanted:
            kept.append(line)
        elif (cause := wanted[code][1]) is not None:
            kept.append([*line, *[""] * (len(names) - len(line))])
            kept[-1][at_cause] = cause
    for code, (tag, cause) in wanted.items():
        if code not in told and cause is not None:
            kept.append([harmless(tag) if name == "tag" else cause if name else "" for name in names])
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator="\r\n" if "\r\n" in text else "\n")
    writer.writerows([header_cells, *kept])
    return out.getvalue()


def _table(text: str) -> tuple[str, list[str], list[list[str]]]:
    """Separator, header and lines of a tag file."""
    separator = max(",;\t", key=text.partition("\n")[0].count)
    header, *lines = csv.reader(text.splitlines(keepends=True), delimiter=separator)
    return separator, header, lines


def _rows(path: Path) -> list[tuple[int, str, str]]:
    """Line number, tag and cause of each line under the header, spaces around them removed."""
    text = file_text(path)
    header_line = text.partition("\n")[0]
    separator = max(",;\t", key=header_line.count)
    reader = csv.reader(text.splitlines(keepends=True), delimiter=separator)
    header = next(reader, [])
    with normaliser() as normal:
        names = [_HEADERS.get(name) for name in normal.codes(header)]
    if names.count("tag") != 1 or names.count("cause") != 1:
        raise ShopTagsError(Message("shop_tags_header", {"file": path.name, "header": header_line.strip()}))
    at_tag, at_cause = names.index("tag"), names.index("cause")
    rows = []
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        cells += [""] * (len(names) - len(cells))
        rows.append((reader.line_num, cells[at_tag].strip(), cells[at_cause].strip()))
    return rows


def file_text(path: Path) -> str:
    """The file's text: UTF-8 with or without BOM, else what Windows spreadsheets save."""
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")
