"""Four activations and their derivatives, for arguments of any size."""

from keras import ops  # noqa: F401


def leaky_relu(z, alpha):
    """S(z) = z for z > 0, and α z for z ≤ 0."""
    raise NotImplementedError


def leaky_relu_derivative(z, alpha):
    """S'(z); at the kink z = 0 the derivative from the left, α."""
    raise NotImplementedError


def elu(z, alpha):
    """S(z) = z for z > 0, and α (e^z − 1) for z ≤ 0, to full precision also near 0."""
    raise NotImplementedError


def elu_derivative(z, alpha):
    """S'(z); at z = 0 the derivative from the left."""
    raise NotImplementedError


def softplus(z):
    """S(z) = log(1 + e^z)."""
    raise NotImplementedError


def softplus_derivative(z):
    """S'(z)."""
    raise NotImplementedError


def swish(z):
    """S(z) = z σ(z)."""
    raise NotImplementedError


def swish_derivative(z):
    """S'(z)."""
    raise NotImplementedError
