"""Whose envelope is it? One app of a network serves many accounts, of several brands, at one hook."""

from __future__ import annotations

from collections.abc import Iterable

from inbox.channels import ChannelRecord
from services.channels.contract import Channel, Envelope

TEST_ACCOUNT = "0"
"""The account that a network's console names when somebody presses "test": it belongs to whoever pressed."""


def owner(
    network: Channel, envelope: Envelope, hook: ChannelRecord, secret: str, others: Iterable[ChannelRecord]
) -> ChannelRecord | None:
    """The channel that takes the envelope; None when nobody's account is meant: then it is quarantined.

    Who claims the account takes it: of the network that it belongs to by right before others that can read it, and the
    hook before its neighbours. Else the hook's own channel, if it claims no account. Only channels that `secret` proves
    may take: they belong to the same app.
    """
    account = envelope.account_id
    if account is None or account == TEST_ACCOUNT:
        return hook if _can_read(hook, envelope) else None
    near = (hook, *(other for other in others if other.channel_id != hook.channel_id))
    claims = [c for c in near if c.account_id == account and _can_read(c, envelope) and network.knows(c, secret)]
    claims.sort(key=lambda claimant: claimant.network != envelope.network)
    if claims:
        return claims[0]
    return hook if hook.account_id is None and _can_read(hook, envelope) else None


def _can_read(channel: ChannelRecord, envelope: Envelope) -> bool:
    return not envelope.takers or channel.network in envelope.takers
