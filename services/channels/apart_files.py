"""Files that a network takes only as a message of their own: the file goes first, then the words.

It stays at most once: until the file has left nothing was posted. When the words then fail, part of the reply stands on
the network: nobody sends that again, somebody looks.
"""

from __future__ import annotations

from services.channels import posting
from services.channels.contract import Outcome, Sent, Uncertain, Way


async def send(
    way: Way, file: posting.Call, words: posting.Call, posted: posting.Posted, refusal: posting.Refusal
) -> Outcome:  # fmt: skip
    """The outcome of the words, whose id is that of the reply."""
    first = await posting.send(way, file, posted, refusal, named=True)
    if not isinstance(first, Sent):
        return first
    second = await posting.send(way, words, posted, refusal, named=True)
    return second if isinstance(second, Sent) else Uncertain("interrupted")
