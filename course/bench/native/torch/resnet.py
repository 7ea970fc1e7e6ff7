"""ResNet in plain torch."""

import torch
from torch import nn
from torch.nn import functional as F

from course.bench.native.torch.loop import linear, supervised


class Convolution(nn.Module):
    """A convolution without a bias, and batch normalization."""

    @torch.no_grad()
    def __init__(self, kernel, gamma, beta, mean, variance, stride=1):
        super().__init__()
        channels, filters = kernel.shape[2:]
        self.stride = stride
        self.conv = nn.Conv2d(channels, filters, 3, stride, padding=1 if stride == 1 else 0, bias=False)
        self.norm = nn.BatchNorm2d(filters, eps=1e-3, momentum=0.01)
        self.conv.weight.copy_(torch.from_numpy(kernel.transpose(3, 2, 0, 1).copy()))
        for ours, theirs in (
            (self.norm.weight, gamma), (self.norm.bias, beta),
            (self.norm.running_mean, mean), (self.norm.running_var, variance),
        ):  # fmt: skip
            ours.copy_(torch.from_numpy(theirs))

    def forward(self, x):
        """Images (batch, channels, height, width); with a stride Keras adds its zeros below and on the right only."""
        return self.norm(self.conv(F.pad(x, (0, 1, 0, 1)) if self.stride > 1 else x))


class Block(nn.Module):
    """Two convolutions and what came in, added to them; with a stride every second pixel of it, and zeros."""

    def __init__(self, first, second):
        super().__init__()
        channels, filters = first[0].shape[2:]
        self.first, self.second = Convolution(*first, stride=filters // channels), Convolution(*second)
        self.more = filters - channels

    def forward(self, x):
        """Images, or features, of the size that the stride leaves."""
        h = self.second(F.relu(self.first(x)))
        if self.more:
            x = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, 0, self.more))
        return F.relu(x + h)


class Pool(nn.Module):
    """The mean over height and width."""

    def forward(self, x):
        """Features (batch, channels)."""
        return x.mean((2, 3))


def build(weights, precision):
    """Return the training step."""
    *layers, last = [weights[i : i + 5] for i in range(0, len(weights), 5)]
    blocks = [Block(*layers[i : i + 2]) for i in range(1, len(layers), 2)]
    net = nn.Sequential(Convolution(*layers[0]), nn.ReLU(), *blocks, Pool(), linear(*last))
    # The images lie in memory as (batch, height, width, channels), which is the quicker order on a processor too.
    step = supervised(net.to(memory_format=torch.channels_last), precision)
    return lambda x, y: step(x.permute(0, 3, 1, 2), y)
