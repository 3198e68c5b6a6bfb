"""Evidence of several items as one file: of a selection, a list, a wave, an author; each recorded as given out."""

from __future__ import annotations

import hashlib
import io
import uuid
import zipfile
from typing import Any

import orjson
import pytest

from inbox import evidence_of_many
from inbox.ids import ItemId
from inbox.log import notary
from tests.web.world import World

MEMBER = """INSERT INTO vigie.wave_members
(brand_id, wave_id, item_id, external_id, joined_at, heard_at, channel_id, author, raised)
VALUES ($1, $2, $3, $4, now(), now(), 'c', $3, 0)"""


async def asked(world: World, form: Any, who: str = "lead") -> tuple[int, bytes, str]:
    cookie, csrf = await world.session(who)
    url = f"{world.deps.settings.base_url}/b/{world.brand}/evidence"
    fields = [("csrf", csrf), *(form if isinstance(form, list) else form.items())]
    async with world.http.post(url, headers=world.cookie(cookie), data=fields) as response:
        return response.status, await response.read(), response.headers.get("Content-Disposition", "")


async def pack(world: World, form: Any) -> dict[str, bytes]:
    status, body, name = await asked(world, form)
    assert (status, name.partition(";")[0]) == (200, "attachment"), body[:300]
    archive = zipfile.ZipFile(io.BytesIO(body))
    assert archive.testzip() is None
    return {name: archive.read(name) for name in archive.namelist()}


def folders(files: dict[str, bytes]) -> set[str]:
    return {name.partition("/")[0] for name in files if "/" in name}


async def taken(world: World) -> list[uuid.UUID]:
    said: list[Any] = [one.event for one in await world.log.read_stream(world.brand, "evidence")]
    assert {one.TYPE for one in said} <= {"EvidenceTaken"}
    return [one.item for one in said]


async def test_a_selection_has_a_folder_each_and_every_digest_is_borne_out(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence_of_many, "AT_ONCE", 2)
    items = [await world.hear(f"Je vais vous retrouver, {name}", author=name) for name in ("zoe", "ana", "eve")]
    await notary.seal(world.log, world.brand)
    gone = uuid.uuid4()
    files = await pack(world, [("item", f"{one}:1") for one in (*items, gone)])
    assert folders(files) == {str(one) for one in items}
    assert {"README.txt", "LISEZMOI.txt", "manifest.json", "seals.json", "SHA256SUMS"} < files.keys()
    sums = dict(line.split("  ")[::-1] for line in files["SHA256SUMS"].decode().splitlines())
    assert sums.keys() == files.keys() - {"SHA256SUMS"}
    for name, digest in sums.items():
        assert hashlib.sha256(files[name]).hexdigest() == digest, name
    told = orjson.loads(files["manifest.json"])
    assert (told["of"], told["missing"], told["by"]) == ("selection", [str(gone)], world.people["lead"])
    for line in told["items"]:
        for name, digest in line["sha256"].items():
            assert sums[f"{line['item']}/{name}"] == digest
    assert b"retrouver, ana" in files[f"{items[1]}/messages.json"]
    seals = orjson.loads(files["seals.json"])
    assert seals[0]["since"] <= min(line["since"] for line in told["items"])
    assert seals[-1]["upto"] >= max(line["upto"] for line in told["items"])
    assert await taken(world) == [uuid.UUID(str(one)) for one in items], "what was not there was not given out"


async def test_all_that_fit_a_list_and_all_of_an_author_and_of_a_wave(world: World) -> None:
    zoe, ana = await world.hear("Le robot fume", author="zoe"), await world.hear("Merci", author="ana")
    files = await pack(world, {"all": "yes", "query": "?view=all&q=robot"})
    assert folders(files) == {str(zoe)}
    assert orjson.loads(files["manifest.json"])["name"] == "?view=all&q=robot"
    assert folders(await pack(world, {"author": str(ana)})) == {str(ana)}
    wave = uuid.uuid4()
    for item, name in ((zoe, "m1"), (ana, "m2")):
        await world.pool.execute(MEMBER, world.brand, wave, item, name)
    await _resolved(world, ana)
    assert folders(await pack(world, {"wave": str(wave)})) == {str(zoe), str(ana)}, "also those that wait no more"


async def _resolved(world: World, item: ItemId) -> None:
    position = (await world.api("GET", f"/items/{item}")).json()["position"]
    answer = await world.api("POST", f"/items/{item}/resolve", json={"expected_position": position})
    assert answer.status == 200, answer.text
    await world.project()


async def test_who_may_not_take_one_takes_none_and_nothing_chosen_is_said(world: World) -> None:
    item = await world.hear()
    for who in ("cm", "observer", "stranger"):
        status, body, _ = await asked(world, {"author": str(item)}, who)
        assert (status, body[:2]) != (200, b"PK"), who
    foreign = await world.hear(brand=world.other)
    assert (await asked(world, {"author": str(foreign)}))[0] == 404
    assert (await asked(world, {}))[0] == 400
    assert (await asked(world, {"wave": str(uuid.uuid4())}))[0] == 400
    assert await taken(world) == []


async def test_what_breaks_on_the_way_is_no_zip(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    items = [await world.hear(author=name) for name in ("zoe", "ana")]

    async def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(evidence_of_many, "_seals", broken)
    with pytest.raises(Exception, match=r"payload|disconnected"):
        await asked(world, [("item", f"{one}:1") for one in items])
