"""The shapes of the API's answers, for the OpenAPI document. Tests hold them against real answers."""

from __future__ import annotations

from inbox.web.api.shapes.base import ErrorShape, ProblemShape, Shape, StateShape
from inbox.web.api.shapes.figures import ClockFiguresShape, FiguresShape, GroupShape, PromisesShape, SliceShape
from inbox.web.api.shapes.items import (
    AuthorShape,
    EventShape,
    EventsShape,
    FileShape,
    ItemDetailShape,
    ItemShape,
    ItemsShape,
    MessageShape,
    ProposalShape,
    ProposalsShape,
    ReasonShape,
    TimelineShape,
    TranslationShape,
    TurnShape,
    WeightShape,
    WeightsShape,
    WhyShape,
)
from inbox.web.api.shapes.models import (
    AgreementShape,
    AgreementSliceShape,
    CategoryShape,
    ClassifierShape,
    CountsShape,
    DriftShape,
    ExampleShape,
    InForceShape,
    MistakenShape,
    MixShape,
    ModelShape,
    MovesShape,
    StandingShape,
    TrialShape,
)
from inbox.web.api.shapes.outward import (
    AttemptShape,
    AttemptsShape,
    GivenUpShape,
    SubscriptionShape,
    SubscriptionsShape,
)
from inbox.web.api.shapes.team import (
    ChannelHealthShape,
    ChannelShape,
    ChannelsShape,
    MemberShape,
    MembersShape,
    VariantShape,
    WordingShape,
    WordingsShape,
)
from inbox.web.api.shapes.waves import WaveDetailShape, WaveShape, WavesShape

__all__ = [
    "Shape", "ErrorShape", "ProblemShape", "StateShape",
    "ReasonShape", "AuthorShape", "ItemShape", "FileShape", "MessageShape", "TurnShape", "TimelineShape",
    "WhyShape", "ItemDetailShape", "WeightShape", "WeightsShape", "ItemsShape", "EventShape", "EventsShape",
    "ProposalShape", "ProposalsShape", "TranslationShape",
    "MemberShape", "MembersShape", "ChannelHealthShape", "ChannelShape", "ChannelsShape", "VariantShape",
    "WordingShape", "WordingsShape",
    "ClockFiguresShape", "GroupShape", "SliceShape", "PromisesShape", "FiguresShape",
    "ModelShape", "InForceShape", "MovesShape", "StandingShape", "ExampleShape", "TrialShape", "ClassifierShape",
    "CountsShape", "AgreementSliceShape", "CategoryShape", "MistakenShape", "MixShape", "DriftShape",
    "AgreementShape",
    "WaveShape", "WavesShape", "WaveDetailShape",
    "SubscriptionShape", "SubscriptionsShape", "AttemptShape", "GivenUpShape", "AttemptsShape",
]  # fmt: skip
