"""Files set by typst: a template and data in, a PDF out. Everything they say is data, nothing of it is markup."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import typst

LONGEST = 400  # letters of one text from data
Document = Mapping[str, Any]

_RUN = re.compile(r"\S{25}(?=\S{5})")  # a word that no column could hold is let break
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")
_MARKED = re.compile(r"\\(.)|\*\*", re.DOTALL)


def made(template: Path, content: Document, *, for_all: bool = False) -> bytes:
    """The PDF. Fonts are those that come with typst: a page looks alike on every machine, and nothing is fetched.

    With `for_all` it is a PDF/UA, which readers of screens are promised to read, unless a name in it is in a script
    that the fonts lack: the standard forbids to promise anything then. The file is tagged all the same.
    """
    if for_all:
        try:
            return _compiled(template, content, pdf_standards="ua-1")
        except typst.TypstError as error:
            if "could not be displayed" not in str(error):
                raise
    return _compiled(template, content)


def _compiled(template: Path, content: Document, **options: Any) -> bytes:
    answer = typst.compile(
        template, sys_inputs=_inputs(content), ignore_system_fonts=True, format="pdf", **options
    )
    assert isinstance(answer, bytes)
    return answer


def told(template: Path, content: Document, label: str) -> Sequence[Any]:
    """What the laid-out file holds under a label: how a test reads it back."""
    answer = typst.query(template, f"<{label}>", field="value", sys_inputs=_inputs(content))
    return list(json.loads(answer))


def _inputs(content: Document) -> dict[str, str]:
    return {"data": json.dumps(content, ensure_ascii=False)}


def broken(text: str | None, longest: int = LONGEST) -> str:
    """Text that fits a column: on one line, cut where it is very long, with places to break in words that are."""
    flat = _CONTROL.sub(" ", text or "")
    shown = flat if len(flat) <= longest else f"{flat[: longest - 1]}…"
    return _RUN.sub(lambda run: f"{run.group()}\u200b", shown)


def runs(markdown: str) -> list[tuple[str, bool]]:
    """A sentence that a page shows as Markdown, as pieces of text that are bold or not; knows ** and \\ alone."""
    pieces, is_bold, start, text = [], False, 0, ""
    for match in _MARKED.finditer(markdown):
        text, start = text + markdown[start : match.start()] + (match[1] or ""), match.end()
        if match[1] is None:
            pieces.append((text, is_bold))
            text, is_bold = "", not is_bold
    pieces.append((text + markdown[start:], is_bold))
    return [(broken(text, 10 * LONGEST), is_bold) for text, is_bold in pieces if text]
