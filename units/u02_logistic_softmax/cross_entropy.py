"""Cross-entropy: the loss that follows from maximum likelihood (§3.2, §3.3)."""

from keras import ops

import course
from course.validation import class_labels, floats, targets
from units.u02_logistic_softmax.sigmoid import softplus
from units.u02_logistic_softmax.softmax import log_sum_exp


def binary_cross_entropy(y, z):
    """Minus the log-likelihood of each label under the sigmoid model.

    The label is a Bernoulli variable with P(y = 1 | x) = ŷ = σ_Sig(z), so its likelihood is ŷ^y (1 − ŷ)^{1−y} and

    C_i(θ) = −y log ŷ − (1 − y) log(1 − ŷ) = log(1 + e^z) − y z

    The right side is computed, from the logit: so the loss is finite even if ŷ rounds to 0 or 1.

    Args:
        y: labels 0 or 1 (or probabilities), shape (batch,) or (batch, 1).
        z: logits z = wᵀx + b, shape (batch,).

    Returns:
        The losses C_i, shape (batch,). Their mean is C(θ); n C(θ) is minus the log-likelihood of the data.

    Raises:
        ValueError: y has not one label for each logit, or a label is not in [0, 1].
    """
    z = floats(z)
    # C_i = log(1 + e^z) − y z
    return softplus(z) - targets(y, z, low=0, high=1) * z


def cross_entropy(y, z):
    """Minus the log-likelihood of each label under the softmax model.

    C_i(θ) = −log ŷ_{y_i} = LSE(z) − z_{y_i}

    Args:
        y: classes 0, …, K − 1, shape (batch,) or (batch, 1).
        z: logits, shape (batch, classes).

    Returns:
        The losses C_i, shape (batch,). A uniform guess costs log K.

    Raises:
        ValueError: y has not one label for each row of z, or a label is no class. Inside a compiled step the values of
            y are not known: there the loss of a label that is no class is NaN.
    """
    z = floats(z)
    y = class_labels(y, z.shape[-1], shape=z.shape[:-1])
    return _losses(y, z)


@course.fused
def _losses(y, z):
    classes = z.shape[-1]
    # Out of range, the backends differ: take_along_axis raises an error, gives NaN or the logit of another class.
    index = ops.expand_dims(ops.clip(y, 0, classes - 1), axis=-1)
    # C_i = LSE(z) − z_{y_i}
    losses = log_sum_exp(z) - ops.squeeze(ops.take_along_axis(z, index, axis=-1), axis=-1)
    return ops.where(ops.logical_and(y >= 0, y < classes), losses, float("nan"))
