"""The journey of each network, a row each: how its fake answers, and where a leg does not apply, why not.

`test_journeys.py` runs hand-shake, receive, reply, echo, limit, outage and sweep through fakes on loopback. A leg that
needs more of its network than a row can say stands in a test of its own, which the row names as "file::test".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

HERE = "here"
"""Run by `test_journeys.py` from the network's own fixtures."""


@dataclass(frozen=True)
class Journey:
    """A leg is `HERE`, the name of the test that runs it ("file::test"), or, after "no: ", why there is none.
    `answers`: by the end of a path, what the network says to a reply and what is asked for it; `posted`: the end of the
    reply's path; `knows`: the channel's account and settings by which it knows what we wrote ourselves."""

    receive: str = HERE
    echo: str = HERE
    reply: str = HERE
    handshake: str = "no: nothing is asked when the hook is set up"
    sweep: str = "no: its API lists nothing that a hook may have failed to bring, or we do not ask it"
    answers: Mapping[str, Any] = field(default_factory=dict)
    posted: str = ""
    secrets: Mapping[str, str] = field(default_factory=lambda: {"access_token": "t", "bot_token": "t", "api_key": "t"})
    account: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    changes: Mapping[str, Any] = field(default_factory=dict)
    knows: Mapping[str, Any] = field(default_factory=dict)


MAIL = {
    "kind": "email", "author_id": "zoe@exemple.fr", "in_reply_to": "<m2@exemple.fr>", "thread_id": "<m1@exemple.fr>",
}  # fmt: skip
POST = "at://did:plc:zoe/app.bsky.feed.post/3b"
NO_COPY = "no: the provider does not tell of mails that we send by it"
META = "test_hooks::test_meta_shakes_hands_and_the_generic_channel_only_takes_posts"
MAILS = "test_many_networks::test_what_is_said_on_each_network_goes_by_its_hook_into_the_log"

JOURNEYS: Mapping[str, Journey] = {
    "facebook": Journey(handshake=META, answers={"/m1/comments": {"id": "9"}}, posted="/m1/comments"),
    "messenger": Journey(
        handshake=META, answers={"/1/messages": {"message_id": "9"}}, posted="/messages", account="1",
        changes={"kind": "dm"},
    ),
    "instagram": Journey(handshake=META, answers={"/m1/replies": {"id": "9"}}, posted="/m1/replies"),
    "whatsapp": Journey(
        handshake=META, answers={"/messages": {"messages": [{"id": "9"}]}}, posted="/messages", account="555",
        changes={"kind": "dm", "author_id": "336", "thread_id": "336"},
    ),
    "x": Journey(
        handshake="test_over_http::test_hand_shakes_are_answered_and_leave_nothing",
        sweep="test_x::test_a_look_goes_through_the_pages_and_the_next_one_begins_where_it_began",
        answers={"/2/tweets": {"data": {"id": "9"}}}, posted="/2/tweets", changes={"in_reply_to": "80"},
        secrets={"secret": "s", "consumer_key": "k", "access_token": "t", "access_token_secret": "h"},
    ),
    "youtube": Journey(
        receive="test_youtube::test_comments_are_asked_for_until_the_last_seen",
        echo="test_youtube::test_comments_are_asked_for_until_the_last_seen",
        handshake="test_renewing::test_followed_channels_are_subscribed_to_and_what_the_hub_grants_is_counted",
        sweep="test_youtube::test_comments_are_asked_for_until_the_last_seen",
        answers={"/youtube/v3/comments": {"id": "9"}}, posted="/youtube/v3/comments",
    ),
    "google_reviews": Journey(
        receive="test_google_reviews::test_a_push_is_taken_with_keys_that_were_fetched_for_it",
        echo="test_google_reviews::test_a_hint_is_fetched_and_what_is_gone_is_nothing",
        sweep="test_google_reviews::test_a_look_finds_what_no_push_brought",
        answers={"/reply": {"comment": "Bonjour Léa"}}, posted="/reply",
        changes={"in_reply_to": "accounts/1/locations/55/reviews/r1"},
    ),
    "mastodon": Journey(
        sweep="test_mastodon::test_notifications_are_asked_for_since_the_newest_seen", knows={"account_id": "77"},
        answers={"/api/v1/statuses/m1": {"account": {"acct": "zoe"}}, "/api/v1/statuses": {"id": "9"}},
        posted="/api/v1/statuses",
    ),
    "bluesky": Journey(
        receive="test_streams::test_of_everybodys_posts_ours_are_heard_with_who_wrote_them",
        echo="test_streams::test_what_we_answer_there_is_heard_as_ours",
        sweep="test_bluesky::test_notifications_are_asked_for",
        answers={
            "createSession": {"accessJwt": "j", "refreshJwt": "r", "did": "did:plc:us"},
            "getPosts": {"posts": [{"uri": POST, "cid": "c", "record": {}}]}, "createRecord": {"uri": "at://9"},
        },
        posted="createRecord", secrets={"app_password": "p"}, account="did:plc:us", changes={"in_reply_to": POST},
    ),
    "discourse": Journey(
        answers={"/posts/5001.json": {"id": 5001, "topic_id": 901, "post_number": 3}, "/posts.json": {"id": 9}},
        posted="/posts.json", settings={"api_user": "us"}, changes={"in_reply_to": "5001"},
        knows={"settings": {"api_user": "lamarque", "own_users": "@team, Atelier"}},
        echo="test_discourse::test_our_own_answer_is_looked_up_with_what_it_answers",
    ),
    "wordpress": Journey(
        sweep="test_wordpress::test_comments_are_asked_for_since_the_last_and_that_one_again",
        answers={"/comments/71": {"id": 71, "post": 12, "parent": 0}, "/comments": {"id": 9}}, posted="/comments",
        secrets={"app_password": "p"}, settings={"user": "us"}, changes={"in_reply_to": "71"},
        echo="test_wordpress::test_comments_are_asked_for_since_the_last_and_that_one_again",
        receive="test_wordpress::test_a_plug_ins_form_is_taken_at_the_address_with_the_secret",
    ),
    "feed": Journey(
        receive="test_feed::test_a_feed_that_has_not_changed_is_not_read_again",
        sweep="test_feed::test_a_feed_that_has_not_changed_is_not_read_again",
        reply="no: a feed can be read and not written", echo="no: nothing tells whose comments are ours",
        handshake="no: a feed is asked, and asks nothing",
    ),
    "reddit": Journey(
        receive="test_reddit::test_the_inbox_and_the_followed_subreddit_are_looked_at_in_turns",
        echo="test_reddit::test_the_inbox_and_the_followed_subreddit_are_looked_at_in_turns",
        sweep="test_reddit::test_the_inbox_and_the_followed_subreddit_are_looked_at_in_turns",
        answers={
            "/access_token": {"access_token": "fresh", "expires_in": 86400},
            "/api/comment": {"json": {"errors": [], "data": {"things": [{"kind": "t1", "data": {"name": "t1_9"}}]}}},
        },
        posted="/api/comment", secrets={"client_id": "i", "client_secret": "s", "refresh_token": "r"},
        changes={"in_reply_to": "t1_a1"},
    ),
    "telegram": Journey(
        answers={"/sendMessage": {"ok": True, "result": {"chat": {"id": 5}, "message_id": 9}}}, posted="/sendMessage",
        changes={"in_reply_to": "5:3", "kind": "dm"},
    ),
    "slack": Journey(
        handshake="test_over_http::test_hand_shakes_are_answered_and_leave_nothing",
        answers={"/conversations.replies": {"ok": True, "messages": []},
                 "/chat.postMessage": {"ok": True, "channel": "C1", "ts": "9.1"}},
        posted="/chat.postMessage", changes={"in_reply_to": "C1:1.5", "thread_id": "C1"},
    ),
    "discord": Journey(
        handshake="test_over_http::test_hand_shakes_are_answered_and_leave_nothing",
        sweep="test_discord::test_each_channel_is_asked_in_turn_from_where_it_was_read",
        knows={"account_id": "900000000000000001"},
        answers={"/channels/t1/messages": {"id": "9"}}, posted="/channels/t1/messages",
    ),
    "twilio": Journey(
        receive="test_over_http::test_a_message_is_on_disk_when_the_network_is_answered",
        echo="no: Twilio tells what became of our texts, and not of texts that others send by the number",
        sweep="test_twilio::test_a_look_asks_for_texts_then_for_whatsapp_and_begins_anew_where_it_began",
        answers={"/Messages.json": {"sid": "SM9"}}, posted="/Messages.json", secrets={"secret": "s"},
        account="+33700000000", settings={"account_sid": "AC1"},
        changes={"kind": "sms", "thread_id": "+33600000001", "author_id": "+33600000001"},
    ),
    "trustpilot": Journey(
        echo="no: Trustpilot does not tell of replies",
        answers={"/accesstoken": {"access_token": "t", "expires_in": "1"}, "/reply": {}}, posted="/reply",
        secrets={"api_secret": "k"}, settings={"api_key": "k"},
        changes={"kind": "review", "in_reply_to": "r1", "thread_id": "r1"},
    ),
    "tiktok": Journey(
        answers={"/create/": {"code": 0, "data": {"comment_id": "9"}}}, posted="/create/", account="biz",
    ),
    "linkedin": Journey(
        handshake="test_at_the_door::test_linkedin_is_answered_with_a_digest",
        answers={"/comments": {"commentUrn": "urn:li:comment:(urn:li:activity:71,9)"}}, posted="/comments",
        account="urn:li:organization:1", changes={"in_reply_to": "urn:li:comment:(urn:li:activity:71,1)"},
    ),
    "email": Journey(
        receive="test_mailbox::test_a_first_look_takes_what_nobody_has_read_and_the_next_what_came_since",
        echo="test_mailbox::test_answers_among_the_sent_mails_are_echoes_and_older_ones_history",
        reply="test_mailbox::test_an_answer_leaves_by_smtp",
        sweep="test_mailbox::test_a_first_look_takes_what_nobody_has_read_and_the_next_what_came_since",
        handshake="no: a mailbox is asked, and asks nothing; its page verifies the connection by a look",
    ),
    "mailgun": Journey(receive=MAILS, echo=NO_COPY, answers={"/messages": {"id": "<9>"}}, posted="/messages",
                       account="nous@marque.example", changes=MAIL),
    "sendgrid": Journey(receive=MAILS, echo=NO_COPY, answers={"/v3/mail/send": {}}, posted="/v3/mail/send",
                        account="nous@marque.example", changes=MAIL),
    "postmark": Journey(receive=MAILS, echo=NO_COPY, answers={"/email": {"MessageID": "9", "ErrorCode": 0}},
                        posted="/email", account="nous@marque.example", changes=MAIL),
    "generic": Journey(answers={"/replies": {"id": "9"}}, posted="/replies", secrets={"secret": "whsec_" + "A" * 32},
                       settings={"reply_url": "{url}/replies"}),
    "cloudevents": Journey(
        handshake="test_at_the_door::test_cloudevents_asks_whether_it_may_send",
        reply="no: an event has no way back", echo="no: no event tells of an answer",
    ),
    "github": Journey(
        handshake="test_at_the_door::test_a_greeting_is_answered_and_not_kept",
        sweep="test_github::test_what_no_webhook_brought_is_found_as_a_webhook_would_have_told_it",
        answers={"/issues/7/comments": {"node_id": "IC_9"}}, posted="/issues/7/comments", account="lamarque/appli",
        changes={"thread_id": "7", "in_reply_to": "IC_1"}, knows={"settings": {"own_logins": "ana, @lamarque-support"}},
    ),
    "zendesk": Journey(
        handshake="test_at_the_door::test_a_greeting_is_answered_and_not_kept",
        answers={"/tickets/t1.json": {"audit": {"events": [{"id": 9, "type": "Comment"}]}}}, posted="/tickets/t1.json",
        settings={"agent_email": "ana@example.com"},
    ),
    "intercom": Journey(
        handshake="test_at_the_door::test_somebody_is_there_for_intercom",
        answers={"/reply": {"conversation_parts": {"conversation_parts": [{"id": "9"}]}}}, posted="/reply",
        settings={"admin_id": "a1"},
    ),
    "front": Journey(
        handshake="test_at_the_door::test_a_greeting_is_answered_and_not_kept",
        answers={"/messages": {"message_uid": "9"}}, posted="/messages", settings={"teammate_id": "tea_1"},
    ),
    "chatwoot": Journey(answers={"/messages": {"id": 9}}, posted="/messages", account="3"),
    "manual": Journey(
        receive="test_record::test_what_is_recorded_waits_in_the_queue",
        handshake="no: there is no network behind the form", reply="no: there is no API; people answer there by hand",
        echo="no: nothing tells of it; an answer by hand is recorded", sweep="no: no API lets anybody read it",
    ),
}  # fmt: skip
