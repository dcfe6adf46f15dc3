"""JSON documents, changed in their values, keys and shape, and written in the ways in which interfaces write them."""

from __future__ import annotations

import json
import random
from typing import Any

from bench.fuzzing import values


def taken_apart(content: bytes) -> Any:
    """The value of a JSON text, a list for one document a line; None for what is none."""
    try:
        text = content.decode("utf-8-sig")
        if text.lstrip()[:1] not in ("{", "["):
            return None
        try:
            return json.loads(text)
        except ValueError:
            return [json.loads(line) for line in text.splitlines() if line.strip()]
    except ValueError:
        return None


def changed(dice: random.Random, value: Any) -> Any:
    """The same with some values, keys and elements replaced, dropped, doubled or moved."""
    return _changed(dice, value, dice.choice((0.003, 0.03, 0.15)))


def _changed(dice: random.Random, value: Any, share: float) -> Any:
    if dice.random() < share:
        drawn = dice.random()
        if drawn < 0.7 or not isinstance(value, dict | list):
            return values.of_tree(dice)
        if drawn < 0.8:
            return [value]
        if isinstance(value, list):
            return value + value if drawn < 0.9 else value[0] if value else {}
        return list(value.values()) if drawn < 0.9 else json.dumps(value)
    if isinstance(value, dict):
        found = {}
        for key, inner in value.items():
            drawn = dice.random()
            if drawn < share / 3:
                continue
            if drawn < share * 0.6:
                key = dice.choice((key.upper(), key + " ", "", "a.b", 'a"b', "$", "id", "\x00", "é" * 200))
            found[key] = _changed(dice, inner, share)
        return found
    if isinstance(value, list):
        return [_changed(dice, inner, share) for inner in value]
    return value


def wrapped(dice: random.Random, value: Any) -> Any:
    """The value in an envelope, or out of its own."""
    drawn = dice.randrange(9)
    if drawn == 0:
        return {"data": value, "meta": {"page": 1, "count": 3}}
    if drawn == 1:
        return {"data": {"nodes": {"edges": [{"node": each, "cursor": "x"} for each in _listed(value)]}}}
    if drawn == 2:
        return [value, value]
    if drawn == 3:
        return [[value]]
    if drawn == 4:
        return {"results": [], "items": _listed(value), "errors": []}
    if drawn == 5:
        return _listed(value)
    if drawn == 6:
        return {"a": {"b": {"c": {"d": {"e": {"f": value}}}}}}
    if drawn == 7:
        return [values.of_tree(dice), *_listed(value), values.of_tree(dice)]
    return values.deep(dice.choice((5, 100, 900)))


def _listed(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    lists = [inner for inner in value.values() if isinstance(inner, list)] if isinstance(value, dict) else []
    return lists[0] if lists else [value]


def written(dice: random.Random, value: Any) -> str:
    """The value as JSON text: on one line, laid out, or one document a line."""
    drawn = dice.random()
    letters = dice.random() < 0.5
    if drawn < 0.25:
        return "\n".join(json.dumps(each, ensure_ascii=letters) for each in _listed(value)) + "\n"
    if drawn < 0.6:
        return json.dumps(value, ensure_ascii=letters, indent=dice.choice((0, 1, 2, "\t")))
    return json.dumps(value, ensure_ascii=letters, separators=dice.choice(((",", ":"), (", ", ": "))))


def mistyped(dice: random.Random, text: str) -> str:
    """A text that is nearly JSON: as a hand, a log or a broken page leaves it."""
    drawn = dice.randrange(9)
    at = dice.randrange(len(text) + 1)
    if drawn == 0:
        return text[:at] + dice.choice(',:{}[]"\\') + text[at:]
    if drawn == 1:
        return text.replace("}", ",}", dice.randint(1, 3))
    if drawn == 2:
        return text + dice.choice(("\n", "", " ", ",")) + text
    if drawn == 3:
        return text.replace('"', "'")
    if drawn == 4:
        return "callback(" + text + ");"
    if drawn == 5:
        return text.replace(": ", ': NaN, "x": ', 1)
    if drawn == 6:
        return text[:at] + dice.choice(("\x00", "\n", "\t", "\\u0000", "\\ud800", "\\x")) + text[at:]
    if drawn == 7:
        return "[" * dice.choice((50, 3_000, 100_000)) + text
    return text + "\n// end\n" + dice.choice(("", "<html>", "null", "{}"))
