"""Numbers as people and tools write them: with signs, currencies, marks between thousands, or a dash for none."""

from __future__ import annotations

from duckdb import CaseExpression, Expression

from pipelines.cells import NULL, Cells, function


def unless_dashed(found: tuple[str, Expression]) -> tuple[str, Expression]:
    """A dash in place of a number, with or without a currency sign, tells no number."""
    label, raw = found
    is_dash = function("regexp_full_match", raw, r"[\s\x{00a0}\x{202f}$€£]*[-–—][\s\x{00a0}\x{202f}$€£]*")
    return label, CaseExpression(is_dash, NULL.cast("VARCHAR")).otherwise(raw)


def number_of(raw: Expression, cells: Cells) -> Expression:
    """DOUBLE of a written number: blanks, currency signs and codes, thousands marks and a trailing minus understood."""
    marks = r"^[A-Za-z]{1,3} ?\$|^[A-Za-z]{2,3}|[\s\x{00a0}\x{202f}'’$€£]|[A-Za-z]{3}$|^\+"
    bare = function("regexp_replace", raw, marks, "", "g")
    bare = function("regexp_replace", bare, r"^\((.*)\)$", r"-\1")
    if cells.decimal_comma:
        valid = r"^-?(\d{1,3}(\.\d{3}){1,4}|\d{1,15})(,\d{1,30})?$"
        swapped = function("replace", function("replace", bare, ".", ""), ",", ".")
    else:
        valid = r"^-?((\d{1,3}(,\d{3}){1,4}|\d{1,15})(\.\d{1,30})?|\.\d{1,30})$"
        swapped = function("replace", bare, ",", "")
    checked = swapped.cast("DECIMAL(24,6)")
    plain = function("regexp_full_match", raw, r"\d{1,15}")  # most are, and need none of the searches
    number = CaseExpression(plain, raw.cast("DECIMAL(24,6)")).when(
        function("regexp_matches", bare, valid), checked
    )
    return number.otherwise(NULL.cast("DECIMAL(24,6)"))
