"""NT-Xent: the loss that pulls two views of one image together, and pushes them from all others (§6.5)."""

from keras import ops

import course
from course.validation import floats, precise_floats


def nt_xent(first, second, temperature=0.5):
    """The loss of every view: a cross-entropy whose classes are the other views of the batch.

    C_i = −log( e^{cos(i, j)/τ} / ∑_{k ≠ i} e^{cos(i, k)/τ} ),   cos(i, k) = z_iᵀ z_k / (‖z_i‖ ‖z_k‖)

    Here z_1, …, z_2n are both views of n images, and j is the other view of the same image. So every view has one right
    answer and 2n − 2 wrong ones, and all of them come from the batch itself: no label is needed.

    Args:
        first, second: embeddings of the two views, shape (batch, features); row i of both is the same image.
        temperature: τ; a small one looks at the most similar wrong answers only.

    Returns:
        C, shape (2 batch,): those of the first views, then those of the second ones.

    Raises:
        ValueError: the shapes differ, or the temperature is not positive.

    References: Chen, Kornblith, Norouzi, Hinton, "A simple framework for contrastive learning of visual
    representations" (2020), equation 1.
    """
    first, second = floats(first), floats(second)
    if len(first.shape) != 2 or tuple(first.shape) != tuple(second.shape):
        raise ValueError(
            f"Two views have the shape (batch, features) both, not {tuple(first.shape)} and {tuple(second.shape)}."
        )
    if not temperature > 0:
        raise ValueError(f"The temperature must be positive, not {temperature!r}.")
    return _losses(first, second, temperature)


@course.fused
def _losses(first, second, temperature):
    z = ops.concatenate([first, second], axis=0)
    z = precise_floats(z)  # in float16 a sum of squares overflows
    # cos(i, k) = z_iᵀ z_k / (‖z_i‖ ‖z_k‖)
    z = z / ops.sqrt(ops.maximum(ops.sum(ops.square(z), axis=1, keepdims=True), 1e-12))
    logits = ops.matmul(z, ops.transpose(z)) / temperature
    # k ≠ i: a view is no answer to itself
    batch = ops.shape(first)[0]
    rows = ops.arange(2 * batch)
    itself = ops.equal(rows[:, None], rows[None, :])
    logits = ops.where(itself, ops.cast(-1e9, logits.dtype), logits)
    # j: the other view of the same image
    other = ops.concatenate([rows[batch:], rows[:batch]])
    right = ops.sum(ops.where(ops.equal(other[:, None], rows[None, :]), logits, 0), axis=1)
    # C_i = log ∑_{k ≠ i} e^{cos(i, k)/τ} − cos(i, j)/τ
    return ops.logsumexp(logits, axis=1) - right
