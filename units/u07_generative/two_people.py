"""Faces of two people in the same poses: what a swap of faces should give is known (§8.1)."""

import numpy as np

from course.data.generated.faces import IDENTITY, POSE, draw


def two_people(size, people_seed=0, pose_seed=0, pixels=24, noise=0.03):
    """Draw faces of two people; image i of both shows the same pose, expression and light.

    A model that swaps faces is trained with poses that differ between the two people, and tested with equal ones.

    Args:
        size: number of images of each person.
        people_seed: of the two identities.
        pose_seed: of poses, expressions, light and noise.
        pixels: height and width.
        noise: standard deviation of the Gaussian noise, as a share of the range from black to white.

    Returns:
        Two arrays in [−1, 1], float32 of the shape (size, pixels, pixels, 1).
    """
    if size < 1:
        raise ValueError(f"size is a number of images, at least 1, not {size!r}.")
    people = np.random.default_rng((1, people_seed))
    identities = [{name: people.uniform(*limits) for name, limits in IDENTITY.items()} for _ in range(2)]
    rng = np.random.default_rng((2, pose_seed))
    poses = {name: rng.uniform(*limits, size=size) for name, limits in POSE.items()}
    images = []
    for identity in identities:
        drawn = draw(poses | {name: np.full(size, value) for name, value in identity.items()}, pixels)
        noisy = np.clip(drawn + noise * rng.normal(size=drawn.shape), 0, 1)
        images.append((2 * noisy[..., None] - 1).astype("float32"))
    return images
