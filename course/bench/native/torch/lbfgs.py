"""Softmax regression in plain torch as a function of one long vector, and torch's own L-BFGS on it."""

import numpy as np
import torch
from torch.nn import functional as F

from course.bench.native.torch.loop import DEVICE


class Regression:
    """C(W, b) = mean cross-entropy of b + W x, and λ‖W‖²."""

    def __init__(self, x, y, classes, penalty):
        self.x, self.y = torch.from_numpy(x).to(DEVICE), torch.from_numpy(y).long().to(DEVICE)
        self.penalty = penalty
        self.W = torch.zeros(x.shape[1], classes, device=DEVICE, requires_grad=True)
        self.b = torch.zeros(classes, device=DEVICE, requires_grad=True)

    def loss(self):
        """C at the present W and b."""
        z = torch.addmm(self.b, self.x, self.W)
        return F.cross_entropy(z, self.y) + self.penalty * self.W.square().sum()

    @torch.no_grad()
    def set(self, theta):
        """W and b from one vector."""
        theta = torch.from_numpy(theta.astype("float32")).to(DEVICE)
        self.W.copy_(theta[: self.W.numel()].view_as(self.W))
        self.b.copy_(theta[self.W.numel() :])


def gradient(x, y, classes, penalty):
    """θ ↦ (C(θ), ∇C(θ)), NumPy in and out, as SciPy asks for it."""
    regression = Regression(x, y, classes, penalty)

    def f(theta):
        regression.set(theta)
        value = regression.loss()
        slopes = torch.autograd.grad(value, [regression.W, regression.b])
        return value.item(), torch.cat([s.ravel() for s in slopes]).cpu().numpy().astype("float64")

    return f


def minimize(x, y, classes, penalty, memory, tolerance):
    """A function that runs ``torch.optim.LBFGS`` from θ = 0 for so many evaluations; it returns all losses seen."""
    regression = Regression(x, y, classes, penalty)
    size = regression.W.numel() + regression.b.numel()

    def run(evaluations):
        regression.set(np.zeros(size))
        optimizer = torch.optim.LBFGS(
            [regression.W, regression.b], max_iter=evaluations, max_eval=evaluations, history_size=memory,
            tolerance_grad=tolerance, tolerance_change=0.0, line_search_fn="strong_wolfe",
        )  # fmt: skip
        seen = []

        def closure():
            optimizer.zero_grad()
            value = regression.loss()
            value.backward()
            seen.append(value.detach())
            return value

        optimizer.step(closure)
        return [value.item() for value in seen]

    return run
