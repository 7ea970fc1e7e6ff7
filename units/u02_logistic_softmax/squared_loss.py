"""Squared loss and cross-entropy on the same sigmoid model: slopes and curvatures in the logit (§3.2).

The slope of the squared loss has the factor ŷ (1 − ŷ). For a wrong prediction with a large |z| this factor is nearly
0, so the neuron learns slowly, while the slope of the cross-entropy is nearly ±1. The curvature of the cross-entropy
is never negative, so C(θ) is convex; the curvature of the squared loss changes its sign.
"""

from keras import ops

from course.validation import floats, targets
from units.u02_logistic_softmax.sigmoid import sigmoid


def squared_loss(y, z):
    """Squared error of each predicted probability.

    C_i(θ) = (ŷ − y)²,   ŷ = σ_Sig(z)

    Args:
        y: labels 0 or 1 (or probabilities), shape (batch,) or (batch, 1).
        z: logits, shape (batch,).

    Returns:
        The losses, shape (batch,), at most 1.
    """
    prediction = sigmoid(z)
    # C_i = (ŷ − y)²
    return ops.square(prediction - targets(y, prediction, low=0, high=1))


def squared_slope(y, z):
    """Derivative of the squared loss in the logit.

    ∂C_i/∂z = 2 (ŷ − y) ŷ (1 − ŷ)

    Args:
        y: labels 0 or 1 (or probabilities), shape (batch,) or (batch, 1).
        z: logits, shape (batch,).

    Returns:
        A tensor of shape (batch,).
    """
    p = sigmoid(z)
    # 2 (ŷ − y) ŷ (1 − ŷ), with 1 − ŷ = σ_Sig(−z): no cancellation where ŷ is near 1
    return 2 * (p - targets(y, p, low=0, high=1)) * p * sigmoid(-floats(z))


def squared_curvature(y, z):
    """Second derivative of the squared loss in the logit.

    ∂²C_i/∂z² = 2 ŷ (1 − ŷ) [ŷ (1 − ŷ) + (ŷ − y)(1 − 2ŷ)]

    Negative where the model is wrong by more than about 2/3: on y = 1 for ŷ < 1/3, on y = 0 for ŷ > 2/3.

    Args:
        y: labels 0 or 1 (or probabilities), shape (batch,) or (batch, 1).
        z: logits, shape (batch,).

    Returns:
        A tensor of shape (batch,).
    """
    p = sigmoid(z)
    slope = p * sigmoid(-floats(z))
    # 2 ŷ (1 − ŷ) [ŷ (1 − ŷ) + (ŷ − y)(1 − 2ŷ)]
    return 2 * slope * (slope + (p - targets(y, p, low=0, high=1)) * (1 - 2 * p))


def cross_entropy_slope(y, z):
    """Derivative of the binary cross-entropy in the logit.

    ∂C_i/∂z = ŷ − y

    Args:
        y: labels 0 or 1 (or probabilities), shape (batch,) or (batch, 1).
        z: logits, shape (batch,).

    Returns:
        A tensor of shape (batch,).
    """
    p = sigmoid(z)
    # ŷ − y
    return p - targets(y, p, low=0, high=1)


def cross_entropy_curvature(z):
    """Second derivative of the binary cross-entropy in the logit, whatever the label.

    ∂²C_i/∂z² = ŷ (1 − ŷ) ≥ 0

    Args:
        z: logits, shape (batch,).

    Returns:
        A tensor of shape (batch,).
    """
    z = floats(z)
    # ŷ (1 − ŷ)
    return sigmoid(z) * sigmoid(-z)
