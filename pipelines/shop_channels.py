"""The shop's own words for channels: a CSV the user keeps, one word and its channel a line, that wins over our list.

Columns `word,channel` and, for a word that means something else in another tool, `tool` (`mot,outil,canal`), comma,
semicolon or tab, as a French or English spreadsheet saves it. The word is what the tool says (`channel_raw`), in any
letter case and with any separator. The channel is one of ours (`pipelines/channels.py`) or any name of the shop's own;
a word whose channel is left empty is not mapped yet. A line for one tool wins over a line for all.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.channels import NAMES
from pipelines.messages import Message
from pipelines.phrases import Normal, normaliser
from pipelines.shop_lists import (
    ListHeaderError,
    harmless,
    line,
    list_text,
    read_list,
    separator,
    written_lines,
)

_HEADERS = {
    **dict.fromkeys(("WORD", "MOT", "VALUE", "VALEUR", "CHANNEL_RAW"), "word"),
    **dict.fromkeys(("TOOL", "OUTIL", "SOURCE"), "tool"),
    **dict.fromkeys(("CHANNEL", "CANAL"), "channel"),
}
#: what a shop may call some of our channels
_TITLES = {
    "E-mail": "email",
    "Courriel": "email",
    "Formulaire": "web_form",
    "Téléphone": "phone",
    "Twitter": "x",
    "Avis": "review",
    "Interne": "internal",
}


class ShopChannelsError(ValueError):
    """A channel file that cannot be used; nothing of it is applied. `message` says why in the user's language."""

    def __init__(self, message: Message) -> None:
        super().__init__(f"{message.code}: {message.params}")
        self.message = message


@dataclass(frozen=True)
class ShopChannel:
    """What a word means to the shop, in one tool or (None) in all."""

    tool: str | None
    code: str  # the word, normalised
    channel: str


def read_shop_channels(path: Path, tools: Collection[str]) -> tuple[list[ShopChannel], list[Message]]:
    """What the shop says of channels, and a warning for each word that is mapped twice: its last line counts.

    Raises ShopChannelsError.
    """
    return told_channels(list_text(path), path.name, tools)


def told_channels(text: str, name: str, tools: Collection[str]) -> tuple[list[ShopChannel], list[Message]]:
    """The same, of the text of a file of that name."""
    try:
        rows = read_list(text, _HEADERS, ("word", "channel"))
    except ListHeaderError as error:
        raise ShopChannelsError(
            Message("shop_channels_header", {"file": name, "header": error.header})
        ) from error
    filled = [(number, cells) for number, cells in rows if cells["channel"]]
    with normaliser() as normal:
        codes = normal.codes([cells["word"] for _, cells in filled])
        channels = _channels(normal, [_bare_cell(cells["channel"]) for _, cells in filled])
    found: dict[tuple[str | None, str], ShopChannel] = {}
    warnings: list[Message] = []
    for (number, cells), code, channel in zip(filled, codes, channels, strict=True):
        where: dict[str, str | int] = {"file": name, "line": number}
        if not code:
            raise ShopChannelsError(
                Message("shop_channels_without_word", {**where, "channel": cells["channel"]})
            )
        tool = _tool(cells.get("tool", ""), tools, where)
        before = found.get((tool, code))
        if before is not None and before.channel != channel:
            warnings.append(
                Message("shop_channels_mapped_twice", {**where, "word": cells["word"], "channel": channel})
            )
        found[tool, code] = ShopChannel(tool, code, channel)
    return list(found.values()), warnings


def channel_in(text: str, name: str, word: str, tool: str, tools: Collection[str]) -> str | None:
    """What a line for this very tool says of a word; None when there is none. Raises ShopChannelsError."""
    if not text.strip():
        return None
    with normaliser() as normal:
        code = normal.codes([word])[0]
    told = told_channels(text, name, {*tools, tool})[0]
    return next((each.channel for each in told if (each.tool, each.code) == (tool, code)), None)


def with_channel(text: str, word: str, tool: str, channel: str | None, tools: Collection[str]) -> str:
    """The text of a channel file in which a tool's word means this channel; None takes its line out.

    Every other line stays as it is written; an empty text becomes a new file. `text` must be that of a file that can
    be used.
    """
    text = text if text.strip() else "word,tool,channel\n"
    between, end = separator(text), "\r\n" if "\r\n" in text else "\n"
    (first, header), *rows = written_lines(text)
    names, new_header = _with_tool(header, max(len(cells) for _, cells in [("", header), *rows]))
    at_word, at_tool, at_channel = (names.index(name) for name in ("word", "tool", "channel"))
    lines = [(raw, [*cells, *[""] * (len(names) - len(cells))]) for raw, cells in rows]
    with normaliser() as normal:
        code, *codes = normal.codes([word, *(cells[at_word] for _, cells in lines)])
    kept = [first if new_header is None else line(new_header, between, end)]
    is_there = False
    for (raw, cells), told in zip(lines, codes, strict=True):
        if told != code or _known_tool(cells[at_tool].strip(), {*tools, tool}) != tool:
            kept.append(raw)
        elif channel is not None:
            is_there = True
            cells[at_channel] = harmless(channel)
            kept.append(line(cells, between, end))
    if channel is not None and not is_there:
        new = {"word": harmless(word), "tool": tool, "channel": harmless(channel)}
        kept[-1] += "" if kept[-1].endswith(("\n", "\r")) else end
        kept.append(line([new.get(name or "", "") for name in names], between, end))
    return "".join(kept)


def _with_tool(header: list[str], width: int) -> tuple[list[str | None], list[str] | None]:
    """Our names of the columns, one for the tool among them; and the header to write where that one is new."""
    with normaliser() as normal:
        codes = normal.codes(header)
    names = [_HEADERS.get(code) for code in codes]
    if "tool" in names:
        return names, None
    blank = width - len(header)  # the new column stands beyond whatever stands in any line
    tool = "outil" if "CANAL" in codes else "tool"
    return [*names, *[None] * blank, "tool"], [*header, *[""] * blank, tool]


def same_channel(one: str | None, other: str | None) -> bool:
    """Whether two names are those of one channel, however they are spelt."""
    if one is None or other is None:
        return one is other
    with normaliser() as normal:
        codes = normal.codes([one, other])
    return one == other or (codes[0] == codes[1] != "")


def create_channel_table(
    con: duckdb.DuckDBPyConnection, path: Path | None, tools: Collection[str]
) -> list[Message]:
    """Table ref_channels; what deserves a warning in the shop's own file.

    Grain: a word of the shop's (origin 'shop', source NULL: all tools), or one of our names (origin 'product').
    Raises ShopChannelsError.
    """
    shop, warnings = read_shop_channels(path, tools) if path is not None and path.exists() else ([], [])
    with normaliser() as normal:
        ours = zip(normal.codes(NAMES), NAMES, strict=True)
    rows: list[tuple[str | None, ...]] = [(None, code, name, "product") for code, name in ours]
    rows += [(each.tool, each.code, each.channel, "shop") for each in shop]
    con.execute(
        """
        create or replace table ref_channels as
        select
            unnest($1::varchar[]) as source, unnest($2::varchar[]) as code, unnest($3::varchar[]) as channel,
            unnest($4::varchar[]) as origin
        """,
        [list(column) for column in zip(*rows, strict=True)],
    )
    return warnings


def _channels(normal: Normal, written: Sequence[str]) -> list[str]:
    """Our name for each channel as written, else the shop's own name, in its first spelling."""
    ours = dict(zip(normal.codes((*NAMES, *_TITLES)), (*NAMES, *_TITLES.values()), strict=True))
    chosen: dict[str, str] = {}
    return [
        ours.get(code) or chosen.setdefault(code or name, name)
        for code, name in zip(normal.codes(written), written, strict=True)
    ]


def _tool(written: str, tools: Collection[str], where: dict[str, str | int]) -> str | None:
    """The tool of that name, None when the line is for all of them."""
    if not written:
        return None
    if (known := _known_tool(written, tools)) is not None:
        return known
    by_name = {_bare(tool): tool for tool in sorted(tools)}
    near = difflib.get_close_matches(_bare(written), by_name, n=3, cutoff=0.4) or sorted(by_name)
    raise ShopChannelsError(
        Message(
            "shop_channels_unknown_tool",
            {**where, "tool": written, "near": ", ".join(by_name[name] for name in near)},
        )
    )


def _known_tool(written: str, tools: Collection[str]) -> str | None:
    """The tool of that name, its own spelling before any other."""
    if written in tools:
        return written
    return {_bare(tool): tool for tool in sorted(tools)}.get(_bare(written)) if written else None


def _bare_cell(cell: str) -> str:
    """A name without the sign that keeps a spreadsheet from taking it for a formula."""
    return cell[1:] if cell[:1] == "'" and harmless(cell[1:]) == cell else cell


def _bare(name: str) -> str:
    """A tool's name without case and separators: 'Help Scout' is helpscout."""
    return "".join(letter for letter in name.lower() if letter.isalnum())
