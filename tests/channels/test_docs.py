"""The page "send us a message in five minutes" keeps its word: its examples are run as they stand."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from inbox.events import MessageReceived
from services.channels import generic_messages
from services.channels.registry import networks
from tests.ingest.conftest import Hooks, hooks

__all__ = ["hooks"]
DOCS = Path(__file__).parents[2] / "docs" / "channels"
PAGE = (DOCS / "generic.md").read_text(encoding="utf-8")
RUNNERS = {"python": [sys.executable, "-I", "-"], "sh": ["bash", "-eu"], "js": ["node", "--input-type=module"]}
NEEDS = {"python": [], "sh": ["bash", "curl", "openssl", "od"], "js": ["node"]}


def example(language: str, hook: str, secret: str) -> str:
    match = re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert match is not None
    code = match.group(1)
    assert code.count("https://your-vigie/hooks/1-abcdefghijklmnop") == code.count("whsec_…") == 1
    return code.replace("https://your-vigie/hooks/1-abcdefghijklmnop", hook).replace("whsec_…", secret)


@pytest.mark.parametrize("language", RUNNERS)
async def test_an_example_sends_a_message_as_it_stands(hooks: Hooks, language: str) -> None:
    missing = [tool for tool in NEEDS[language] if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"not on this machine: {', '.join(missing)}")
    channel = await hooks.channel()
    address = str(hooks.client.make_url(f"/hooks/{channel.channel_id}"))
    code = example(language, address, channel.secrets["secret"])
    done = await asyncio.to_thread(
        subprocess.run, RUNNERS[language], input=code.encode(), capture_output=True, timeout=30, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    assert json.loads(done.stdout) == {"messages": [{"id": "hello-1", "new": True}]}
    (event,) = await hooks.events()
    assert isinstance(event, MessageReceived)
    assert event.text == "Is anybody there?"
    assert event.author is not None
    assert event.author.name == "Zoé"


def test_the_page_names_every_type_and_field() -> None:
    for name in (
        *generic_messages.MODELS,
        *generic_messages.MessageReceived.model_fields,
        *generic_messages.ReplyEchoed.model_fields,
    ):
        assert f"`{name}`" in PAGE, name


def test_every_network_has_its_page() -> None:
    assert {path.stem for path in DOCS.glob("*.md")} >= set(networks())
