"""Bytes of a file, damaged without knowing what they mean."""

from __future__ import annotations

import random
from collections.abc import Callable

_JUNK = (
    b"",
    b"\x00",
    b"\xff",
    b"\xc3",
    b"\xe2\x82",
    b"\r",
    b"\n",
    b"\r\n",
    b'"',
    b'""',
    b"'",
    b",",
    b";",
    b"\t",
    b"|",
    b"*",
    b"~",
    b":",
    b"+",
    b"<",
    b"&",
    b"{",
    b"]",
    b"\\",
    b"9" * 25,
    b"\x1a",
    b"\xef\xbb\xbf",
)


def cut(dice: random.Random, content: bytes) -> bytes:
    return content[: dice.randrange(len(content) + 1)]


def beginning_lost(dice: random.Random, content: bytes) -> bytes:
    return content[dice.randrange(len(content) + 1) :]


def bytes_flipped(dice: random.Random, content: bytes) -> bytes:
    changed = bytearray(content)
    for _ in range(dice.choice((1, 3, 20))):
        changed[dice.randrange(len(changed))] = dice.randrange(256)
    return bytes(changed)


def junk_put_in(dice: random.Random, content: bytes) -> bytes:
    changed = bytearray(content)
    for _ in range(dice.choice((1, 3, 12))):
        at = dice.randrange(len(changed) + 1)
        changed[at : at + dice.randint(0, 3)] = dice.choice(_JUNK)
    return bytes(changed)


def piece_moved(dice: random.Random, content: bytes) -> bytes:
    """A piece that is elsewhere, or in two places: a download that was resumed wrongly."""
    one, other = sorted((dice.randrange(len(content) + 1), dice.randrange(len(content) + 1)))
    at = dice.randrange(len(content) + 1)
    rest = content if dice.random() < 0.5 else content[:one] + content[other:]
    return rest[:at] + content[one:other] + rest[at:]


def quotes_broken(dice: random.Random, content: bytes) -> bytes:
    places = [at for at, byte in enumerate(content) if byte in b'",;\t\n']
    changed = bytearray(content)
    for _ in range(dice.randint(1, 4)):
        at = dice.choice(places) if places else 0
        at = min(at, len(changed))
        changed[at : at + 1] = (
            b"" if changed[at : at + 1] == b'"' else dice.choice((b'"', b',"', b'",', b' "', b'" '))
        )
    return bytes(changed)


def line_ends_mixed(dice: random.Random, content: bytes) -> bytes:
    lines = content.replace(b"\r\n", b"\n").split(b"\n")
    return b"".join(line + dice.choice((b"\n", b"\r\n", b"\r", b"\n\n")) for line in lines)


def lines_shuffled(dice: random.Random, content: bytes) -> bytes:
    """Lines (segments of EDI) in another order, some of them twice or lost."""
    end = b"~" if content[:3] == b"ISA" else b"'" if content[:3] in (b"UNA", b"UNB") else b"\n"
    lines = content.split(end)
    for _ in range(dice.randint(1, 4)):
        at, to = dice.randrange(len(lines)), dice.randrange(len(lines))
        drawn = dice.random()
        if drawn < 0.4:
            lines[at], lines[to] = lines[to], lines[at]
        elif drawn < 0.7:
            lines.insert(to, lines[at])
        elif len(lines) > 1:
            del lines[at]
    return end.join(lines)


def fields_replaced(dice: random.Random, content: bytes) -> bytes:
    """What stands between separators, replaced: any format of text."""
    marks = [at for at, byte in enumerate(content) if byte in b'*|,;\t:+~\n"']
    for _ in range(dice.choice((1, 4, 15))):
        if len(marks) < 2:
            break
        at = dice.randrange(len(marks) - 1)
        content = (
            content[: marks[at] + 1]
            + dice.choice((*_JUNK, b"0", b"-1", b"99999999", b"x"))
            + content[marks[at + 1] :]
        )
        marks = [place for place in marks if place <= marks[at]]
    return content


DAMAGES: tuple[Callable[[random.Random, bytes], bytes], ...] = (
    cut,
    beginning_lost,
    bytes_flipped,
    junk_put_in,
    piece_moved,
    quotes_broken,
    line_ends_mixed,
    lines_shuffled,
    fields_replaced,
)
_ENCODINGS = (
    "utf-8-sig",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "utf-32",
    "cp1252",
    "latin-1",
    "cp437",
    "mac-roman",
)
#: every text comes back from these as it was
KEEPING = ("utf-8-sig", "utf-16", "utf-32")


def encoded(dice: random.Random, text: str) -> tuple[str, bytes]:
    """(the encoding, the text in it): what an encoding does not have is lost."""
    encoding = dice.choice(_ENCODINGS) if dice.random() < 0.4 else "utf-8"
    return encoding, text.encode(encoding, "replace")
