"""Four activations for arguments of any size, and their derivatives from their outputs."""

from keras import ops


def leaky_relu(z, alpha):
    """a = z for z > 0, and η z for z ≤ 0."""
    return ops.where(z > 0, z, alpha * z)


def leaky_relu_slope(a, alpha):
    """S'(z), from a = S(z) alone; at z = 0 the derivative from the left, η."""
    return ops.where(a > 0, ops.ones_like(a), alpha * ops.ones_like(a))


def elu(z, alpha):
    """a = z for z > 0, and η (e^z − 1) for z ≤ 0, to full precision also near 0."""
    return ops.where(z > 0, z, alpha * ops.expm1(ops.minimum(z, 0.0)))


def elu_slope(a, alpha):
    """S'(z), from a = S(z) alone; at z = 0 the derivative from the left."""
    # η e^z = η (e^z − 1) + η = a + η
    return ops.where(a > 0, ops.ones_like(a), a + alpha)


def softplus(z):
    """a = log(1 + e^z)."""
    return ops.maximum(z, 0.0) + ops.log1p(ops.exp(-ops.abs(z)))


def softplus_slope(a):
    """S'(z), from a = S(z) alone, to full precision also where it is small."""
    # e^a = 1 + e^z, so σ_Sig(z) = e^z / (1 + e^z) = 1 − e^{−a}
    return -ops.expm1(-a)


def swish(z):
    """a = z σ_Sig(z)."""
    return z * ops.sigmoid(z)


def swish_slope(z, a):
    """S'(z), from z and a = S(z): two different z have the same a, so that a alone is not enough."""
    # S'(z) = σ_Sig(z) + z σ_Sig(z) σ_Sig(−z), and z σ_Sig(z) = a
    return ops.sigmoid(z) + a * ops.sigmoid(-z)
