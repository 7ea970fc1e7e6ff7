"""Deep Q-learning in plain torch: a network, its target, Adam; acting and a block of updates."""

import torch
from torch import nn

from course.bench.native.torch.dqn import network
from course.bench.native.torch.loop import DEVICE, adam


class Learner:
    """Two networks and the optimizer."""

    def __init__(self, weights, discount, period, kappa):
        self.online, self.target = network(weights), network(weights).requires_grad_(False)
        self.optimizer, self.updates = adam(self.online.parameters()), 0
        self.discount, self.period, self.kappa = discount, period, kappa

    @torch.no_grad()
    def act(self, s):
        """Greedy actions."""
        return self.online(torch.from_numpy(s).to(DEVICE)).argmax(-1).cpu().numpy()

    def learn(self, *memory):
        """One update for each batch; the mean loss and the mean of Q(s, a) over the block."""
        batches, found = [torch.from_numpy(array).to(DEVICE) for array in memory], []
        for s, a, r, following, terminated in zip(*batches, strict=True):
            with torch.no_grad():
                y = r + self.discount * (1 - terminated) * self.target(following).amax(-1)
            q = self.online(s).gather(1, a.long()[:, None])[:, 0]
            loss = nn.functional.huber_loss(q, y, delta=self.kappa)
            self.optimizer.zero_grad(set_to_none=True)
            loss.backward()
            self.optimizer.step()
            self.updates += 1
            if self.updates % self.period == 0:
                self.target.load_state_dict(self.online.state_dict())
            found.append(torch.stack([loss.detach(), q.detach().mean()]))
        loss, value = torch.stack(found).mean(0).tolist()
        return loss, value
