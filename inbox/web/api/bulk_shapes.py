"""The shapes of answers about many items at once, for the OpenAPI document."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime

from inbox.bulk.orders import What
from inbox.events import ResolveReason
from inbox.web.api.shapes import Shape, VariantShape


class BulkWordsShape(Shape):
    assignee: int | None
    categories: list[str] | None
    reason: ResolveReason
    variants: list[VariantShape]
    wording: str | None
    values: dict[str, str]
    promise_until: AwareDatetime | None


class LeftOutShape(Shape):
    """`state`: excluded beforehand, or refused when its turn came. `code`: why, as of a command by hand, or
    `opted_out`, `already_written`, `same_person`, `already_answered`, `spoke_again`, `already_so`,
    `no_category`, `corrected_since`."""

    state: Literal["excluded", "refused"]
    code: str
    items: int


class ReceiptShape(Shape):
    """Null: it is not known yet."""

    receipt: Literal["sent", "failed", "uncertain", "not_sent"] | None
    items: int


class BulkJobShape(Shape):
    """`waiting`: items still to be done, of a draft those that would be. `nothing`: it was so already. `why`: of a
    stop, `by_hand` or `right_lost`."""

    id: str
    state: Literal["draft", "running", "stopped", "done"]
    what: What
    undo: bool
    orders: BulkWordsShape
    made_by: int
    made_at: AwareDatetime
    begun_at: AwareDatetime | None
    ended_at: AwareDatetime | None
    why: str | None
    follows: str | None
    undoable: bool
    waiting: int
    done: int
    nothing: int
    left_out: list[LeftOutShape]
    receipts: list[ReceiptShape]


class BulkJobsShape(Shape):
    jobs: list[BulkJobShape]


class BulkItemShape(Shape):
    """`text`: what the author would read, of a draft and with the right `personal`. `reason`: why it was not posted.
    `instead`: of `same_person`, the item in which the same person is written to."""

    item_id: str
    position: int
    state: Literal["waiting", "excluded", "refused", "done", "nothing"]
    code: str | None
    instead: str | None
    text: str | None
    receipt: str | None
    reason: str | None


class BulkItemsShape(Shape):
    items: list[BulkItemShape]
    next: int | None
