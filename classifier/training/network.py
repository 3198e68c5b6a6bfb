"""The network: a BERT encoder, the mean of its tokens, and one linear layer a task.

The tasks that ship are the tone (three classes) and the thirteen categories (independent probabilities). The others
(`AUXILIARY`) only teach the encoder and are left behind at export.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import torch
from torch import Tensor, nn
from transformers import BertConfig, BertModel

from classifier.judgement import CATEGORIES, SENTIMENTS
from classifier.training.base import Base, Shape

AUXILIARY: Final[Mapping[str, int]] = {"subtitle": 3, "crisis": 7, "hostility": 4, "intent": 104}
"""Task → number of classes: the tone of subtitles, the kind of information in a disaster, hostility, bank and shop
intents."""
DROPOUT: Final = 0.1


class PooledDropout(nn.Module):
    """Dropout whose random bits are drawn once and met again at random offsets: a quarter of the time of training on a
    processor goes into drawing them anew."""

    SIZE: Final = 1 << 22

    def __init__(self, share: float) -> None:
        super().__init__()
        self.p = share
        kept = (torch.rand(self.SIZE) >= share).float() / (1 - share)
        self.pools = {torch.float32: kept, torch.bfloat16: kept.bfloat16()}

    def forward(self, values: Tensor) -> Tensor:
        if not self.training:
            return values
        pool = self.pools[values.dtype]
        start = int(torch.randint(0, self.SIZE - values.numel(), (1,)))
        return values * pool[start : start + values.numel()].view(values.shape)


def _with_pooled_dropout(module: nn.Module, dropout: PooledDropout) -> None:
    for name, child in module.named_children():
        if isinstance(child, nn.Dropout):
            setattr(module, name, dropout)
        else:
            _with_pooled_dropout(child, dropout)


class Network(nn.Module):
    """`forward` gives the logits of every task for one batch, and the unit vector of each text."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.encoder = BertModel(config_of(shape), add_pooling_layer=False)
        self.dropout = nn.Dropout(DROPOUT)
        self.tone = nn.Linear(shape.hidden_size, len(SENTIMENTS))
        self.categories = nn.Linear(shape.hidden_size, len(CATEGORIES))
        self.auxiliary = nn.ModuleDict({name: nn.Linear(shape.hidden_size, n) for name, n in AUXILIARY.items()})
        nn.init.constant_(self.categories.bias, -2.0)
        _with_pooled_dropout(self, PooledDropout(DROPOUT))

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Logits of the tone (batch × 3) and of the categories (batch × 13), and the pooled vectors (batch × 384)."""
        hidden = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
        pooled = (hidden * mask).sum(1) / mask.sum(1).clamp(min=1e-6)
        dropped = self.dropout(pooled)
        return self.tone(dropped), self.categories(dropped), pooled


def config_of(shape: Shape) -> BertConfig:
    return BertConfig(
        hidden_size=shape.hidden_size,
        num_hidden_layers=shape.num_hidden_layers,
        num_attention_heads=shape.num_attention_heads,
        intermediate_size=shape.intermediate_size,
        vocab_size=shape.vocab_size,
        max_position_embeddings=shape.max_position_embeddings,
        type_vocab_size=shape.type_vocab_size,
        layer_norm_eps=1e-12,
        hidden_act="gelu",
        hidden_dropout_prob=DROPOUT,
        attention_probs_dropout_prob=DROPOUT,
        pad_token_id=1,
    )


def network(base: Base) -> Network:
    """A network that starts from *base*, its word embeddings frozen: what training has not met keeps its meaning."""
    made = Network(base.shape)
    made.encoder.load_state_dict({name: torch.from_numpy(values) for name, values in base.tensors.items()}, strict=True)
    made.encoder.embeddings.word_embeddings.weight.requires_grad_(False)
    return made
