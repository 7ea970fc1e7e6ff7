"""The GPT in plain torch."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from course.bench.native.torch.loop import linear, supervised
from course.bench.native.torch.transformer import norm

WEIGHTS = 16  # of a block


class Block(nn.Module):
    """Causal attention and a wide layer, each after a normalization, each added to its input."""

    def __init__(self, weights):
        super().__init__()
        g1, b1, qk, qb, kk, kb, vk, vb, ok, ob, g2, b2, *dense = weights
        width, self.heads = qk.shape[:2]
        # One layer for queries, keys and values.
        flat = [w.reshape(width, -1) for w in (qk, kk, vk)], [b.reshape(-1) for b in (qb, kb, vb)]
        self.qkv = linear(np.concatenate(flat[0], axis=1), np.concatenate(flat[1]))
        self.out = linear(ok.reshape(-1, width), ob)
        self.first_norm, self.second_norm = norm(g1, b1), norm(g2, b2)
        self.wide, self.narrow = (linear(*dense[i : i + 2]) for i in (0, 2))

    def forward(self, x):
        """Sequences (batch, seq, d_model) of the same shape."""
        batch, seq, _ = x.shape
        q, k, v = self.qkv(self.first_norm(x)).view(batch, seq, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        heads = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(heads.transpose(1, 2).reshape(batch, seq, -1))
        return x + self.narrow(F.gelu(self.wide(self.second_norm(x))))


class GPT(nn.Module):
    """Tokens and positions, blocks, logits."""

    def __init__(self, weights):
        super().__init__()
        tokens, positions, *blocks, gamma, beta, logits = weights
        self.tokens = nn.Embedding.from_pretrained(torch.from_numpy(tokens), freeze=False)
        self.positions = nn.Parameter(torch.from_numpy(positions))
        self.blocks = nn.Sequential(*(Block(blocks[i : i + WEIGHTS]) for i in range(0, len(blocks), WEIGHTS)))
        self.norm = norm(gamma, beta)
        self.logits = nn.Linear(*logits.shape, bias=False)
        self.logits.weight = nn.Parameter(torch.from_numpy(logits.T.copy()))

    def forward(self, x):
        """Logits (batch, characters, seq), as the loss asks for them, of characters (batch, seq)."""
        x = self.blocks(self.tokens(x) + self.positions)
        return self.logits(self.norm(x)).transpose(1, 2)


def build(weights, precision):
    """Return the training step."""
    return supervised(GPT(weights), precision)
