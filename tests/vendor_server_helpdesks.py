"""The APIs of Help Scout, Intercom and Zoho Desk, as far as live sync asks them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.vendor_server import Api, Asked, Document, Reply, unix


@dataclass
class Tokens(Api):
    """What vendors share whose access tokens expire: the last one handed out is good."""

    tokens: list[str] = field(default_factory=list)
    scheme: str = "Bearer"

    def expire(self) -> None:
        self.tokens.append("another")

    def hand_out(self, asked: Asked, **form: str) -> Reply:
        wanted = {"client_id": "c-1", "client_secret": "geheim-123", **form}
        if asked.method != "POST" or asked.form != wanted:
            return Reply(400, {"error": "invalid_client"})
        self.tokens.append(f"access-{len(self.tokens)}")
        return Reply(data={"access_token": self.tokens[-1], "token_type": "bearer", "expires_in": 3600})

    def is_known(self, asked: Asked) -> bool:
        return bool(self.tokens) and asked.headers.get("authorization") == f"{self.scheme} {self.tokens[-1]}"


@dataclass
class HelpScout(Tokens):
    """Conversations in numbered pages by a time of change that they do not tell; an empty page has no list."""

    size: int = 2
    changed: dict[int, str] = field(default_factory=dict)
    without_faults: tuple[str, ...] = ("/v2/oauth2/token",)

    def put(self, number: int, *, is_bare: bool = False, **more: Any) -> None:
        at = self.tick()
        self.changed[number] = at
        made = self.records.get(number, {}).get("createdAt", at)
        told = {
            "id": number,
            "number": 2000 + number,
            "type": "email",
            "status": "active",
            "state": "published",
            "subject": f"Ticket {number}",
            "mailboxId": 1,
            "createdAt": made,
            "primaryCustomer": {"id": 7000 + number, "email": f"p{number}@exemple.fr"},
        }
        optional = {
            "threads": 1,
            "closedAt": None,
            "userUpdatedAt": at,
            "source": {"type": "email", "via": "customer"},
            "tags": [{"id": 1, "color": "#000", "tag": "wrong item"}],
            "customFields": [],
            "_embedded": {"threads": [self._thread(number, at)]},
        }
        self.records[number] = told | ({} if is_bare else optional) | more

    def _thread(self, number: int, at: str) -> Document:
        return {
            "id": 90000 + number,
            "type": "customer",
            "state": "published",
            "body": "Ma commande #1281",
            "createdBy": {"id": 7000 + number, "type": "customer"},
            "createdAt": at,
        }

    def answer(self, asked: Asked) -> Reply:
        if asked.path == "/v2/oauth2/token":
            return self.hand_out(asked, grant_type="client_credentials")
        if not self.is_known(asked):
            return Reply(401, {"error": "invalid_token"})
        wanted = {"status": "all", "embed": "threads", "sortField": "modifiedAt", "sortOrder": "asc"}
        assert wanted.items() <= asked.params.items()
        since, number = asked.params.get("modifiedSince", ""), int(asked.params["page"])
        listed = [each for each in self.records.values() if self.changed[each["id"]] >= since]
        listed.sort(key=lambda each: (self.changed[each["id"]], each["id"]))
        page = listed[self.size * (number - 1) : self.size * number]
        total = -(-len(listed) // self.size)
        told = {"size": self.size, "totalElements": len(listed), "totalPages": total, "number": number}
        return Reply(
            data={"page": told} | ({"_embedded": {"conversations": page}} if page else {}),
            headers={"X-RateLimit-Remaining-Minute": "150"},
        )


@dataclass
class Intercom(Api):
    """The search of conversations: by a change after a second, in the order asked for, with a cursor."""

    size: int = 2
    is_sorting: bool = True

    def put(self, number: int, *, subject: str = "", is_bare: bool = False, at: str = "") -> None:
        changed = int(unix(at or self.tick()))
        told: Document = {
            "type": "conversation",
            "id": str(number),
            "created_at": self.records.get(number, {}).get("created_at", changed),
            "updated_at": changed,
            "state": "open",
            "source": {"delivered_as": "customer_initiated", "subject": subject or f"Ticket {number}"},
            "contacts": {"type": "contact.list", "contacts": []},
        }
        author = {"type": "user", "id": f"c{number}", "email": f"p{number}@exemple.fr"}
        optional = {
            "source": {**told["source"], "type": "email", "body": "<p>mauvais article</p>", "author": author},
            "contacts": {"type": "contact.list", "contacts": [{"type": "contact", "id": f"c{number}"}]},
            "tags": {"type": "tag.list", "tags": [{"type": "tag", "id": "1", "name": "wrong item"}]},
            "statistics": None,
            "conversation_rating": None,
            "custom_attributes": {},
        }
        self.records[number] = told | ({} if is_bare else optional)

    def answer(self, asked: Asked) -> Reply:
        if asked.headers.get("authorization") != "Bearer geheim-123":
            return Reply(401, {"type": "error.list", "errors": [{"code": "unauthorized"}]})
        assert (asked.method, asked.path) == ("POST", "/conversations/search")
        assert asked.headers["intercom-version"] == "2.14"
        query, pagination = asked.json["query"], asked.json["pagination"]
        assert (query["field"], query["operator"]) == ("updated_at", ">")
        assert asked.json["sort"] == {"field": "updated_at", "order": "ascending"}
        listed = [each for each in self.records.values() if each["updated_at"] > query["value"]]
        listed.sort(key=lambda each: (each["updated_at"], int(each["id"])), reverse=not self.is_sorting)
        first = int(pagination.get("starting_after", 0))
        page, following = listed[first : first + self.size], first + self.size
        pages: Document = {"type": "pages", "per_page": self.size, "page": first // self.size + 1}
        if following < len(listed):
            pages["next"] = {"page": pages["page"] + 1, "starting_after": str(following)}
        return Reply(
            data={"type": "conversation.list", "pages": pages, "conversations": page},
            headers={"X-RateLimit-Remaining": "160", "X-RateLimit-Reset": "1787332510"},
        )


@dataclass
class ZohoDesk(Tokens):
    """The search of tickets: by a range of changes, from a place on; nothing found is an answer without a body."""

    scheme: str = "Zoho-oauthtoken"
    without_faults: tuple[str, ...] = ("/token",)

    def put(self, number: int, *, is_bare: bool = False, at: str = "", **more: Any) -> None:
        changed = (at or self.tick()).removesuffix("Z") + ".000Z"
        told = {
            "id": str(number),
            "ticketNumber": str(100 + number),
            "subject": f"Ticket {number}",
            "channel": "Email",
            "status": "Open",
            "statusType": "Open",
            "createdTime": self.records.get(number, {}).get("createdTime", changed),
            "modifiedTime": changed,
        }
        optional = {
            "email": f"p{number}@exemple.fr",
            "category": "wrong item",
            "contactId": str(7000 + number),
            "department": {"id": "1", "name": "SAV"},
            "cf": {"cf_order_number": "1281"},
            "customFields": {"Order number": "1281"},
        }
        self.records[number] = told | ({} if is_bare else optional) | more

    def answer(self, asked: Asked) -> Reply:
        if asked.path == "/token":
            return self.hand_out(asked, grant_type="refresh_token", refresh_token="geheim-123")
        if not self.is_known(asked) or asked.headers.get("orgid") != "20116":
            return Reply(401, {"errorCode": "INVALID_OAUTH"})
        assert asked.path == "/api/v1/tickets/search"
        if asked.params.keys() != {"modifiedTimeRange", "sortBy", "limit", "from"}:
            return Reply(422, {"errorCode": "UNPROCESSABLE_ENTITY"})
        since, until = asked.params["modifiedTimeRange"].split(",")
        first, size = int(asked.params["from"]), int(asked.params["limit"])
        if asked.params["sortBy"] != "modifiedTime" or first > 4999 or not 1 <= size <= 100:
            return Reply(422, {"errorCode": "UNPROCESSABLE_ENTITY"})
        listed = [each for each in self.records.values() if since < each["modifiedTime"] < until]
        listed.sort(key=lambda each: (each["modifiedTime"], int(each["id"])))
        page = listed[first : first + size]
        return Reply(data={"data": page, "count": len(listed)}) if page else Reply(204, content=b"")
