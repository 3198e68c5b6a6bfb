"""What leaves is compressed where the browser takes it, and no length tells what the token of forms is."""

from __future__ import annotations

import gzip
import re

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.web.packing import masked, unmasked
from tests.web.world import World

TOKEN = re.compile(r'name="csrf" value="([^"]+)"')


async def raw(world: World, path: str, cookie: str, accepted: str) -> tuple[dict[str, str], bytes]:
    headers = {**world.cookie(cookie), "Accept-Encoding": accepted}
    url = world.deps.settings.base_url + path
    async with aiohttp.ClientSession(auto_decompress=False) as http, http.get(url, headers=headers) as response:
        return {name.lower(): value for name, value in response.headers.items()}, await response.read()


@pytest.mark.parametrize("path", ["/account", "/static/x/vigie.css", "/static/x/js/rows.js"])
async def test_a_browser_that_takes_gzip_gets_a_part_of_the_bytes_and_others_all(world: World, path: str) -> None:
    cookie, _ = await world.session("cm")
    packed_head, packed = await raw(world, path, cookie, "br, gzip, zstd")
    plain_head, plain = await raw(world, path, cookie, "gzip;q=0, identity")
    assert packed_head["content-encoding"] == "gzip"
    assert "content-encoding" not in plain_head
    assert "accept-encoding" in packed_head["vary"].lower()
    assert "accept-encoding" in plain_head["vary"].lower()
    assert len(packed) < len(plain) / 2
    assert TOKEN.sub("", gzip.decompress(packed).decode()) == TOKEN.sub("", plain.decode())


async def test_no_page_carries_the_token_of_its_forms_twice_alike(world: World) -> None:
    cookie, csrf = await world.session("cm")
    pages = [await world.ask("GET", "/account", headers=world.cookie(cookie)) for _ in range(2)]
    shown = [token for page in pages for token in TOKEN.findall(page.text)]
    assert len(set(shown)) == len(shown) > 2
    assert {unmasked(token) for token in shown} == {csrf}
    assert not any(csrf in page.text for page in pages)


@given(st.text(min_size=1, max_size=80))
def test_a_token_comes_out_of_its_mask_as_it_went_in(token: str) -> None:
    assert unmasked(masked(token)) == token


@given(st.text(max_size=80))
def test_what_is_no_mask_is_no_token_either(shown: str) -> None:
    assert unmasked("." + shown) != "the token"
