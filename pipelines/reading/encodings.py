"""Which encoding a text file is in, and the same file in UTF-8."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

CHUNK = 1 << 20
UTF8 = "utf-8"
UTF8_BOM = "utf-8-sig"
# Windows-1252 as browsers read it: its five undefined bytes become control characters instead of stopping the file.
WINDOWS = "cp1252"

_BOMS = (
    (codecs.BOM_UTF8, UTF8_BOM),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HIGH = bytes(range(128, 256))


def _keep_undefined(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error("keep_undefined", _keep_undefined)


def bom_encoding(head: bytes) -> str | None:
    """The encoding a byte order mark declares, if the file begins with one."""
    return next((name for mark, name in _BOMS if head.startswith(mark)), None)


def utf16_without_mark(head: bytes) -> str | None:
    """UTF-16 written without its mark: in text of our alphabets every other byte is zero."""
    pairs = len(head) // 2
    if pairs < 2:
        return None
    zero_even, zero_odd = head[0 : 2 * pairs : 2].count(0), head[1 : 2 * pairs : 2].count(0)
    if zero_odd > 0.4 * pairs and zero_even < 0.05 * pairs:
        return "utf-16-le"
    if zero_even > 0.4 * pairs and zero_odd < 0.05 * pairs:
        return "utf-16-be"
    return None


def guess(head: bytes, path: Path) -> str:
    """The encoding told by the first bytes: mark, then strict UTF-8, then what the whole file looks like most."""
    declared = bom_encoding(head) or utf16_without_mark(head)
    if declared:
        return declared
    try:
        codecs.getincrementaldecoder(UTF8)().decode(head)
    except UnicodeDecodeError:
        return settle(path)
    return UTF8


def settle(path: Path) -> str:
    """UTF-8 or Windows-1252 for a file that is not strictly UTF-8, by what most of its accents are.

    One damaged character in a UTF-8 file must cost its row, not turn every accent of the file into two wrong letters.
    """
    whole = damaged = 0
    with path.open("rb") as file:
        if file.read(3) == codecs.BOM_UTF8:
            return UTF8_BOM
        file.seek(0)
        while chunk := file.read(CHUNK):
            # Deleting the plain bytes first would join accents that are not neighbours, so the pattern sees all.
            sequences = _MULTIBYTE.findall(chunk)
            whole += len(sequences)
            high = len(chunk) - len(chunk.translate(None, _HIGH))
            damaged += high - sum(map(len, sequences))
    return UTF8 if whole > damaged else WINDOWS


def to_utf8(path: Path, encoding: str, target: Path) -> Path:
    """The same text in UTF-8 without a mark, written to `target` in pieces, line ends untouched."""
    errors = "keep_undefined" if encoding == WINDOWS else "replace"
    with (
        path.open(encoding=encoding, errors=errors, newline="") as source,
        target.open("w", encoding=UTF8, errors="replace", newline="") as copy,
    ):
        while text := source.read(CHUNK):
            copy.write(text)
    return target


def is_strict_utf8(path: Path) -> bool:
    """True when no byte of the file is out of place in UTF-8."""
    decoder = codecs.getincrementaldecoder(UTF8)()
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
