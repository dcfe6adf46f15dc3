"""Archives and workbooks around a content: honest ones, nested ones, broken ones, and bombs."""

from __future__ import annotations

import gzip
import io
import random
import zipfile
from functools import cache
from xml.sax.saxutils import escape

from bench.fuzzing.tables import Rows

_CONTENT_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = (
    f'<?xml version="1.0"?><Relationships xmlns="{_PACKAGE}"><Relationship Id="rId1" '
    f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
_BOOK = (
    f'<?xml version="1.0"?><workbook xmlns="{_SHEETS}" xmlns:r="{_OFFICE}"><sheets>'
    '<sheet name="Feuil1" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
_BOOK_RELATIONS = (
    f'<?xml version="1.0"?><Relationships xmlns="{_PACKAGE}"><Relationship Id="rId1" '
    f'Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
)


def zipped(members: dict[str, bytes]) -> bytes:
    """A ZIP of these members."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target.getvalue()


def in_archive(dice: random.Random, content: bytes, other: bytes) -> tuple[str, bytes]:
    """(what was done, the content in an archive)."""
    drawn = dice.randrange(8)
    if drawn == 0:
        return "gzipped", gzip.compress(content, 1)
    if drawn == 1:
        return "gzip cut", gzip.compress(content, 1)[: dice.randint(2, 400)]
    if drawn == 2:
        return "zipped with others", zipped(
            {"a/b.csv": content, "../../c.txt": other, "__MACOSX/._x": b"\0", "é*?.csv": content[:200]}
        )
    if drawn == 3:
        return "zip in a zip", zipped(
            {"inner.zip": zipped({"a.csv": content}), "b.gz": gzip.compress(other, 1)}
        )
    if drawn == 4:
        whole = bytearray(zipped({"a.csv": content}))
        for _ in range(dice.randint(1, 20)):
            whole[dice.randrange(4, len(whole))] = dice.randrange(256)
        return "zip damaged", bytes(whole)
    if drawn == 5:
        return "zip cut", zipped({"a.csv": content})[: dice.randint(4, 600)]
    if drawn == 6:
        return "bomb", bomb(dice.choice(("zeros", "rows", "gzip", "members", "workbook")))
    return "gzip in gzip", gzip.compress(gzip.compress(content, 1), 1)


@cache
def bomb(kind: str) -> bytes:
    """A small file that unpacks to a large one."""
    if kind == "zeros":
        return zipped({"a.csv": bytes(300 << 20)})
    if kind == "rows":
        return zipped({"a.csv": b"a,b\n" + b"1,2\n" * (80 << 18)})
    if kind == "gzip":
        return gzip.compress(b"id,name\n" + b"1,2\n" * (80 << 18))
    if kind == "members":
        return zipped({f"{number}.csv": b"a,b\n1,2\n" for number in range(600)})
    return workbook([["a"]], f'<worksheet xmlns="{_SHEETS}"><sheetData>' + "<row/>" * (20 << 20))


def workbook(rows: Rows, sheet: str | None = None) -> bytes:
    """The rows as the one worksheet of an .xlsx, or this XML as it."""
    return zipped(
        {
            "[Content_Types].xml": _CONTENT_TYPES.encode(),
            "_rels/.rels": _RELATIONS.encode(),
            "xl/workbook.xml": _BOOK.encode(),
            "xl/_rels/workbook.xml.rels": _BOOK_RELATIONS.encode(),
            "xl/worksheets/sheet1.xml": (worksheet(rows) if sheet is None else sheet).encode(
                "utf-8", "replace"
            ),
        }
    )


def worksheet(rows: Rows) -> str:
    """The XML of a worksheet: numbers as numbers, everything else as text in its cell."""
    body = "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in rows)
    return f'<?xml version="1.0"?><worksheet xmlns="{_SHEETS}"><sheetData>{body}</sheetData></worksheet>'


def _cell(text: str) -> str:
    if text.isdecimal() and text.isascii() and len(text) < 16:
        return f"<c><v>{text}</v></c>"
    clean = "".join(letter for letter in text if letter >= " " or letter in "\t\n\r")
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(clean)}</t></is></c>'


def as_workbook(dice: random.Random, rows: Rows) -> tuple[str, bytes]:
    """(what was done, the rows as a workbook that is whole or broken)."""
    if dice.random() < 0.4:
        return "as a workbook", workbook(rows)
    xml = worksheet(rows)
    at, width = dice.randrange(len(xml)), dice.randint(0, 30)
    drawn = dice.randrange(7)
    if drawn == 0:
        xml = xml[:at]
    elif drawn == 1:
        xml = (
            xml[:at]
            + dice.choice(("<", "&", "</row>", "<c>", "\x00", "&x;", '<row r="5000000">'))
            + xml[at + width :]
        )
    elif drawn == 2:
        xml = xml.replace("<c>", '<c r="ZZZ9">', dice.randint(1, 3))
    elif drawn == 3:
        xml = xml.replace(
            "<row>", dice.choice(('<row r="1">', '<row r="900000">', '<row r="-1">', '<row r="x">')), 2
        )
    elif drawn == 4:
        xml = xml.replace("<v>", dice.choice(("<v>1e999", "<v>-", "<v>nan", "<v></v><v>")))
    elif drawn == 5:
        xml = xml.replace(
            "<c>", dice.choice(('<c t="s">', '<c t="d">', '<c t="e">', '<c t="b">', '<c s="99">'))
        )
    else:
        entities = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
        xml = xml.replace("?>", "?>" + entities, 1).replace("<t ", "<t>&b;</t><t ", 3)
    return "as a broken workbook", workbook(rows, xml)
