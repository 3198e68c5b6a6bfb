"""The gate: CSRF, origins, headers, redirects, problem documents, log lines."""

from __future__ import annotations

import asyncio
import logging

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from inbox.errors import Unavailable
from inbox.web import address
from inbox.web import app as web_app
from inbox.web.context import DEPS
from inbox.web.headers import CONTENT_SECURITY_POLICY
from inbox.web.routes import Route
from inbox.web.security import safe_next
from inbox.web.table import TABLE
from tests.web.world import World, deps_of, free_port

MISSING = "00000000-0000-4000-8000-000000000000"


def page_posts(world: World) -> list[Route]:
    return [route for route in world.app[TABLE] if route.surface == "page" and route.method != "GET"]


def filled(world: World, path: str) -> str:
    from tests.web.test_access_matrix import fill

    return fill(path, world.brand, MISSING)


async def test_no_form_is_taken_without_its_token(world: World) -> None:
    head = await world.log.head(world.brand)
    for route in page_posts(world):
        cookie, csrf = await world.session("owner")
        other = (await world.session("cm"))[1]
        for form in ({}, {"csrf": ""}, {"csrf": other}, {"csrf": csrf[:-1]}, {"csrf": "é"}):
            answer = await world.ask("POST", filled(world, route.path), headers=world.cookie(cookie), form=form or None)
            assert answer.status == 403, (route.name, form)
    assert await world.log.head(world.brand) == head


@pytest.mark.parametrize(
    "foreign",
    [
        {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"}, {"Origin": "http://127.0.0.1.evil.example"},
    ],
    ids=str,
)  # fmt: skip
async def test_no_form_is_taken_from_another_site_even_with_its_token(world: World, foreign: dict[str, str]) -> None:
    for route in page_posts(world):
        cookie, csrf = await world.session("owner")
        answer = await world.ask(
            "POST", filled(world, route.path), headers=world.cookie(cookie) | foreign, form={"csrf": csrf}
        )
        assert answer.status == 403, route.name


async def test_a_visitor_gets_a_cookie_that_their_sign_in_form_is_checked_against(world: World) -> None:
    page = await world.ask("GET", "/sign-in")
    if page.status == 404:
        pytest.skip("no sign-in page in this build")
    cookie = page.headers["Set-Cookie"]
    assert "vigie-visit=" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    without = await world.ask("POST", "/sign-in", form={"email": "a@b.test", "password": "x"})
    assert without.status == 403


async def test_a_session_reads_the_api_from_our_own_pages_only(world: World) -> None:
    cookie, csrf = await world.session("owner")
    path = f"/api/v1/brands/{world.brand}/members"
    mine = world.cookie(cookie)
    assert (await world.ask("GET", path, headers=mine)).status == 200
    assert (await world.ask("GET", path, headers=mine | {"Sec-Fetch-Site": "same-origin"})).status == 200
    assert (await world.ask("GET", path, headers=mine | {"Sec-Fetch-Site": "cross-site"})).status == 401
    item = await world.hear()
    command = f"/api/v1/brands/{world.brand}/items/{item}/resolve"
    headers = mine | {"X-CSRF-Token": csrf, "Idempotency-Key": "k"}
    assert (await world.ask("POST", command, headers=headers, json={"expected_position": 9})).status == 401


async def test_every_answer_carries_the_headers(world: World) -> None:
    for path in ("/healthz", "/api/v1/brands/1/items", "/nowhere", "/api/nowhere", "/sign-in"):
        answer = await world.ask("GET", path)
        assert answer.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Cache-Control"] == "no-store"
        assert len(answer.headers["X-Request-Id"]) == 32
        assert answer.headers["Server"] == "Vigie"


async def test_a_problem_is_a_problem_document(world: World) -> None:
    path = f"/api/v1/brands/{world.brand}/items"
    for answer, status in (
        (await world.ask("GET", path), 401),
        (await world.ask("GET", path, headers={"Authorization": "Bearer vg_1_no"}), 401),
        (await world.api("GET", "/items?limit=no"), 400),
        (await world.ask("DELETE", path), 405),
        (await world.ask("GET", "/api/v2/x"), 404),
    ):
        assert answer.status == status
        assert answer.headers["Content-Type"].startswith("application/problem+json")
        problem = answer.json()
        assert {"type", "title", "status", "detail", "errors"} <= problem.keys()
        assert problem["status"] == status
        if status != 404:
            assert problem["instance"] == f"urn:vigie:request:{answer.headers['X-Request-Id']}"
    assert (await world.ask("GET", path)).headers["WWW-Authenticate"] == "Bearer"
    assert (await world.ask("DELETE", path)).headers["Allow"] == "GET"


@pytest.mark.parametrize(
    "header", ["Bearer", "Basic eDp5", "Bearer a b", "", "vg_1_x", "Bearer vg_999999999999999999_" + "x" * 43]
)
async def test_no_authorization_header_breaks_the_gate(world: World, header: str) -> None:
    answer = await world.ask("GET", f"/api/v1/brands/{world.brand}/items", headers={"Authorization": header})
    assert answer.status == 401


async def test_healthz_is_alive_and_readyz_says_when_not(world: World) -> None:
    assert (await world.ask("GET", "/healthz")).json() == {"status": "alive"}
    assert (await world.ask("GET", "/readyz")).json() == {"status": "ready"}
    assert (await world.ask("HEAD", "/healthz")).status == 200


async def _broken(request: web.Request) -> web.StreamResponse:
    raise RuntimeError("canary-person canary-secret")


async def _away(request: web.Request) -> web.StreamResponse:
    raise Unavailable("the database does not answer", retry_after_s=7)


async def test_a_bug_and_an_outage_say_nothing_of_their_content(world: World, caplog: pytest.LogCaptureFixture) -> None:
    deps = deps_of(world.log, world.clock, f"http://127.0.0.1:{free_port()}")
    extra = [
        Route("GET", "/api/broken", _broken, "public", "api", "broken"),
        Route("GET", "/broken", _broken, "public", "page", "broken.page"),
        Route("GET", "/api/away", _away, "public", "api", "away"),
        Route("GET", "/away", _away, "public", "page", "away.page"),
    ]
    runner = web.AppRunner(web_app.build(deps, extra), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", int(deps.settings.base_url.rpartition(":")[2])).start()
    world.deps = deps
    try:
        with caplog.at_level(logging.INFO):
            paths = ("/api/broken", "/broken", "/api/away", "/away")
            answers = {path: await world.ask("GET", path + "?q=canary-query") for path in paths}
    finally:
        await runner.cleanup()
    assert [answer.status for answer in answers.values()] == [500, 500, 503, 503]
    assert answers["/api/away"].headers["Retry-After"] == answers["/away"].headers["Retry-After"] == "7"
    assert "canary" not in caplog.text
    assert not any(word in answer.text for answer in answers.values() for word in ("canary-person", "canary-secret"))
    bugs = [record for record in caplog.records if "bug" in record.getMessage()]
    assert len(bugs) == 2
    assert answers["/api/broken"].headers["X-Request-Id"] in bugs[0].getMessage()


async def test_log_lines_hold_neither_tokens_nor_queries(world: World, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        await world.api("GET", "/items?q=canary-person")
        await world.ask("GET", "/sign-in/link/canary-token")
        await world.ask("GET", "/nowhere/canary-path%0d%0aforged")
    assert "canary" not in caplog.text
    assert world.tokens["full"] not in caplog.text
    assert "/api/v1/brands/{brand_id}/items 200" in caplog.text


async def test_a_process_without_people_serves_its_health_only(world: World) -> None:
    app = web_app.build(deps_of(world.log, world.clock, "http://127.0.0.1:1"), people=False)
    assert [route.path for route in app[TABLE]] == ["/healthz", "/readyz"]


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example", "http:evil.example",
        "javascript:alert(1)", " //evil.example", "/\t/evil.example", "/\n/evil.example", "/%0a//x\x00",
        "///evil.example", "/x//evil.example", "evil.example", "data:text/html,x", "?next=//evil", "", None, "/é", "http:///evil.example",
        "/\x0b/evil.example", "\u2028//evil", "https:/evil.example", "//evil.example/%2f..", "/.//evil.example",
        "////x",
        "/\\/evil", "\x00/", "ftp://x", "//[::1]/", "@evil",
    ],
)  # fmt: skip
def test_sign_in_leads_back_to_us_only(wanted: str | None) -> None:
    assert safe_next(wanted) == "/"


@pytest.mark.parametrize("wanted", ["/b/1/queue", "/b/1/queue?view=urgent&q=a%20b", "/account#x"])
def test_sign_in_leads_back_to_where_one_was(wanted: str) -> None:
    assert safe_next(wanted) == wanted


async def test_links_come_from_the_settings_whatever_the_host_header_says(world: World) -> None:
    request = make_mocked_request("GET", "/", headers={"Host": "evil.example"}, app=world.app)
    assert address.absolute(request, "/x") == world.app[DEPS].settings.base_url + "/x"
    forged = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
    answer = await world.ask("GET", f"/b/{world.brand}/live", headers=forged)
    assert answer.status == 303
    assert answer.headers["Location"].startswith("/sign-in")
    document = await world.ask("GET", "/api/openapi.json", headers=forged)
    assert "evil.example" not in document.text


async def test_forwarded_addresses_are_believed_of_trusted_proxies_only(world: World) -> None:
    def seen(peer: str, forwarded: str) -> str:
        class Transport(asyncio.Transport):
            def get_extra_info(self, name: str, default: object = None) -> object:
                return (peer, 1) if name == "peername" else default

        request = make_mocked_request(
            "GET", "/", headers={"X-Forwarded-For": forwarded}, app=world.app, transport=Transport()
        )
        return address.client(request)

    assert seen("198.51.100.7", "192.0.2.1") == "198.51.100.7"
    assert seen("10.0.0.1", "192.0.2.1") == "192.0.2.1"
    assert seen("10.0.0.1", "6.6.6.6, 192.0.2.1, 10.0.0.2") == "192.0.2.1"
    assert seen("10.0.0.1", "nonsense") == "10.0.0.1"
    assert seen("10.0.0.1", "") == "10.0.0.1"


async def test_a_secure_site_marks_its_cookies(world: World) -> None:
    from inbox.web import security

    assert security.session_cookie(True) == "__Host-vigie"
    response = web.Response()
    security.set_cookie(response, "__Host-vigie", "x", secure=True, max_age=None)
    said = response.cookies["__Host-vigie"].OutputString()
    assert "Secure" in said
    assert "Path=/" in said
    assert "Domain" not in said
