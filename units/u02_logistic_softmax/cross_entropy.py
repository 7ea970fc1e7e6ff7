"""Cross-entropy: the loss that maximum likelihood asks for (§3.2, §3.3)."""

from keras import ops

from units.u02_logistic_softmax.sigmoid import softplus
from units.u02_logistic_softmax.softmax import log_sum_exp


def binary_cross_entropy(y, z):
    """Minus the log-likelihood of each label under the sigmoid model.

    The label is a Bernoulli variable with P(y = 1 | x) = ŷ = σ_Sig(z), so its likelihood is ŷ^y (1 −
    ŷ)^{1−y} and

    C_i(θ) = −y log ŷ − (1 − y) log(1 − ŷ) = log(1 + e^z) − y z

    The right side is computed: from the logit, so that a probability that rounds to 0 or 1 costs no infinity.

    Args:
        y: labels 0 or 1 (or probabilities), of shape (batch,).
        z: logits z = b + wᵀx, of shape (batch,).

    Returns:
        The losses C_i, of shape (batch,). Their mean is C(θ); n C(θ) is minus the log-likelihood of the data.

    References: Liquet, Moka, Nazarathy, §3.2.
    """
    z = ops.convert_to_tensor(z)
    return softplus(z) - ops.cast(y, z.dtype) * z


def cross_entropy(y, z):
    """Minus the log-likelihood of each label under the softmax model.

    C_i(θ) = −log ŷ_{y_i} = LSE(z) − z_{y_i}

    Args:
        y: classes 0, …, K − 1, of shape (batch,).
        z: logits, of shape (batch, classes).

    Returns:
        The losses C_i, of shape (batch,). A uniform guess costs log K.

    References: Liquet, Moka, Nazarathy, §3.3.
    """
    z = ops.convert_to_tensor(z)
    y = ops.convert_to_tensor(y, dtype="int32")
    chosen = ops.take_along_axis(z, ops.expand_dims(y, axis=-1), axis=-1)
    return log_sum_exp(z) - ops.squeeze(chosen, axis=-1)
