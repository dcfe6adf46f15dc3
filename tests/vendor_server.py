"""A server of ours, on this computer, that behaves as vendors document their APIs, and fails when it is told to.

Records live in a dict; a vendor's class says how they are listed. Faults are put into a queue, and each request takes
the next: a status to answer, 'cut' to break off in mid-page, or something to do before answering.
"""

from __future__ import annotations

import base64
import email.utils
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Document = dict[str, Any]
#: a status with headers, 'cut', or something to do before the request is answered
Fault = tuple[int, dict[str, str]] | str | Callable[[], None]

START = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)


@dataclass
class Asked:
    """One request as it came."""

    method: str
    path: str
    params: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}

    @property
    def basic(self) -> str:
        """User and password, parted by a colon."""
        kind, _, value = self.headers.get("authorization", "").partition(" ")
        return base64.b64decode(value).decode() if kind == "Basic" else ""


@dataclass
class Reply:
    status: int = 200
    data: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes | None = None


@dataclass
class Api:
    """What all vendors share: records, a clock that every change moves on, faults and what was asked."""

    records: dict[Any, Document] = field(default_factory=dict)
    faults: list[Fault | None] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    now: datetime = START
    url: str = ""
    #: paths that fail never, so that faults are counted in pages
    without_faults: tuple[str, ...] = ()

    def tick(self, seconds: float = 60) -> str:
        self.now += timedelta(seconds=seconds)
        return self.now.strftime("%Y-%m-%dT%H:%M:%SZ")

    def answer(self, asked: Asked) -> Reply:
        raise NotImplementedError


@contextmanager
def serving(api: Api) -> Iterator[Api]:
    """The API on a port of this computer, at `api.url`."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._serve()

        def do_POST(self) -> None:
            self._serve()

        def _serve(self) -> None:
            parts = urlsplit(self.path)
            size = int(self.headers.get("content-length") or 0)
            params = {name: values[0] for name, values in parse_qs(parts.query).items()}
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, parts.path, params, headers, self.rfile.read(size))
            api.asked.append(asked)
            fault = api.faults.pop(0) if api.faults and parts.path not in api.without_faults else None
            if callable(fault):
                fault()
            if isinstance(fault, tuple):
                return self._send(Reply(fault[0], {"error": "told to fail"}, fault[1]))
            reply = api.answer(asked)
            return self._send(reply, is_cut=fault == "cut")

        def _send(self, reply: Reply, *, is_cut: bool = False) -> None:
            content = reply.content if reply.content is not None else json.dumps(reply.data).encode()
            self.send_response(reply.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content[: len(content) // 2] if is_cut else content)
            if is_cut:
                self.wfile.flush()
                self.close_connection = True

        def date_time_string(self, timestamp: float | None = None) -> str:
            return email.utils.format_datetime(api.now, usegmt=True)

        def log_message(self, format: str, *args: Any) -> None:
            """Tests are quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    api.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def unix(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


@dataclass
class Zendesk(Api):
    """The incremental export: sorted by change, a cursor with every page, who asked beside the tickets."""

    size: int = 2
    tokens: list[str] = field(default_factory=list)
    refresh_token: str = ""
    events: list[Document] = field(default_factory=list)

    def comment(self, ticket: int, *, public: bool = True, channel: str = "email") -> None:
        """A comment on a ticket, as an event among others."""
        at, number = self.tick(), len(self.events) + 1
        said = {
            "id": 9000 + number,
            "via": {"channel": channel, "source": {"from": {}, "to": {}, "rel": None}},
            "type": "Comment",
            "author_id": 1,
            "body": "La lampe est cassée",
            "html_body": "<p>La lampe est cassée</p>",
            "public": public,
            "audit_id": 8000 + number,
            "created_at": at,
            "event_type": "Comment",
        }
        change = {"id": 7000 + number, "via": "Web form", "status": "open", "event_type": "Change"}
        self.events.append(
            {
                "child_events": [said, change],
                "id": 8000 + number,
                "ticket_id": ticket,
                "timestamp": int(unix(at)),
                "created_at": at,
                "updater_id": 1,
                "via": "Web form",
                "system": {"client": "Mozilla", "location": "Lyon"},
                "metadata": {},
                "event_type": "Audit",
            }
        )

    def change(self, ticket: int) -> None:
        """An event without a comment."""
        self.comment(ticket)
        del self.events[-1]["child_events"][0]

    def put(self, number: int, **more: Any) -> None:
        at = self.tick()
        made = self.records.get(number, {}).get("created_at", at)
        self.records[number] = {
            "id": number,
            "external_id": None,
            "via": {"channel": "email", "source": {"from": {}, "to": {}, "rel": None}},
            "created_at": made,
            "updated_at": at,
            "generated_timestamp": int(unix(at)),
            "subject": f"Ticket {number}",
            "raw_subject": f"Ticket {number}",
            "description": "…",
            "status": "open",
            "tags": [],
            "custom_fields": [],
            "requester_id": 7000 + number,
            "group_id": 1,
            **more,
        }

    def answer(self, asked: Asked) -> Reply:
        if asked.path == "/oauth/tokens":
            return self._token(asked)
        if self.tokens and asked.headers.get("authorization") != f"Bearer {self.tokens[-1]}":
            return Reply(401, {"error": "invalid_token"})
        if not self.tokens and asked.basic != "eva@boutique.example/token:geheim-123":
            return Reply(401, {"error": "Couldn't authenticate you"})
        if asked.path == "/api/v2/incremental/ticket_events.json":
            return self._events(asked)
        if "cursor" in asked.params:
            after, last = asked.params["cursor"].split("|")
        else:
            after, last = str(int(asked.params["start_time"]) - 1), "999999999"
        key = (int(after), int(last))
        listed = sorted(self.records.values(), key=lambda each: (each["generated_timestamp"], each["id"]))
        rest = [each for each in listed if (each["generated_timestamp"], each["id"]) > key]
        page = rest[: self.size]
        cursor = f"{page[-1]['generated_timestamp']}|{page[-1]['id']}" if page else f"{key[0]}|{key[1]}"
        return Reply(
            data={
                "tickets": page,
                "users": [
                    {
                        "id": each["requester_id"],
                        "name": "A Person",
                        "email": f"p{each['id']}@exemple.fr",
                        "locale": "fr",
                    }
                    for each in page
                ],
                "groups": [{"id": 1, "name": "SAV"}],
                "metric_sets": [
                    {"ticket_id": each["id"], "reopens": 1, "reply_time_in_minutes": {"calendar": 30}}
                    for each in page
                ],
                "after_cursor": cursor,
                "end_of_stream": len(rest) <= self.size,
            }
        )

    def _events(self, asked: Asked) -> Reply:
        """Events from a second on, that second included; all of one second on one page."""
        assert asked.params["include"] == "comment_events"
        found = [each for each in self.events if each["timestamp"] >= int(asked.params["start_time"])]
        last = found[self.size - 1]["timestamp"] if len(found) > self.size else None
        page = [each for each in found if last is None or each["timestamp"] <= last]
        return Reply(
            data={
                "ticket_events": page,
                "count": len(page),
                "end_time": page[-1]["timestamp"] if page else None,
                "end_of_stream": len(page) == len(found),
            }
        )

    def _token(self, asked: Asked) -> Reply:
        form = asked.form
        if form.get("grant_type") == "refresh_token":
            if form["refresh_token"] != self.refresh_token:
                return Reply(400, {"error": "invalid_grant", "error_description": form["refresh_token"]})
            self.refresh_token += "+"
        self.tokens.append(f"access-{len(self.tokens)}")
        return Reply(data={"access_token": self.tokens[-1], "refresh_token": self.refresh_token or None})


@dataclass
class Gorgias(Api):
    """Tickets, the latest change first; the cursor is a place among them, so that changes do not move it."""

    size: int = 2
    messages: dict[int, Document] = field(default_factory=dict)

    def write(self, number: int, ticket: int, *, from_agent: bool = False, **more: Any) -> None:
        """A message on a ticket."""
        at = self.tick().removesuffix("Z") + ".250000"
        self.messages[number] = {
            "id": number,
            "ticket_id": ticket,
            "channel": "email",
            "via": "email",
            "from_agent": from_agent,
            "public": True,
            "body_text": "La lampe est cassée",
            "sender": {"email": f"p{ticket}@exemple.fr"},
            "created_datetime": at,
            "sent_datetime": at if from_agent else None,
            "failed_datetime": None,
            **more,
        }

    def put(self, number: int, **more: Any) -> None:
        at = self.tick().removesuffix("Z") + ".250000"
        made = self.records.get(number, {}).get("created_datetime", at)
        self.records[number] = {
            "id": number,
            "channel": "email",
            "via": "email",
            "from_agent": False,
            "spam": False,
            "subject": f"Ticket {number}",
            "excerpt": "",
            "tags": [],
            "customer": {"id": number, "email": f"p{number}@exemple.fr"},
            "created_datetime": made,
            "updated_datetime": at,
            "closed_datetime": None,
            "trashed_datetime": None,
            **more,
        }

    def answer(self, asked: Asked) -> Reply:
        if asked.basic != "eva@boutique.example:geheim-123":
            return Reply(401, {"error": {"msg": "unauthorized"}})
        is_message = asked.path == "/api/messages"
        by, records = (
            ("created_datetime", self.messages) if is_message else ("updated_datetime", self.records)
        )
        assert asked.params["order_by"] == f"{by}:desc"
        listed = sorted(records.values(), key=lambda each: each[by], reverse=True)
        if cursor := asked.params.get("cursor"):
            listed = [each for each in listed if each[by] < cursor]
        page = listed[: self.size]
        following = page[-1][by] if len(listed) > self.size else None
        return Reply(
            data={"data": page, "meta": {"next_cursor": following, "prev_cursor": None}},
            headers={"X-Gorgias-Account-Api-Call-Limit": "10/40"},
        )


@dataclass
class Freshdesk(Api):
    """Tickets since a moment, in numbered pages of 100 at most; deleted ones in a list of their own."""

    def put(self, number: int, *, at: str | None = None, **more: Any) -> None:
        at = at or self.tick()
        made = self.records.get(number, {}).get("created_at", at)
        self.records[number] = {
            "id": number,
            "subject": f"Ticket {number}",
            "status": 2,
            "source": 1,
            "type": None,
            "tags": [],
            "custom_fields": {},
            "requester_id": 7000 + number,
            "responder_id": None,
            "spam": False,
            "deleted": False,
            "fr_escalated": False,
            "created_at": made,
            "updated_at": at,
            "requester": {"id": 7000 + number, "email": f"p{number}@exemple.fr"},
            "stats": {"resolved_at": None, "closed_at": None},
            **more,
        }

    def answer(self, asked: Asked) -> Reply:
        if asked.basic != "geheim-123:X":
            return Reply(401, {"code": "invalid_credentials"})
        chosen = asked.params.get("filter")
        listed = [
            each
            for each in self.records.values()
            if each["updated_at"] >= asked.params["updated_since"]
            and (each[chosen] if chosen else not each["deleted"] and not each["spam"])
        ]
        listed.sort(key=lambda each: (each["updated_at"], each["id"]))
        size, number = int(asked.params["per_page"]), int(asked.params["page"])
        return Reply(
            data=listed[size * (number - 1) : size * number], headers={"X-RateLimit-Remaining": "150"}
        )
