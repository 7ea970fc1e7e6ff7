"""The sigmoid model: logistic regression as a network of one neuron (§3.1)."""

from keras import ops

from course.validation import floats, probabilities
from units.u02_logistic_softmax.sigmoid import sigmoid


def logit(x, w, b):
    """The affine part of the neuron; its zero set is the decision boundary, a hyperplane.

    z = wᵀx + b

    Args:
        x: samples x, shape (batch, features).
        w: weights w, shape (features,).
        b: bias b, a number.

    Returns:
        A tensor of shape (batch,).
    """
    # z = wᵀx + b
    return ops.add(ops.matmul(floats(x), floats(w)), b)


def sigmoid_model(x, w, b):
    """Probability of the positive class.

    ŷ = σ_Sig(wᵀx + b) = P(y = 1 | x)

    Args:
        x: samples x, shape (batch, features).
        w: weights w, shape (features,).
        b: bias b, a number.

    Returns:
        A tensor of shape (batch,).
    """
    # ŷ = σ_Sig(z)
    return sigmoid(logit(x, w, b))


def decide(probability, threshold=0.5):
    """The class: 1 where the probability is above the threshold.

    At the threshold τ the boundary is the hyperplane wᵀx + b = log(τ / (1 − τ)): moving τ shifts it,
    parallel.

    Args:
        probability: ŷ, shape (batch,).
        threshold: τ.

    Returns:
        An int32 tensor of shape (batch,).

    Raises:
        ValueError: a probability is NaN or not in [0, 1].
    """
    return ops.cast(probabilities(probability, "probability") > threshold, "int32")
