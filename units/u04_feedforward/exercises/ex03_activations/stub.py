"""Four activations for arguments of any size, and their slopes from what they returned."""

from keras import ops  # noqa: F401


def leaky_relu(z, alpha):
    """a = z for z > 0, and η z for z ≤ 0."""
    raise NotImplementedError


def leaky_relu_slope(a, alpha):
    """S'(z), from a = S(z) alone; at the kink the derivative from the left, η."""
    raise NotImplementedError


def elu(z, alpha):
    """a = z for z > 0, and η (e^z − 1) for z ≤ 0, to full precision also near 0."""
    raise NotImplementedError


def elu_slope(a, alpha):
    """S'(z), from a = S(z) alone; at z = 0 the derivative from the left."""
    raise NotImplementedError


def softplus(z):
    """a = log(1 + e^z)."""
    raise NotImplementedError


def softplus_slope(a):
    """S'(z), from a = S(z) alone, to full precision also where it is small."""
    raise NotImplementedError


def swish(z):
    """a = z σ_Sig(z)."""
    raise NotImplementedError


def swish_slope(z, a):
    """S'(z), from z and a = S(z): two different z have the same a, so that a alone is not enough."""
    raise NotImplementedError
