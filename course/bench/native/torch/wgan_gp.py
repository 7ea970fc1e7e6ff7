"""The WGAN-GP step in plain torch."""

import torch
from torch import nn

from course.bench.native.torch.loop import DEVICE, adam, autocast, linear


def build(weights, precision):
    """Return the training step."""
    layers = [linear(*weights[i : i + 2]) for i in range(0, 10, 2)]
    generator = nn.Sequential(layers[0], nn.ReLU(), layers[1]).to(DEVICE)
    critic = nn.Sequential(layers[2], nn.ReLU(), layers[3], nn.ReLU(), layers[4]).to(DEVICE)
    critic_optimizer, generator_optimizer = adam(critic.parameters()), adam(generator.parameters())
    cast = autocast(precision)

    def step(real, z, mix):
        with cast:
            with torch.no_grad():
                fake = generator(z)
            between = (mix * real + (1 - mix) * fake).requires_grad_()
            (slope,) = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
            penalty = ((slope.square().sum(-1) + 1e-12).sqrt() - 1).square().mean()
            value = critic(fake).mean() - critic(real).mean() + 10 * penalty
        critic_optimizer.zero_grad(set_to_none=True)
        value.backward()
        critic_optimizer.step()

        critic.requires_grad_(False)  # the generator's loss needs no gradient of the critic's weights
        generator_optimizer.zero_grad(set_to_none=True)
        with cast:
            loss = -critic(generator(z)).mean()
        loss.backward()
        generator_optimizer.step()
        critic.requires_grad_(True)
        return value.detach()

    return step
