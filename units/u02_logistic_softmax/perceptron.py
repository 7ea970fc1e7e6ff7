"""The perceptron of 1958 and the bound on its mistakes (§3, historical note)."""

import numpy as np
from keras import ops

from course.validation import binary_labels, features, floats, numbers


class Perceptron:
    """A neuron with a hard threshold that learns from its mistakes only.

    ŷ = sign(wᵀx);   on a mistake, y wᵀx ≤ 0:   w ← w + y x

    Labels are y ∈ {−1, +1}. There is no bias: where one is needed, ``with_constant`` of unit 1 adds a constant
    feature, whose weight is the bias. The samples are visited in their order, again and again, until a whole round has
    no mistake. Between two mistakes w does not change, so one matrix product finds the next mistake without a loop
    over the samples.

    Novikoff: if some unit vector w* has y_i w*ᵀx_i ≥ γ > 0 for all i, and ‖x_i‖ ≤ R, then the number of
    mistakes is at most (R/γ)², in whatever order the samples come. Proof in two lines, after k mistakes:

        w*ᵀw ≥ k γ       each update adds y w*ᵀx ≥ γ
        ‖w‖² ≤ k R²      each update adds 2 y wᵀx + ‖x‖² ≤ 0 + R²

    hence k γ ≤ w*ᵀw ≤ ‖w‖ ≤ √k R.

    Attributes:
        w: the weights, shape (features,).
        mistakes: how many updates there were.
        path: NumPy array of shape (mistakes + 1, features), the weights after each mistake, the first row 0.
        converged: whether the last round was without a mistake.

    References: Rosenblatt, "The perceptron", Psychological Review 65 (1958); Novikoff, "On convergence
    proofs on perceptrons", Symposium on the Mathematical Theory of Automata 12 (1962).
    """

    def fit(self, x, y, max_mistakes=10_000):
        """Learn until no sample is a mistake, or until ``max_mistakes``.

        Args:
            x: samples, shape (batch, features).
            y: labels −1 or +1, shape (batch,) or (batch, 1).
            max_mistakes: the largest number of updates; without a separating hyperplane the rule never ends.

        Returns:
            ``self``.

        Raises:
            ValueError: a label is not −1 or +1, or there is not one for each sample.
        """
        x = features(x).astype("float32")
        y = binary_labels(y, rows=len(x), values=(-1, 1))
        # rows y_i x_i
        signed = ops.convert_to_tensor(x * y[:, None].astype("float32"))
        w = ops.zeros(signed.shape[1:], dtype="float32")
        path, position, self.converged = [ops.convert_to_numpy(w)], 0, False
        while len(path) <= max_mistakes:
            # y_i wᵀx_i ≤ 0
            wrong = np.flatnonzero(ops.convert_to_numpy(ops.matmul(signed, w) <= 0))
            if wrong.size == 0:
                self.converged = True
                break
            after = wrong[wrong >= position]  # continue after the last mistake, cyclically
            i = int(after[0] if after.size else wrong[0])
            # w ← w + y_i x_i
            w = w + signed[i]
            path.append(ops.convert_to_numpy(w))
            position = i + 1
        self.w, self.path, self.mistakes = w, np.stack(path), len(path) - 1
        return self

    def predict(self, x):
        """The sign of wᵀx.

        Args:
            x: samples, shape (batch, features).

        Returns:
            An int32 tensor of −1 and +1, shape (batch,).
        """
        return ops.where(ops.matmul(ops.convert_to_tensor(features(x), "float32"), self.w) > 0, 1, -1)


def radius(x):
    """R = max_i ‖x_i‖, for samples of shape (batch, features)."""
    # R = max_i ‖x_i‖
    return ops.max(ops.norm(floats(x), axis=1))


def margin(x, y, w):
    """The smallest signed distance of a sample from the hyperplane wᵀx = 0; positive if w separates.

    γ = min_i y_i wᵀx_i / ‖w‖

    Args:
        x: samples, shape (batch, features).
        y: labels −1 or +1, shape (batch,).
        w: weights, shape (features,).

    Returns:
        A number (a tensor of shape ()).

    Raises:
        ValueError: a label is not −1 or +1, there is not one for each sample, or not one weight for each feature.
    """
    x = ops.convert_to_tensor(features(x), "float32")
    w = ops.convert_to_tensor(numbers(w, rows=x.shape[1], name="w", of="features"), "float32")
    y = ops.convert_to_tensor(binary_labels(y, rows=x.shape[0], values=(-1, 1)), "float32")
    # γ = min_i y_i wᵀx_i / ‖w‖
    return ops.min(y * ops.matmul(x, w)) / ops.norm(w)


def mistake_bound(x, y, w):
    """Novikoff's bound (R/γ)² on the mistakes; the w with the widest margin gives the least bound.

    Args:
        x: samples, shape (batch, features).
        y: labels −1 or +1, shape (batch,).
        w: weights of a separating hyperplane, shape (features,).

    Returns:
        A Python float.

    Raises:
        ValueError: ``w`` does not separate the samples, so that there is no bound.
    """
    gamma = float(margin(x, y, w))
    if gamma <= 0:
        raise ValueError(
            "This w does not separate the samples, so that there is no bound: its margin is negative."
        )
    # (R/γ)²
    return (float(radius(x)) / gamma) ** 2
