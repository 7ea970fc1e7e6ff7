"""Grad-CAM: which positions of the last activation maps speak for a class? (§6.4)."""

from keras import ops

from course.validation import floats
from units.u05_convolution.saliency import logit_gradient


def weighted_maps(maps, slopes):
    """The activation maps, weighted by the mean gradient of each, and the positive part of their sum.

    ω_c = mean over i, j of ∂ℓ_y/∂a_ijc,   M_ij = max(0, ∑_c ω_c a_ijc)

    Args:
        maps: a, shape (batch, height, width, channels).
        slopes: ∂ℓ_y/∂a, of the same shape.

    Returns:
        M, shape (batch, height, width).

    Raises:
        ValueError: the shapes differ.
    """
    maps, slopes = floats(maps), floats(slopes)
    if tuple(maps.shape) != tuple(slopes.shape):
        raise ValueError(
            f"The maps have the shape {tuple(maps.shape)}, their gradients {tuple(slopes.shape)}."
        )
    # ω_c = mean over i, j of ∂ℓ_y/∂a_ijc
    omega = ops.mean(slopes, axis=(1, 2), keepdims=True)
    # M_ij = max(0, ∑_c ω_c a_ijc)
    return ops.maximum(ops.sum(ops.multiply(omega, maps), axis=-1), 0)


def grad_cam(features, head, x, y):
    """Grad-CAM of a network that consists of two parts.

    a = features(x),   ℓ = head(a),   M as in ``weighted_maps``

    Args:
        features: from images to the last activation maps, (batch, height, width, channels).
        head: from these maps to logits, (batch, classes).
        x: images, (batch, height, width, channels).
        y: the class to explain for each image, (batch,).

    Returns:
        M with the resolution of the activation maps; ``ops.image.resize`` enlarges it.

    References: §6.4; Selvaraju et al., "Grad-CAM" (2017).
    """
    maps = features(x, training=False)
    return weighted_maps(maps, logit_gradient(head, maps, y))
