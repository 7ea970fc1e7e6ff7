"""The DQN step in plain torch."""

import torch
from torch import nn

from course.bench.native.torch.loop import DEVICE, adam, autocast, linear


def build(weights, precision):
    """Return the training step."""
    online, target = network(weights[:6]), network(weights[6:]).requires_grad_(False)
    optimizer = adam(online.parameters())
    cast = autocast(precision)

    def step(state, action, reward, following, done):
        with cast:
            with torch.no_grad():
                goal = reward + 0.99 * (1 - done) * target(following).amax(-1)
            chosen = online(state).gather(1, action[:, None])[:, 0]
            value = nn.functional.huber_loss(chosen, goal)
        optimizer.zero_grad(set_to_none=True)
        value.backward()
        optimizer.step()
        with torch.no_grad():
            for t, o in zip(target.parameters(), online.parameters(), strict=True):
                t.lerp_(o, 0.005)
        return value.detach()

    return step


def network(weights):
    """Two values, one for each action."""
    first, second, values = (linear(*weights[i : i + 2]) for i in (0, 2, 4))
    return nn.Sequential(first, nn.ReLU(), second, nn.ReLU(), values).to(DEVICE)
