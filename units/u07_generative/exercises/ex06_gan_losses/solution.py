"""The costs of four adversarial games, the generator's slopes, and the best least squares discriminator."""

from keras import ops


def costs(a, b, game):
    """The costs of a discriminator and of a generator.

    Args:
        a: outputs of the discriminator for real samples, shape (batch,).
        b: outputs for generated samples, shape (batch,).
        game: "minimax", "non_saturating", "least_squares" or "hinge".

    Returns:
        (C_D, C_G), two numbers.
    """
    if game == "least_squares":
        return 0.5 * ops.mean((a - 1.0) ** 2) + 0.5 * ops.mean(b**2), 0.5 * ops.mean((b - 1.0) ** 2)
    if game == "hinge":
        return ops.mean(ops.relu(1.0 - a)) + ops.mean(ops.relu(1.0 + b)), -ops.mean(b)
    discriminator = ops.mean(ops.softplus(-a)) + ops.mean(ops.softplus(b))
    if game == "minimax":
        return discriminator, -ops.mean(ops.softplus(b))
    return discriminator, ops.mean(ops.softplus(-b))


def generator_slopes(b, game):
    """The derivative of the generator's cost with respect to each output for a generated sample.

    Args:
        b: outputs for generated samples, shape (batch,).
        game: as in ``costs``.

    Returns:
        ∂C_G/∂b, shape (batch,).
    """
    n = b.shape[0]
    if game == "least_squares":
        return (b - 1.0) / n
    if game == "hinge":
        return -ops.ones_like(b) / n
    if game == "minimax":
        return -ops.sigmoid(b) / n
    return -ops.sigmoid(-b) / n


def least_squares_best(p_data, p_generated, real_target, fake_target):
    """The values of the best least squares discriminator.

    Args:
        p_data, p_generated: densities at the same points, shape (points,).
        real_target, fake_target: what it fits for real and for generated samples, numbers.

    Returns:
        D, shape (points,).
    """
    return (real_target * p_data + fake_target * p_generated) / (p_data + p_generated)
