"""Four activations and their derivatives, for arguments of any size."""

from keras import ops


def leaky_relu(z, alpha):
    """S(z) = z for z > 0, and α z for z ≤ 0."""
    return ops.where(z > 0, z, alpha * z)


def leaky_relu_derivative(z, alpha):
    """S'(z); at the kink z = 0 the derivative from the left, α."""
    return ops.where(z > 0, ops.ones_like(z), alpha * ops.ones_like(z))


def elu(z, alpha):
    """S(z) = z for z > 0, and α (e^z − 1) for z ≤ 0, to full precision also near 0."""
    return ops.where(z > 0, z, alpha * ops.expm1(ops.minimum(z, 0.0)))


def elu_derivative(z, alpha):
    """S'(z); at z = 0 the derivative from the left."""
    return ops.where(z > 0, ops.ones_like(z), alpha * ops.exp(ops.minimum(z, 0.0)))


def softplus(z):
    """S(z) = log(1 + e^z)."""
    return ops.maximum(z, 0.0) + ops.log1p(ops.exp(-ops.abs(z)))


def softplus_derivative(z):
    """S'(z)."""
    return ops.sigmoid(z)


def swish(z):
    """S(z) = z σ(z)."""
    return z * ops.sigmoid(z)


def swish_derivative(z):
    """S'(z)."""
    return ops.sigmoid(z) + z * ops.sigmoid(z) * ops.sigmoid(-z)
