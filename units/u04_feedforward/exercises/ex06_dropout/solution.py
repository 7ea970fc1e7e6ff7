"""Inverted dropout, forward and backward, and the ensemble that it approximates."""

from keras import ops


def dropout(a, noise, rate, training):
    """Set random entries to 0 and divide the others by 1 − p.

    training:  ã = m ∘ a / (1 − p),  m_i = 1 where noise_i ≥ p, else 0
    inference: ã = a

    Args:
        a: activations, shape (batch, features).
        noise: independent numbers, uniform on (0, 1), of the shape of ``a``.
        rate: p in [0, 1), the probability to switch off.
        training: True or False.

    Returns:
        ã, of the shape of ``a``.
    """
    if not training:
        return a
    m = ops.cast(noise >= rate, a.dtype)
    return m * a / (1 - rate)


def dropout_backward(slope, noise, rate):
    """The gradient through dropout in training.

    Args:
        slope: ∂C/∂ã, shape (batch, features).
        noise: the numbers that the forward pass used.
        rate: p.

    Returns:
        ∂C/∂a, of the shape of ``slope``.
    """
    m = ops.cast(noise >= rate, slope.dtype)
    return m * slope / (1 - rate)


def drop_features(a, noise, rate):
    """Dropout in training that sets a feature of a sample to 0 at all positions.

    Args:
        a: activations, shape (batch, seq, features).
        noise: uniform on (0, 1), shape (batch, features).
        rate: p.

    Returns:
        ã, of the shape of ``a``.
    """
    m = ops.cast(noise >= rate, a.dtype)
    return ops.expand_dims(m, 1) * a / (1 - rate)


def geometric_mean(probabilities, weights):
    """The normalized geometric mean of an ensemble: ŷ_k ∝ ∏_m ŷ_{m,k}^{w_m}, adding to 1 over the classes.

    Args:
        probabilities: ŷ_m of every thinned network, all positive, shape (masks, batch, classes).
        weights: w_m, how often dropout draws that mask; they add to 1; shape (masks,).

    Returns:
        ŷ, shape (batch, classes).
    """
    logs = ops.sum(ops.reshape(weights, (-1, 1, 1)) * ops.log(probabilities), axis=0)
    return ops.softmax(logs, axis=-1)
