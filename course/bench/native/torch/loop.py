"""The loop in plain torch: slices of the arrays, a step, the losses summed on the device."""

import contextlib

import torch
from torch import nn

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


class Loop:
    """A native loop with its state.

    Args:
        build: the case's ``build``.
        weights: initial weights in Keras's order and layout.
        precision: ``"float32"`` or ``"bfloat16"``.
    """

    def __init__(self, build, weights, precision="float32"):
        self.step = build(weights, precision)

    def run(self, arrays, batch, epochs=1):
        """Train; return the mean loss of the last epoch."""
        tensors = [torch.from_numpy(a) for a in arrays]
        tensors = [t if t.is_floating_point() else t.long() for t in tensors]
        starts = range(0, len(tensors[0]), batch)
        for _ in range(epochs):
            total = torch.zeros((), device=DEVICE)
            for i in starts:
                total += self.step(*(t[i : i + batch].to(DEVICE, non_blocking=True) for t in tensors))
        return total.item() / len(starts)


class CompiledLoop(Loop):
    """The same loop with ``torch.compile`` around the whole step; it needs a C++ compiler."""

    BACKEND = "inductor"

    def __init__(self, build, weights, precision="float32"):
        super().__init__(build, weights, precision)
        self.step = torch.compile(self.step, backend=self.BACKEND)


LOOPS = {"native": Loop, "native_compile": CompiledLoop}


def adam(parameters):
    """Adam with the numbers of all cases, in the form that torch chooses when nobody asks for another."""
    return torch.optim.Adam(parameters, lr=1e-3, eps=1e-10)


def supervised(model, precision, loss=nn.functional.cross_entropy):
    """The training step of a classifier: zero, forward, backward, update."""
    model = model.to(DEVICE).train()
    optimizer = adam(model.parameters())
    cast = autocast(precision)

    def step(x, y):
        optimizer.zero_grad(set_to_none=True)
        with cast:
            value = loss(model(x), y)
        value.backward()
        optimizer.step()
        return value.detach()

    return step


def autocast(precision):
    """Torch's mixed precision, or nothing."""
    if precision == "float32":
        return contextlib.nullcontext()
    return torch.autocast(DEVICE, dtype=torch.bfloat16)


@torch.no_grad()
def linear(kernel, bias):
    """A ``nn.Linear`` from a Dense layer's weights: (in, out) becomes (out, in)."""
    layer = nn.Linear(*kernel.shape)
    layer.weight.copy_(torch.from_numpy(kernel.T.copy()))
    layer.bias.copy_(torch.from_numpy(bias))
    return layer


@torch.no_grad()
def conv(kernel, bias):
    """A ``nn.Conv2d`` from a Conv2D layer's weights: (height, width, in, out) becomes (out, in, height, width)."""
    height, width, channels, filters = kernel.shape
    layer = nn.Conv2d(channels, filters, (height, width), padding="same")
    layer.weight.copy_(torch.from_numpy(kernel.transpose(3, 2, 0, 1).copy()))
    layer.bias.copy_(torch.from_numpy(bias))
    return layer
