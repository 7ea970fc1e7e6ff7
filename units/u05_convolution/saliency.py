"""Saliency: how much does the logit of a class change with each pixel? (§6.4)."""

from keras import ops

import course
from course.validation import class_labels, floats


def class_logit(logits, y):
    """The sum over a batch of each image's logit of its class; its gradient keeps the images apart.

    Args:
        logits: ℓ, shape (batch, classes).
        y: a class for each image, integers (batch,) or (batch, 1).

    Raises:
        ValueError: y has another shape, or a number that is no class.
    """
    logits = floats(logits)
    y = class_labels(y, logits.shape[1], shape=(logits.shape[0],))
    return ops.sum(ops.take_along_axis(logits, y[:, None], axis=1))


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
    slope = course.grad(lambda x: class_logit(network(x, training=False), y))(x)
    # M_ij = max over channels of |∂ℓ_y/∂x_ijc|
    return ops.max(ops.abs(slope), axis=-1)
