"""The cost of PPO with a second clip, its gradient by hand, and the numbers that one watches during training."""

from keras import ops


def _log_probabilities(logits, actions):
    return ops.sum(ops.log_softmax(logits, axis=-1) * ops.one_hot(actions, logits.shape[-1]), axis=-1)


def standardized(advantages, valid):
    """Advantages with mean 0 and standard deviation 1 over the steps that count, and 0 at the others.

    Args:
        advantages: shape (batch,).
        valid: 1.0 for a step that counts, else 0.0, shape (batch,).

    Returns:
        Shape (batch,). The standard deviation is divided by after 1e-8 is added to it.
    """
    number = ops.sum(valid)
    mean = ops.sum(valid * advantages) / number
    deviation = ops.sqrt(ops.sum(valid * (advantages - mean) ** 2) / number)
    return valid * (advantages - mean) / (deviation + 1e-8)


def cost(logits, actions, old, advantages, valid, clip, bound):
    """The mean cost over the steps that count.

    ω = π(a | s) / π_old(a | s)
    gain = min( ω A, clip(ω, 1 − clip, 1 + clip) A );   for A < 0 at least bound · A
    C = −mean of gain

    Args:
        logits: of the present policy, shape (batch, actions).
        actions: integers, shape (batch,).
        old: log π_old(a | s), shape (batch,).
        advantages: A, shape (batch,).
        valid: 1.0 for a step that counts, else 0.0, shape (batch,).
        clip: c.
        bound: the largest ratio that counts where A < 0, more than 1 + c.

    Returns:
        C, a number.
    """
    ratio = ops.exp(_log_probabilities(logits, actions) - old)
    gain = ops.minimum(ratio * advantages, ops.clip(ratio, 1 - clip, 1 + clip) * advantages)
    gain = ops.where(advantages < 0, ops.maximum(gain, bound * advantages), gain)
    return -ops.sum(valid * gain) / ops.sum(valid)


def logits_gradient(logits, actions, old, advantages, valid, clip, bound):
    """∂C/∂logits, shape (batch, actions), derived by hand; the arguments are those of ``cost``."""
    ratio = ops.exp(_log_probabilities(logits, actions) - old)
    # the gain is ω A, or a constant
    up = ops.logical_and(advantages >= 0, ratio <= 1 + clip)
    down = ops.logical_and(advantages < 0, ops.logical_and(ratio >= 1 - clip, ratio <= bound))
    moves = ops.cast(ops.logical_or(up, down), "float32")
    # ∂ω/∂z = ω (e_a − π)
    score = ops.one_hot(actions, logits.shape[-1]) - ops.softmax(logits, axis=-1)
    return -(valid * moves * advantages * ratio)[:, None] * score / ops.sum(valid)


def watched(logits, actions, old, valid, clip):
    """How far the policy has moved.

    KL = mean of (ω − 1) − log ω,   share = how many of the steps that count have ∣ω − 1∣ > clip

    Args:
        logits, actions, old, valid, clip: as for ``cost``.

    Returns:
        KL and share, two numbers.
    """
    logarithm = _log_probabilities(logits, actions) - old
    ratio = ops.exp(logarithm)
    number = ops.sum(valid)
    divergence = ops.sum(valid * (ratio - 1 - logarithm)) / number
    share = ops.sum(valid * ops.cast(ops.abs(ratio - 1) > clip, "float32")) / number
    return divergence, share
