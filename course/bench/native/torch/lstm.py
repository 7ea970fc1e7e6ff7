"""The recurrent network in plain torch."""

import torch
from torch import nn

from course.bench.native.torch.loop import linear, supervised


class Reader(nn.Module):
    """``nn.LSTM``, then a linear layer on its last output. Keras and torch order the gates alike: i, f, c, o."""

    @torch.no_grad()
    def __init__(self, kernel, recurrent, bias, *logits):
        super().__init__()
        self.lstm = nn.LSTM(len(kernel), len(recurrent), batch_first=True)
        self.lstm.weight_ih_l0.copy_(torch.from_numpy(kernel.T.copy()))
        self.lstm.weight_hh_l0.copy_(torch.from_numpy(recurrent.T.copy()))
        self.lstm.bias_ih_l0.copy_(torch.from_numpy(bias))
        # Torch has a second bias, which would learn too; Keras and the books have one.
        self.lstm.bias_hh_l0.zero_().requires_grad_(False)
        self.logits = linear(*logits)

    def forward(self, x):
        """Logits (batch, classes) of sequences (batch, seq, features)."""
        _, (h, _) = self.lstm(x)
        return self.logits(h[-1])


def build(weights, precision):
    """Return the training step."""
    return supervised(Reader(*weights), precision)
