"""Saliency: how much does the logit of a class change with each pixel? (§6.4)."""

from keras import ops

import course
from course.validation import class_labels, floats


def logit_gradient(network, x, y):
    """The gradient of the logit of a class with respect to each entry of the input.

    ∂ℓ_y/∂x = uᵀ J,   J = ∂ℓ/∂x, u the one-hot row of y

    Args:
        network: from x to logits ℓ, (batch, classes); the logits of an image depend on this image only.
        x: images or activation maps, shape (batch, …).
        y: a class for each image, integers (batch,) or (batch, 1).

    Returns:
        The shape of x.

    Raises:
        ValueError: y has another shape, or a number that is no class.
    """
    logits, pullback = course.vjp(lambda x: network(x, training=False), floats(x))
    y = class_labels(y, logits.shape[1], shape=(logits.shape[0],))
    # ∂ℓ_y/∂x = uᵀ J
    (slopes,) = pullback(ops.one_hot(y, logits.shape[1], dtype=logits.dtype))
    return slopes


def saliency(network, x, y):
    """The size of the gradient of a logit with respect to the pixels.

    M_ij = max over channels of |∂ℓ_y/∂x_ijc|

    Args:
        network: from images to logits.
        x: images, shape (batch, height, width, channels).
        y: the class to explain for each image, (batch,).

    Returns:
        M, shape (batch, height, width).

    References: §6.4; Simonyan, Vedaldi and Zisserman, "Deep inside convolutional networks" (2014).
    """
    slope = logit_gradient(network, x, y)
    # M_ij = max over channels of |∂ℓ_y/∂x_ijc|
    return ops.max(ops.abs(slope), axis=-1)
