"""A mailbox of one's own, against mail servers on loopback: what a look takes, and how an answer leaves."""

from __future__ import annotations

import dataclasses
import email
import email.policy
from collections.abc import Mapping
from typing import Any

import pytest

from services.channels.contract import Echoed, Outcome, Received, Refused, Sent, SweepFailed, Swept, Uncertain, Way
from services.channels.mail import imap, mailbox, ours, smtp
from services.channels.registry import networks
from services.outbound import NotSent, Outbound
from tests.channels import taken
from tests.channels.answering import ASKED
from tests.channels.senders import NOON, channel
from tests.fakes.mail import Folder, Imap, Smtp

ADDRESS = "contact@marque.example"


def mail(number: int, words: str = "Words.") -> bytes:
    return f"From: bob@example.com\r\nMessage-ID: <{number}@example.com>\r\n\r\n{words}\r\n".encode()


async def look(server: Imap, cursor: str | None = None, **settings: Any) -> Swept:
    given = {"imap_host": f"127.0.0.1:{server.port}", **settings}
    known = channel("email", {"password": "pässword"}, ADDRESS, given)
    async with Outbound(["127.0.0.0/8"]) as http:
        return await networks()["email"].sweep(Way(http, ""), known, cursor, NOON)


def ids(swept: Swept) -> list[str]:
    assert all(isinstance(one, Received) for one in swept.parsed), swept.parsed
    return [one.external_id for one in swept.parsed if isinstance(one, Received)]


# --- looking --------------------------------------------------------------------------------------------------------


async def test_a_first_look_takes_what_nobody_has_read_and_the_next_what_came_since() -> None:
    async with Imap() as server:
        box = server.folders["INBOX"]
        box.add(mail(1), mail(2), mail(3))
        box.seen = {1, 3}
        first = await look(server)
        assert ids(first) == ["<2@example.com>"]
        assert ids(await look(server, first.cursor)) == []
        box.add(mail(4), mail(5))
        second = await look(server, first.cursor)
        assert ids(second) == ["<4@example.com>", "<5@example.com>"]
        assert not second.more
        again = await look(server, second.cursor)
        assert (again.parsed, again.raw, again.gap) == ((), b"", False)


async def test_nothing_is_changed_in_the_mailbox() -> None:
    async with Imap() as server:
        server.folders["INBOX"].add(mail(1))
        await look(server)
        assert not [line for line in server.said if " SELECT " in line or " STORE " in line or "BODY[" in line]


async def test_a_full_mailbox_is_taken_in_several_looks() -> None:
    async with Imap() as server:
        server.folders["INBOX"].add(*(mail(number) for number in range(45)))
        found, cursor, more = [], None, True
        while more:
            swept = await look(server, cursor)
            found += ids(swept)
            cursor, more = swept.cursor, swept.more
        assert found == [f"<{number}@example.com>" for number in range(45)]


async def test_a_server_that_numbers_anew_is_read_by_date() -> None:
    async with Imap() as server:
        server.folders["INBOX"].add(mail(1), mail(2))
        cursor = (await look(server)).cursor
        anew = server.folders["INBOX"] = Folder(validity=8)
        anew.add(mail(2), mail(3))
        anew.seen = {1, 2}
        assert ids(await look(server, cursor)) == ["<2@example.com>", "<3@example.com>"]


async def test_a_server_that_does_not_tell_its_next_number_is_not_read_from_the_beginning() -> None:
    async with Imap(tells_next=False) as server:
        box = server.folders["INBOX"]
        box.add(mail(1), mail(2))
        box.seen = {1, 2}
        cursor = (await look(server)).cursor
        box.add(mail(3))
        assert ids(await look(server, cursor)) == ["<3@example.com>"]


async def test_answers_among_the_sent_mails_are_echoes_and_older_ones_history() -> None:
    own = taken.body("email", "own.eml")
    async with Imap(folders={"INBOX": Folder(), "Envoy&AOk-s": Folder()}) as server:
        server.folders["Envoy&AOk-s"].add(own)
        first = await look(server, imap_sent_folder="Envoyés")
        assert first.parsed == ()
        server.folders["Envoy&AOk-s"].add(own)
        second = await look(server, first.cursor, imap_sent_folder="Envoyés")
        (echo,) = second.parsed
        assert isinstance(echo, Echoed)
        assert echo.in_reply_to == "<m1@exemple.fr>"
        (envelope,) = networks()["email"].split(second.raw)
        assert networks()["email"].read(envelope, channel("email", account_id=ADDRESS), NOON) == (echo,)


async def test_what_a_look_brought_can_be_read_again() -> None:
    async with Imap() as server:
        server.folders["INBOX"].add(mail(1), taken.body("email", "broken.eml"), mail(3))
        swept = await look(server)
        module = networks()["email"]
        again = [one for each in module.split(swept.raw) for one in module.read(each, channel("email"), NOON)]
        assert again == list(swept.parsed)


async def test_of_a_large_mail_the_beginning_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap, "MAIL_MOST", 1000)
    monkeypatch.setattr(mailbox, "BYTES_MOST", 1500)
    async with Imap() as server:
        server.folders["INBOX"].add(mail(1, "A" * 5000), mail(2, "B" * 5000))
        first = await look(server)
        assert ids(first) == ["<1@example.com>"]
        assert first.more
        assert ids(await look(server, first.cursor)) == ["<2@example.com>"]


async def test_a_server_without_plain_authentication_is_logged_into() -> None:
    async with Imap(plain=False, password="pa\\\\ss") as server:
        given = {"imap_host": f"127.0.0.1:{server.port}"}
        async with Outbound(["127.0.0.0/8"]) as http:
            known = channel("email", {"password": "pa\\ss"}, ADDRESS, given)
            await networks()["email"].sweep(Way(http, ""), known, None, NOON)
        assert any(f'LOGIN "{ADDRESS}"' in line for line in server.said)


@pytest.mark.parametrize(
    ("change", "settings", "reason"),
    [
        ({"password": "another"}, {}, "not_authorised"),
        ({"plain": False, "password": "another"}, {}, "not_authorised"),
        ({}, {"imap_folder": "None"}, "rejected"),
        ({"swells": True}, {}, "connection_lost"),
        ({}, {"imap_host": ""}, "not_configured"),
        ({}, {"imap_host": "127.0.0.1:x"}, "not_configured"),
        ({}, {"imap_folder": 'INBOX"\r\nA1 DELETE x'}, "not_configured"),
    ],
)
async def test_a_look_that_fails_says_why(change: dict[str, Any], settings: dict[str, str], reason: str) -> None:
    async with Imap() as server:
        server.folders["INBOX"].add(mail(1))
        for name, value in change.items():
            setattr(server, name, value)
        with pytest.raises(SweepFailed) as failed:
            await look(server, **settings)
        assert failed.value.reason == reason


async def test_a_server_that_says_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailbox, "LOOK_S", 0.5)
    async with Imap(silent=True) as server:
        with pytest.raises(SweepFailed) as failed:
            await look(server)
        assert failed.value.reason == "no_answer"


async def test_a_server_inside_our_network_is_not_called() -> None:
    async with Imap() as server:
        known = channel("email", {"password": "p"}, ADDRESS, {"imap_host": f"localhost:{server.port}"})
        async with Outbound() as http:
            with pytest.raises(NotSent) as barred:
                await networks()["email"].sweep(Way(http, ""), known, None, NOON)
        assert barred.value.reason == "address_not_allowed"
        assert server.said == []


async def test_nobody_answering_is_said() -> None:
    async with Outbound(["127.0.0.0/8"]) as http:
        with pytest.raises(NotSent) as failed:
            await http.connect("127.0.0.1", 1)
    assert failed.value.reason == "unreachable"


@pytest.mark.parametrize(("name", "encoded"), [("Envoyés", "Envoy&AOk-s"), ("A&B", "A&-B"), ("日本", "&ZeVnLA-")])
def test_folder_names_are_encoded_as_imap_has_them(name: str, encoded: str) -> None:
    assert imap._utf7(name) == encoded


# --- answering ------------------------------------------------------------------------------------------------------

CHANGES: dict[str, Any] = {
    "kind": "email", "author_id": "zoe@exemple.fr", "in_reply_to": "<m2@exemple.fr>", "thread_id": "<m1@exemple.fr>",
    "title": "RE: reçu",
}  # fmt: skip
ID = ours.message_id(ASKED.reply_id, "<m1@exemple.fr>", "marque.example")


async def answer(server: Smtp, secrets: Mapping[str, str] | None = None, **changes: Any) -> Outcome:
    settings = {"smtp_host": f"127.0.0.1:{server.port}", "sender_name": "Léa, Marque"}
    known = channel("email", secrets or {"password": "p"}, ADDRESS, settings)
    async with Outbound(["127.0.0.0/8"]) as http:
        reply = dataclasses.replace(ASKED, **{**CHANGES, **changes})
        return await networks()["email"].reply(Way(http, ""), known, reply)


async def test_an_answer_leaves_by_smtp() -> None:
    async with Smtp() as server:
        assert await answer(server, text="Bonjour Léa,\n.\nà bientôt 🌊") == Sent(ID)
    ((sender, to, raw),) = server.mails
    assert (sender.partition(" ")[2], to) == (f"FROM:<{ADDRESS}>", "RCPT TO:<zoe@exemple.fr>")
    found = email.message_from_bytes(raw, policy=email.policy.default)
    assert found["from"].addresses[0].display_name == "Léa, Marque"
    assert (found["to"], found["subject"]) == ("zoe@exemple.fr", "RE: reçu")
    assert (found["message-id"], found["in-reply-to"]) == (ID, "<m2@exemple.fr>")
    assert found["references"] == "<m1@exemple.fr> <m2@exemple.fr>"
    assert found["date"].datetime == NOON
    assert found.get_content().replace("\r\n", "\n") == "Bonjour Léa,\n.\nà bientôt 🌊\n"
    assert any(line.startswith("AUTH PLAIN") for line in server.said)


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        ({"AUTH": "535 5.7.8 no"}, Refused("not_authorised")),
        ({"RCPT": "550 5.1.1 nobody"}, Refused("gone")),
        ({"RCPT": "451 4.7.1 greylisted"}, Refused("busy", again=True)),
        ({"MAIL": "550 5.7.1 not yours"}, Refused("blocked_by_network")),
        ({"DATA": "554 5.7.1 spam"}, Refused("blocked_by_network")),
        ({".": "554 5.6.0 no"}, Refused("rejected")),
        ({".": "452 4.2.2 full"}, Refused("busy", again=True)),
        ({".": "cut"}, Uncertain("connection_lost")),
        ({"MAIL": "cut"}, Refused("unreachable", again=True)),
        ({"EHLO": "cut"}, Refused("unreachable", again=True)),
    ],
)
async def test_what_the_server_says_is_what_came_of_it(answers: dict[str, str], outcome: Outcome) -> None:
    async with Smtp(answers=answers) as server:
        assert await answer(server) == outcome


async def test_a_server_without_tls_gets_nothing_unless_it_is_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp._Attempt, "is_local", False)
    async with Smtp() as server:
        assert await answer(server) == Refused("rejected")
        assert not [line for line in server.said if line.startswith(("AUTH", "MAIL"))]


async def test_without_a_server_nothing_leaves() -> None:
    known = channel("email", {"password": "p"}, ADDRESS)
    async with Outbound() as http:
        reply = dataclasses.replace(ASKED, **CHANGES)
        assert await networks()["email"].reply(Way(http, ""), known, reply) == Refused("not_configured")
