"""The cost of distillation, its gradient, and its limit at high temperatures."""

from keras import ops


def softened(v, temperature):
    """The probabilities of logits at a temperature.

    p_k = exp(v_k/τ) / ∑_j exp(v_j/τ)

    Args:
        v: logits, shape (batch, classes), of any size.
        temperature: τ > 0.

    Returns:
        p, shape (batch, classes).
    """
    return ops.softmax(v / temperature, axis=-1)


def distillation_cost(u, v, y, temperature, share):
    """The cost of a mini-batch.

    C = (1/n) ∑_i [ −(1 − χ) log softmax(u_i)_{y_i} − χ τ² ∑_k p_ik log softmax(u_i/τ)_k ],   p_i = softmax(v_i/τ)

    Args:
        u: logits of the student, shape (batch, classes).
        v: logits of the teacher, shape (batch, classes).
        y: classes 0, 1, …, shape (batch,).
        temperature: τ > 0.
        share: χ between 0 and 1.

    Returns:
        C, a number.
    """
    labels = ops.one_hot(y, u.shape[-1])
    hard = -ops.sum(labels * ops.log_softmax(u, axis=-1), axis=-1)
    soft = -ops.sum(softened(v, temperature) * ops.log_softmax(u / temperature, axis=-1), axis=-1)
    return ops.mean((1.0 - share) * hard + share * temperature**2 * soft)


def distillation_gradient(u, v, y, temperature, share):
    """The gradient ∂C/∂u of ``distillation_cost``.

    Args:
        u, v, y, temperature, share: as in ``distillation_cost``.

    Returns:
        ∂C/∂u, shape (batch, classes).
    """
    by_labels = ops.softmax(u, axis=-1) - ops.one_hot(y, u.shape[-1])
    by_teacher = temperature * (softened(u, temperature) - softened(v, temperature))
    return ((1.0 - share) * by_labels + share * by_teacher) / u.shape[0]


def limit_gradient(u, v):
    """What ``distillation_gradient`` with χ = 1 becomes for τ → ∞.

    Args:
        u: logits of the student, shape (batch, classes).
        v: logits of the teacher, shape (batch, classes).

    Returns:
        lim ∂C/∂u, shape (batch, classes).
    """
    difference = u - v
    centred = difference - ops.mean(difference, axis=-1, keepdims=True)
    return centred / (u.shape[0] * u.shape[1])
