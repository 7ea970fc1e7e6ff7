"""The transformer block in plain torch."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from course.bench.native.torch.loop import linear, supervised

HEADS = 4


class Block(nn.Module):
    """Attention and a wide layer, each after a normalization, each added to its input; mean; logits."""

    @torch.no_grad()
    def __init__(self, weights):
        super().__init__()
        g1, b1, qk, qb, kk, kb, vk, vb, ok, ob, g2, b2, *dense = weights
        width = len(g1)
        # One layer for queries, keys and values.
        flat = [w.reshape(width, -1) for w in (qk, kk, vk)], [b.reshape(-1) for b in (qb, kb, vb)]
        self.qkv = linear(np.concatenate(flat[0], axis=1), np.concatenate(flat[1]))
        self.out = linear(ok.reshape(-1, width), ob)
        self.norms = nn.ModuleList(norm(g, b) for g, b in ((g1, b1), (g2, b2)))
        self.wide, self.narrow, self.logits = (linear(*dense[i : i + 2]) for i in (0, 2, 4))

    def forward(self, x):
        """Logits (batch, classes) of sequences (batch, seq, d_model)."""
        batch, seq, _ = x.shape
        q, k, v = self.qkv(self.norms[0](x)).view(batch, seq, 3, HEADS, -1).permute(2, 0, 3, 1, 4)
        heads = F.scaled_dot_product_attention(q, k, v)
        x = x + self.out(heads.transpose(1, 2).reshape(batch, seq, -1))
        x = x + self.narrow(F.gelu(self.wide(self.norms[1](x))))
        return self.logits(x.mean(dim=1))


@torch.no_grad()
def norm(gamma, beta):
    """A ``nn.LayerNorm`` from Keras's weights."""
    layer = nn.LayerNorm(len(gamma), eps=1e-5)
    layer.weight.copy_(torch.from_numpy(gamma))
    layer.bias.copy_(torch.from_numpy(beta))
    return layer


def build(weights, precision):
    """Return the training step."""
    return supervised(Block(weights), precision)
