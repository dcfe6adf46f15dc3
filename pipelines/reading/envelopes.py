"""Where the records are in a JSON text: interfaces wrap them in pages, GraphQL in edges and nodes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from pipelines.reading.json_text import BrokenJsonError, Cursor, Value

# What a record has of its own and a page of records has not.
_IDENTITY = frozenset(
    "id _id uuid gid number slug tracking_number trackingnumber idship order_number return_id rma_number".split()
)
# Objects beside the records that tell about the page.
_ABOUT_THE_PAGE = frozenset(
    "_links links meta metadata page pageinfo paging pagination extensions cursor cursors search_metadata".split()
)
# Names that mean "the records" when an object holds several lists, as Zendesk's tickets beside their users.
_THE_RECORDS = frozenset(
    "results data items records values value nodes edges entries content rows hits list objects payload "
    "tickets conversations messages orders returns refunds claims cancellations shipments products".split()
)
_DEEPEST = 5


@dataclass
class Outline:
    """The shape of a value: its kind, the members of an object, how many objects a list holds."""

    kind: str  # object, list, scalar
    members: dict[str, Outline] = field(default_factory=dict)
    object_count: int = 0
    element_count: int = 0


def outline(cursor: Cursor, depth: int = 0) -> Outline:
    """The shape of the value that comes next. A text that breaks off gives the shape up to there."""
    found = Outline({"{": "object", "[": "list"}.get(cursor.peek(), "scalar"))
    try:
        if found.kind == "scalar" or depth == _DEEPEST:
            cursor.value()
        elif found.kind == "list":
            for _ in cursor.elements():
                found.element_count += 1
                found.object_count += cursor.peek() == "{"
                cursor.value()
        else:
            for name in cursor.members():
                found.members[name] = Outline("scalar")
                found.members[name] = outline(cursor, depth + 1)
    except BrokenJsonError:
        pass  # the pass that takes the records meets the same break, and reports it
    return found


def path_to_records(shape: Outline) -> tuple[str, ...]:
    """The names to follow to the records; () when the value itself is the record, or the list of them."""
    if shape.kind != "object" or any(
        name.lower() in _IDENTITY and member.kind == "scalar" for name, member in shape.members.items()
    ):
        return ()
    lists = [name for name, member in shape.members.items() if member.kind == "list" and member.object_count]
    if not lists:
        lists = [name for name, member in shape.members.items() if _is_empty_page(name, member)]
    if len(lists) > 1:
        lists = [name for name in lists if name.lower() in _THE_RECORDS]
    if len(lists) == 1:
        return (lists[0],)
    if lists:
        return ()
    inner = [
        (name, member)
        for name, member in shape.members.items()
        if member.kind == "object" and name.lower() not in _ABOUT_THE_PAGE
    ]
    if len(inner) != 1:
        return ()
    name, member = inner[0]
    below = path_to_records(member)
    is_record = any(each.lower() in _IDENTITY for each in member.members)
    return (name, *below) if below or is_record else ()


def _is_empty_page(name: str, member: Outline) -> bool:
    return member.kind == "list" and not member.element_count and name.lower() in _THE_RECORDS


def go_to(cursor: Cursor, path: tuple[str, ...]) -> None:
    """Move before the value at the end of the path."""
    for wanted in path:
        for name in cursor.members():
            if name == wanted:
                break
            cursor.value()


def taken_from(cursor: Cursor, path: tuple[str, ...]) -> Iterator[Value | BrokenJsonError]:
    """The records at the path, one by one, and the places where the text is broken."""
    try:
        go_to(cursor, path)
        if cursor.peek() == "[":
            yield from _elements(cursor)
        else:
            yield cursor.value()
        while not path and cursor.peek():  # files put one after the other
            yield cursor.value()
    except BrokenJsonError as error:
        yield error


def _elements(cursor: Cursor) -> Iterator[Value | BrokenJsonError]:
    is_inside = False
    while True:
        indentation: str | None = None
        try:
            for _ in cursor.elements(is_inside=is_inside):
                indentation = cursor.column()
                yield cursor.value()
        except BrokenJsonError as error:
            # Where each record begins a line of its own, the next one can be found again.
            if indentation is None or not cursor.skip_to_line(indentation + "{"):
                raise
            yield error
            is_inside = True
        else:
            return
