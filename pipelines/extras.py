"""What is kept of columns that the contract does not know: all of them, but for those that tell who a person is."""

from __future__ import annotations

import re

from duckdb import CaseExpression, ColumnExpression, ConstantExpression, Expression

from pipelines.cells import NULL, Cells, function, plain
from pipelines.reading import Sheet
from pipelines.source import Source, Table

EMAIL = r"[^\s@<>\"']+@[^\s@<>\"']+\.[A-Za-z]{2,}"

_PERSON = (
    "customer|client|cliente?|buyer|acheteur|acheteuse|recipient|destinataire|requester|submitter|assignee|agent"
    "|employee|contact|owner|staff|user|utilisateur|demandeur"
)
_PEOPLE = rf"first|last|full|billing|shipping|ship|delivery|facturation|livraison|{_PERSON}"
_NAME = "name|nom|company|societe"
#: plain header names (lower case, no accents) of columns that identify a person or hold free text
_PERSONAL = re.compile(
    r"\b(e ?mail|courriel|phone|telephone|tel|mobile|portable|fax|street|address\d?|adresse|rue|zip|zipcode|postal"
    r"|postcode|postale?|city|ville|firstname|lastname|fullname|prenom|note|notes|comment|comments|commentaires?|body"
    r"|message|description|ip|iban|vat|siret|birth|naissance|latitude|longitude|digicode)\b"
    rf"|\b({_PEOPLE}) (to )?({_NAME})\b|\b({_NAME}) (d[eu] |de la |de l |of )?({_PEOPLE})\b"
    rf"|^({_PERSON}|{_NAME})$"
)


def is_personal_header(header: str) -> bool:
    """Whether a column of this name identifies a person, or holds free text."""
    return _PERSONAL.search(plain(header)) is not None


def extra(sheet: Sheet, cells: Cells, source: Source, table: Table) -> Expression:
    """JSON object of the columns that the table keeps, no field reads and that identify nobody; NULL without any."""
    if sheet.shape == "documents":
        return NULL
    unknown = [
        column
        for column in sheet.columns
        if column not in cells.used
        and _keeps(table, plain(column), source)
        and not is_personal_header(column)
        and not re.search(source.personal, plain(column))
        and not re.search(source.repeated, plain(column))
    ]
    unknown = _filled(sheet, unknown)
    if not unknown:
        return NULL
    bare = [_bare(column, source) for column in unknown]
    pairs: list[Expression] = []
    for column, name in zip(unknown, bare, strict=True):
        pairs += [ConstantExpression(name if bare.count(name) == 1 else column), ColumnExpression(column)]
    written = function("json_object", *pairs)
    text = written.cast("VARCHAR")
    masked = function("regexp_replace", text, EMAIL, "[e-mail]", "g").cast("JSON")
    written = CaseExpression(function("contains", text, "@"), masked).otherwise(written)
    cells_kept = [ColumnExpression(column) for column in unknown]
    has_blank, is_blank = cells_kept[0].isnull(), cells_kept[0].isnull()
    for cell in cells_kept[1:]:
        has_blank, is_blank = has_blank | cell.isnull(), is_blank & cell.isnull()
    # a merge patch drops the blank cells
    bare_of_blanks = function("json_merge_patch", ConstantExpression("{}"), written)
    return CaseExpression(is_blank, NULL.cast("JSON")).when(has_blank, bare_of_blanks).otherwise(written)


def _filled(sheet: Sheet, columns: list[str]) -> list[str]:
    """Those of the columns that hold anything in this file."""
    if not columns:
        return []
    counts = sheet.relation.aggregate([function("count", ColumnExpression(name)) for name in columns])
    return [name for name, count in zip(columns, counts.fetchall()[0], strict=True) if count]


def _keeps(table: Table, column: str, source: Source) -> bool:
    """Columns go to the table that asks for them, the others to the first."""
    for asking in source.tables:
        if asking.extra and re.search(asking.extra, column):
            return asking is table
    return table is source.tables[0]


def _bare(column: str, source: Source) -> str:
    """The column's name without the prefix under which the vendor lists custom fields."""
    for prefix in source.custom_prefixes:
        if column.startswith(prefix):
            return column.removeprefix(prefix)
    return column
