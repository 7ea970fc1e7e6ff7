"""The convolutional network in plain torch."""

import torch
from torch import nn

from course.bench.native.torch.loop import DEVICE, conv, linear, supervised


def build(weights, precision):
    """Return the training step."""
    # Keras flattens (height, width, channels), torch (channels, height, width).
    kernel = weights[4].reshape(7, 7, 16, 10).transpose(2, 0, 1, 3).reshape(-1, 10)
    net = nn.Sequential(
        conv(*weights[0:2]),
        nn.ReLU(),
        nn.MaxPool2d(2),
        conv(*weights[2:4]),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        linear(kernel, weights[5]),
    )
    step = supervised(net, precision)

    # One channel: (batch, 28, 28, 1) and (batch, 1, 28, 28) are the same numbers in memory.
    def images(x, y):
        return step(x.view(-1, 1, 28, 28), y)

    images.net = net
    return images


@torch.no_grad()
def logits(loop, x):
    """What a trained loop says of images, as NumPy."""
    return loop.step.net(torch.from_numpy(x).to(DEVICE).view(-1, 1, 28, 28)).cpu().numpy()
