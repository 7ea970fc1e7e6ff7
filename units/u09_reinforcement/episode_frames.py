"""The pictures of one episode, drawn without a display (§8.4)."""

import numpy as np

from units.u03_optimization.hyperparameters import check_size
from units.u09_reinforcement.environments import make
from units.u09_reinforcement.interaction import Interaction


def episode_frames(act, name, seed=0, every=1, longest=1000, **options):
    """Play one episode, and return every ``every``-th picture of it, the first and the last included.

    Args:
        act: function from observations (1, …) to actions (1,) or (1, size), as for ``evaluate``.
        name: the id of an environment that can draw itself as an array (``render_mode="rgb_array"``).
        seed: of the episode.
        every: how many steps lie between two pictures.
        longest: largest number of steps.
        **options: further arguments of the environment.

    Returns:
        List of arrays (height, width, 3) of type uint8, and the sum of the rewards of these steps: the return, if the
        episode ended by itself.

    Raises:
        ValueError: the environment draws no pictures, or an argument is no positive whole number.
        CourseError: pygame, with which Gymnasium draws, is not installed.

    Example::

        frames, total = episode_frames(model.act, "CartPole-v1", every=5)
        fig, ax = r.figure("episode")
        r.animation("episode", fig, lambda i: ax.imshow(frames[i]), len(frames))
    """
    check_size("every", every)
    environments = make(name, 1, seed, render_mode="rgb_array", **options)
    try:
        interaction = Interaction(environments, seed)
        frames, total = [_picture(environments, name)], 0.0
        for t in range(1, check_size("longest", longest) + 1):
            total += float(interaction.step(act(interaction.observation)).reward[0])
            over = bool(interaction.returns) or t == longest
            if over or t % every == 0:
                frames.append(_picture(environments, name))
            if over:
                break
    finally:
        environments.close()
    return frames, total


def _picture(environments, name):
    frame = environments.render()[0]
    if not isinstance(frame, np.ndarray) or frame.ndim != 3:
        raise ValueError(
            f"The environment {name} draws no pictures: choose one with the render mode rgb_array."
        )
    return frame
