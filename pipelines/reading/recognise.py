"""What a file is, by its first bytes; its name is not asked."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import duckdb

from pipelines.messages import Message
from pipelines.reading import archives, columnar, delimited, documents, edi, encodings, spreadsheets, staging
from pipelines.reading.model import Refusal, Sheet

HEAD = 1 << 16

# (first bytes, the code of what to say)
_KNOWN_BUT_UNREAD = (
    (b"%PDF", "is_pdf"),
    (b"\x89PNG\r\n\x1a\n", "is_image"),
    (b"\xff\xd8\xff", "is_image"),
    (b"GIF8", "is_image"),
    (b"BM", "is_image"),
    (b"II*\x00", "is_image"),
    (b"MM\x00*", "is_image"),
    (b"{\\rtf", "is_text_document"),
    (b"7z\xbc\xaf\x27\x1c", "is_other_archive"),
    (b"Rar!\x1a\x07", "is_other_archive"),
    (b"BZh", "is_other_archive"),
    (b"\xfd7zXZ\x00", "is_other_archive"),
    (b"\x28\xb5\x2f\xfd", "is_other_archive"),
    (b"SQLite format 3\x00", "is_database"),
    (b"\x09\x08\x10\x00\x00\x06\x05\x00", "is_old_excel"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_JSON = re.compile(r"\s*(\{\s*[\"}]|\[\s*[\[\]{\"0-9-])")
_HTML = re.compile(
    r"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body|title|meta|script|div|table)\b",
    re.I | re.S,
)
_SPREADSHEETML = "urn:schemas-microsoft-com:office:spreadsheet"


def sheets(path: Path, con: duckdb.DuckDBPyConnection, scratch: Path) -> Iterator[Sheet | Refusal]:
    """The tables and lists of documents in a file, or refusals that say what was seen.

    Sheets are staged as temp tables of `con` and live as long as it does; `scratch` is an existing folder that the
    caller empties, not before the last question for originals.
    """
    yield from _sheets(path, path.name, con, scratch, may_unpack=True)


def _sheets(
    path: Path, name: str, con: duckdb.DuckDBPyConnection, scratch: Path, *, may_unpack: bool
) -> Iterator[Sheet | Refusal]:
    with path.open("rb") as file:
        head = file.read(HEAD)
    if problem := _unread(head, path):
        yield Refusal(name, Message(problem, {"file": name}))
    elif head.startswith(b"PAR1"):
        yield from columnar.read(_plain(path, scratch), name, con)
    elif head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        yield from _zip(path, name, con, scratch, may_unpack)
    elif head.startswith(b"\x1f\x8b"):
        inside = archives.gunzipped(path, name, scratch) if may_unpack else _nested(name)
        if isinstance(inside, Refusal):
            yield inside
        else:
            yield from _sheets(inside, name, con, scratch, may_unpack=False)
    else:
        yield from _text(_plain(path, scratch), name, head, con, scratch)


def _unread(head: bytes, path: Path) -> str | None:
    """The code of what to say about bytes that hold no table we read; None for the others."""
    if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        return "empty_file"
    if head.startswith(_OLE):
        return _ole(path)
    for mark, code in _KNOWN_BUT_UNREAD:
        if head.startswith(mark) and (mark != b"BM" or b"\x00" in head):
            return code
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "is_image"
    return None


def _ole(path: Path) -> str:
    """What an old Office container holds, by the names in its directory."""
    with path.open("rb") as file:
        body = file.read(64 << 20)
    if "EncryptedPackage".encode("utf-16-le") in body:
        return "is_locked_workbook"
    if any(stream.encode("utf-16-le") in body for stream in ("Workbook", "Book")):
        return "is_old_excel"
    return "is_office_document"


def _zip(
    path: Path, name: str, con: duckdb.DuckDBPyConnection, scratch: Path, may_unpack: bool
) -> Iterator[Sheet | Refusal]:
    """A workbook, which is a ZIP with a known content, or the files of an archive."""
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
            names = set(archive.namelist())
            kind = archive.read("mimetype")[:100] if "mimetype" in names else b""
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, RuntimeError):
        yield Refusal(name, Message("broken_archive", {"file": name}))
        return
    if any(each.lower() == "xl/workbook.bin" for each in names):
        # how far its sheets reach cannot be told before they are read, and a stray cell at the end ends the process
        yield Refusal(name, Message("is_binary_workbook", {"file": name}))
    elif any(each.startswith("xl/") for each in names):
        problem = archives.is_too_large(path, infos, scratch)
        if problem:
            yield Refusal(name, problem)
        else:
            yield from spreadsheets.read_workbook(path, name, con)
    elif b"opendocument" in kind:
        yield Refusal(name, Message("is_opendocument", {"file": name}))
    elif any(each.startswith(("word/", "ppt/")) for each in names):
        yield Refusal(name, Message("is_office_document", {"file": name}))
    elif not may_unpack:
        yield _nested(name)
    else:
        for member in archives.members(path, name, scratch):
            if isinstance(member, Refusal):
                yield member
            else:
                shown, file = member
                yield from _sheets(file, shown, con, scratch, may_unpack=False)


def _nested(name: str) -> Refusal:
    return Refusal(name, Message("nested_archive", {"file": name}))


def _text(
    path: Path, name: str, head: bytes, con: duckdb.DuckDBPyConnection, scratch: Path
) -> Iterator[Sheet | Refusal]:
    encoding = encodings.guess(head, path)
    text = head.decode(encoding, "replace").lstrip("\ufeff")
    if edi.is_interchange(text):  # its separators may be control characters
        yield from edi.read(path, name, con, scratch)
    elif _is_binary(text):
        yield Refusal(name, Message("is_binary", {"file": name}))
    elif _SPREADSHEETML in text and text.lstrip().startswith("<"):
        yield from spreadsheets.read_spreadsheetml(path, name, con, scratch)
    elif _HTML.match(text):
        yield Refusal(name, Message("is_web_page", {"file": name}))
    elif text.lstrip().startswith(("<?xml", "<!DOCTYPE")):
        yield Refusal(name, Message("is_other_xml", {"file": name}))
    elif _JSON.match(text):
        yield from documents.read(path, name, con, scratch)
    else:
        yield from delimited.read(path, name, con, scratch)


def _is_binary(text: str) -> bool:
    """True when control characters are more than a slip: text has next to none."""
    sample = text[:8192]
    controls = sum(
        1 for letter in sample if (letter < " " and letter not in "\t\r\n\x0b\x0c\x1b") or letter == "\ufffd"
    )
    return controls > 0.02 * len(sample) + 2


def _plain(path: Path, scratch: Path) -> Path:
    """The file under a name DuckDB takes literally: it reads * ? and [ in a path as a pattern."""
    if not any(letter in str(path) for letter in "*?["):
        return path
    alias = scratch / f"{staging.new_name()}{path.suffix}"
    try:
        alias.symlink_to(path.resolve())
    except OSError:  # Windows lets only some users make links
        shutil.copyfile(path, alias)
    return alias
