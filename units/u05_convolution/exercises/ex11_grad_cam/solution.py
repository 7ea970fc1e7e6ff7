"""Grad-CAM for a head with one hidden layer: weights by hand, heat map, and the share of the heat on the object."""

from keras import ops


def channel_weights(maps, kernel, bias, second, y):
    """The mean gradient of the logit of a class with respect to each activation map.

    ā_c = mean of a_ijc,   h = max(0, ā W₁ + b),   ℓ = h W₂,   ω_c = mean over i, j of ∂ℓ_y/∂a_ijc

    Args:
        maps: a, shape (batch, height, width, channels).
        kernel: W₁, shape (channels, units).
        bias: b, shape (units,).
        second: W₂, shape (units, classes).
        y: classes, integers, shape (batch,).

    Returns:
        ω, shape (batch, channels).
    """
    z = ops.matmul(ops.mean(maps, axis=(1, 2)), kernel) + bias
    slope = ops.transpose(ops.take(second, y, axis=1))
    slope = slope * ops.cast(z > 0, slope.dtype)
    pixels = maps.shape[1] * maps.shape[2]
    return ops.matmul(slope, ops.transpose(kernel)) / pixels


def heat_map(maps, weights):
    """The weighted sum of the maps, its positive part, with the largest value 1 for each image.

    M_ij = max(0, ∑_c ω_c a_ijc) / largest value

    Args:
        maps: a, shape (batch, height, width, channels).
        weights: ω, shape (batch, channels).

    Returns:
        M, shape (batch, height, width); 0 everywhere where nothing is positive.
    """
    heat = ops.maximum(ops.sum(maps * weights[:, None, None, :], axis=-1), 0)
    largest = ops.max(heat, axis=(1, 2), keepdims=True)
    return heat / ops.where(largest > 0, largest, ops.ones_like(largest))


def share_inside(heat, mask):
    """The share of the heat that lies on the object.

    share = ∑_ij M_ij part_ij / ∑_ij M_ij,   part_ij = mean of the mask over the block of (i, j)

    Args:
        heat: M, shape (batch, height, width).
        mask: 1 on the object, 0 elsewhere, shape (batch, factor · height, factor · width).

    Returns:
        Shares, shape (batch,); 0 where the heat is 0 everywhere.
    """
    batch, height, width = heat.shape
    factor = mask.shape[1] // height
    blocks = ops.reshape(ops.cast(mask, heat.dtype), (batch, height, factor, width, factor))
    inside = ops.sum(heat * ops.mean(blocks, axis=(2, 4)), axis=(1, 2))
    total = ops.sum(heat, axis=(1, 2))
    return inside / ops.where(total > 0, total, ops.ones_like(total))
