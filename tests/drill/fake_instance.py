"""A small instance over real HTTP: verifies signatures with its own means, keeps a log in memory, answers the JSON API.

It can be told to fail: to refuse the first requests, to hang up before it answers, to lose a message that it
acknowledged, to take one twice.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from aiohttp import web
from aiohttp.test_utils import TestServer
from standardwebhooks import Webhook

WHSEC = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
APP_SECRETS = {"facebook": "5ecre7facebook", "instagram": "5ecre7instagram"}
TOKEN = "vigie-demo-token"
Said = tuple[str, str, str]  # type of event, id, text

HELD_AS = {"MessageEdited": "edited", "MessageWithdrawn": "withdrawn", "ReplyEchoed": "echoed"}


@dataclass
class Request:
    network: str
    headers: dict[str, str]
    body: bytes


@dataclass
class FakeInstance:
    failures: deque[int] = field(default_factory=deque)
    hang_up_after_taking: int = 0
    lose_text: str = ""
    double_text: str = ""
    p1_for: str = ""
    score: bool = True
    requests: list[Request] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)
    events: list[dict[str, Any]] = field(default_factory=list)
    taken: set[Said] = field(default_factory=set)
    items: dict[str, dict[str, Any]] = field(default_factory=dict)
    server: TestServer | None = None

    async def start(self) -> None:
        app = web.Application()
        app.router.add_post("/hooks/{network}", self.hook)
        app.router.add_get("/api/v1/brands/7/events", self.get_events)
        app.router.add_get("/api/v1/brands/7/items", self.get_items)
        self.server = TestServer(app)
        await self.server.start_server()

    async def stop(self) -> None:
        assert self.server is not None
        await self.server.close()

    def demo(self, folder: Path, **changes: Any) -> Path:
        assert self.server is not None
        base = f"http://127.0.0.1:{self.server.port}"
        networks = ("generic", "facebook", "instagram")
        secrets = {"generic": WHSEC, **APP_SECRETS}
        channels = [
            {"id": f"c-{net}", "network": net, "hook_url": f"{base}/hooks/{net}", "secret": secrets[net]}
            for net in networks
        ]
        demo = {"base_url": base, "brand_id": 7, "api_token": TOKEN, "sign_in_url": f"{base}/x", "channels": channels}
        path = folder / "demo.json"
        path.write_bytes(orjson.dumps({**demo, **changes}))
        return path

    # --- in ---

    async def hook(self, request: web.Request) -> web.Response:
        network, body = request.match_info["network"], await request.read()
        if self.failures:
            status = self.failures.popleft()
            self.answers[status] += 1
            return web.Response(status=status, headers={"Retry-After": "1"})
        self.requests.append(Request(network, dict(request.headers), body))
        self.verify(network, request, body)
        for said in generic(orjson.loads(body)) if network == "generic" else graph(orjson.loads(body)):
            self.take(said)
        if self.hang_up_after_taking:
            self.hang_up_after_taking -= 1
            assert request.transport is not None
            request.transport.close()
        self.answers[200] += 1
        return web.Response(status=202 if network == "generic" else 200)

    @staticmethod
    def verify(network: str, request: web.Request, body: bytes) -> None:
        if network == "generic":
            Webhook(WHSEC).verify(body, dict(request.headers))
            return
        expected = "sha256=" + hmac.new(APP_SECRETS[network].encode(), body, hashlib.sha256).hexdigest()
        assert hmac.compare_digest(expected, request.headers["X-Hub-Signature-256"])

    def take(self, said: Said) -> None:
        type_, id_, text = said
        if said in self.taken or (self.lose_text and self.lose_text in text):
            return
        self.taken.add(said)
        self.append(type_, id_, text)
        if self.double_text and self.double_text in text:
            self.append(type_, id_, text)

    def append(self, type_: str, id_: str, text: str) -> None:
        now = datetime.now(UTC).isoformat()
        known = any(e["type"] == "MessageReceived" and e["data"]["external_id"] == id_ for e in self.events)
        if type_ == "MessageWithdrawn" and not known:
            self.log("ReferenceHeld", {"verb": HELD_AS[type_], "external_id": id_, "refers_to": id_, "at": now})
            return
        self.log(type_, {"external_id": id_, "text": text, "received_at": now}, item_id=f"item-{id_}")
        if type_ == "MessageReceived":
            self.items[f"item-{id_}"] = {
                "id": f"item-{id_}", "status": "open", "sentiment": "negative" if self.score else None, "lang": "fr",
                "priority": 1 if self.p1_for and self.p1_for in text else 3, "urgency": 0.5 if self.score else None,
            }  # fmt: skip
            if self.score:
                self.log("MessageClassified", {"external_id": id_, "at": now}, item_id=f"item-{id_}")

    def log(self, type_: str, data: dict[str, Any], item_id: str | None = None) -> None:
        position = len(self.events) + 1
        self.events.append({"position": position, "type": type_, "item_id": item_id, "data": data})

    # --- out ---

    async def get_events(self, request: web.Request) -> web.Response:
        self.authorise(request)
        after, limit = int(request.query["after"]), int(request.query["limit"])
        return web.json_response({"events": self.events[after : after + limit], "position": len(self.events)})

    async def get_items(self, request: web.Request) -> web.Response:
        self.authorise(request)
        start, limit = int(request.query.get("after", 0)), min(50, int(request.query["limit"]))
        rows = list(self.items.values())
        after = str(start + limit) if start + limit < len(rows) else None
        page = {"items": rows[start : start + limit], "next": after, "position": len(self.events)}
        return web.json_response(page)

    @staticmethod
    def authorise(request: web.Request) -> None:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            raise web.HTTPUnauthorized


def generic(body: dict[str, Any]) -> Iterator[Said]:
    types = {
        "message.received": "MessageReceived", "message.edited": "MessageEdited",
        "message.deleted": "MessageWithdrawn", "reply.echoed": "ReplyEchoed",
    }  # fmt: skip
    for message in body.get("messages", [body]):
        yield types[message["type"]], message["id"], message.get("text", "")


def graph(body: dict[str, Any]) -> Iterator[Said]:
    assert body["object"] in {"page", "instagram"}
    return itertools.chain.from_iterable(_entry(entry) for entry in body["entry"])


def _entry(entry: dict[str, Any]) -> Iterator[Said]:
    for event in entry.get("messaging", ()):
        if "message_edit" in event:
            yield "MessageEdited", event["message_edit"]["mid"], event["message_edit"]["text"]
            continue
        message = event["message"]
        deleted = "MessageWithdrawn" if message.get("is_deleted") else "MessageReceived"
        yield "ReplyEchoed" if message.get("is_echo") else deleted, message["mid"], message.get("text", "")
    verbs = {"add": "MessageReceived", "edited": "MessageEdited", "remove": "MessageWithdrawn"}
    for change in entry.get("changes", ()):
        value = change["value"]
        if change["field"] == "comments":
            yield "MessageReceived", value["id"], value["text"]
            continue
        by_page = value.get("from", {}).get("id") == entry["id"]
        id_ = value.get("comment_id") or value["post_id"]
        yield "ReplyEchoed" if by_page else verbs[value["verb"]], id_, value.get("message", "")
