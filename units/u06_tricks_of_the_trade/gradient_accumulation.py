"""Gradient accumulation: the gradient of a large batch, from parts that fit into memory (§4.2)."""

from keras import ops

import course


def accumulated_gradients(cost, variables, batch, parts):
    """The cost of a batch and its gradients, computed part by part.

    C(θ) = ∑_i C_i / n = ∑_j (n_j / n) C^(j)(θ),   ∇C(θ) = ∑_j (n_j / n) ∇C^(j)(θ),   C^(j) the mean over part j

    A part counts as much as it has samples: the mean of the gradients of unequal parts would be something else. Only
    one part's activations are needed at a time. A layer that looks at the batch as a whole, such as BatchNorm, sees a
    part in its place, and then the sum is no longer the gradient of the large batch.

    Args:
        cost: a function of the arrays of one part that returns its mean cost and another tensor with one row for each
            sample, such as the logits.
        variables: the Keras variables θ.
        batch: a tuple of tensors with one row for each sample; None where there is nothing, such as no weights.
        parts: the number of parts; their sizes differ by at most 1.

    Returns:
        ``((C, rows), gradients)``, the rows of all parts one below the other.

    Raises:
        ValueError: ``parts`` is no whole number ≥ 1, or larger than the batch.
    """
    if not isinstance(parts, int) or isinstance(parts, bool) or parts < 1:
        raise ValueError(f"parts must be a whole number ≥ 1, not {parts!r}.")
    n = ops.shape(batch[0])[0]
    if isinstance(n, int) and n < parts:
        raise ValueError(f"A batch of {n} samples cannot be divided into {parts} parts.")
    total, rows, sums = 0.0, [], [0.0] * len(variables)
    for j in range(parts):
        first, last = n * j // parts, n * (j + 1) // parts
        part = [None if a is None else a[first:last] for a in batch]

        def share_of_cost(part=part, size=last - first):
            mean, out = cost(*part)
            # (n_j / n) C^(j)(θ)
            share = mean * (ops.cast(size, mean.dtype) / ops.cast(n, mean.dtype))
            return share, out

        (value, out), gradients = course.value_and_grad(share_of_cost, variables, has_aux=True)
        total = total + value
        sums = [s + g for s, g in zip(sums, gradients, strict=True)]
        rows.append(out)
    return (total, ops.concatenate(rows)), sums
