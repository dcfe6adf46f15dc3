"""Custom fields, mainly of JSON documents, found by what shops call them: beside `pipelines/helpdesks.py`.

Helpdesks write them as a list of entries with a name, or as an object whose keys are the names. The patterns are those
of columns (`~…` over plain names); a name in code is words too: 'cf_orderNumber' is 'order number'.
"""

from __future__ import annotations

from duckdb import CoalesceOperator, ColumnExpression, ConstantExpression, Expression, LambdaExpression

from pipelines.cells import NULL, Cells, Field, Parsed, function


def listed_values(path: str, name: str, value: str, *, called: str) -> Field:
    """The values of the entries of a list whose name matches: `path` to the list, `name` and `value` in an entry."""

    def parse(cells: Cells) -> Parsed:
        if not cells.is_documents:
            return Parsed(NULL.cast("VARCHAR[]"))
        entries = function("json_extract", ColumnExpression("doc"), path + "[*]")
        x = ColumnExpression("x")
        fitting = function(
            "list_filter",
            entries,
            LambdaExpression("x", _is(called, function("json_extract_string", x, name))),
        )
        return Parsed(_filled(fitting, function("json_extract_string", x, value)))

    return parse


def object_values(path: str, *, called: str) -> Field:
    """The values of an object's members whose name matches."""

    def parse(cells: Cells) -> Parsed:
        if not cells.is_documents:
            return Parsed(NULL.cast("VARCHAR[]"))
        document, x = ColumnExpression("doc"), ColumnExpression("x")
        fitting = function(
            "list_filter", function("json_keys", document, path), LambdaExpression("x", _is(called, x))
        )
        # a pointer takes any name as it is; in a path, a name could be a command
        escaped = function("replace", function("replace", x, "~", "~0"), "/", "~1")
        pointer = function("concat", "/", escaped)
        return Parsed(
            _filled(
                fitting,
                function("json_extract_string", function("json_extract", document, path), pointer),
            )
        )

    return parse


def first_of(values: Field) -> Field:
    """The first of a list of values, NULL when there is none."""
    return lambda cells: Parsed(function("list_extract", values(cells).value, 1))


def parted(values: Field, on: str) -> Field:
    """The parts of each of a list's values: several choices of one field, written in one cell."""

    def parse(cells: Cells) -> Parsed:
        x, chosen = ColumnExpression("x"), values(cells).value.cast("VARCHAR[]")
        parts = function("list_transform", chosen, LambdaExpression("x", function("string_split", x, on)))
        return Parsed(_filled(function("flatten", parts), x))

    return parse


def together(*lists: Field) -> Field:
    """The values of several lists, one after the other."""

    def parse(cells: Cells) -> Parsed:
        empty = function("list_value").cast("VARCHAR[]")
        return Parsed(
            function("list_concat", *(CoalesceOperator(each(cells).value, empty) for each in lists))
        )

    return parse


def _is(called: str, name: Expression) -> Expression:
    words = function("regexp_replace", name, "([a-z0-9])([A-Z])", r"\1 \2", "g")
    lowered = function("lower", function("strip_accents", words))
    plain = function("trim", function("regexp_replace", lowered, "[^a-z0-9]+", " ", "g"))
    return function("regexp_matches", function("regexp_replace", plain, "^cf ", ""), called.removeprefix("~"))


def _filled(entries: Expression, value: Expression) -> Expression:
    values = function("list_transform", entries, LambdaExpression("x", function("trim", value)))
    x = ColumnExpression("x")
    return function("list_filter", values, LambdaExpression("x", x != ConstantExpression("")))
