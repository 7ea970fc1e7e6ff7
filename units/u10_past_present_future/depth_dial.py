"""One dial for the size of a GPT, the depth, and the best cost that each budget buys (§1.1, §7.5, ☆)."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from units.u03_optimization.hyperparameters import check_size
from units.u08_sequence import GPT
from units.u10_past_present_future.scaling_law import positive

HEAD = 4  # width of a head


@dataclass(frozen=True)
class DepthDial:
    """All sizes of a GPT and of its training from one number, its depth L.

    heads = L,   d_model = 4 L,   N = 12 L d_model² = 192 L³,   learning rate = 0.02 / L,   D = ratio · N

    A block has 4 d_model² weights for its attention and 8 d_model² for its feed-forward network. N counts these
    kernels; embeddings, biases and scales are left out, as is usual in scaling laws. The rate falls like
    1 / d_model, so that one value, found for a shallow network, serves all.

    Args:
        depth: L, the number of blocks.

    Raises:
        ValueError: the depth is no positive integer.

    Example:
        >>> dial = DepthDial(4)
        >>> print(dial.heads, dial.d_model, dial.parameters, dial.learning_rate, dial.steps(20, tokens_per_step=512))
        4 16 12288 0.005 480

    References: Karpathy, "nanochat" (2025), whose sizes follow from the depth in this way; Hoffmann et al., "Training
    compute-optimal large language models" (2022), on the ratio D / N.
    """

    depth: int

    def __post_init__(self):
        object.__setattr__(self, "depth", check_size("depth", self.depth))  # an int: uint8 would overflow

    @property
    def heads(self):
        """One head for each block."""
        return self.depth

    @property
    def d_model(self):
        """Width: 4 for each head."""
        return HEAD * self.heads

    @property
    def parameters(self):
        """N = 12 L d_model², the weights of all kernels in the blocks."""
        return 12 * self.depth * self.d_model**2

    @property
    def learning_rate(self):
        """Adam's rate, in inverse proportion to the width."""
        return 0.02 / self.depth

    def steps(self, ratio, tokens_per_step):
        """Steps of a training with D = ratio · N tokens, at least one."""
        return max(1, round(ratio * self.parameters / tokens_per_step))

    def operations(self, tokens):
        """F = 6 N D, the operations of a training with D tokens."""
        return 6 * self.parameters * np.asarray(tokens, "float64")

    def gpt(self, vocabulary, context, **options):
        """The GPT of this depth; ``options`` are those of ``GPT``."""
        return GPT(vocabulary, context, self.depth, self.heads, self.d_model, **options)


def frontier(curves, budgets):
    """The smallest cost that each budget buys, and the depth that reaches it.

    C*(F) = min_L C_L(F),   C_L(F) between two measured budgets is interpolated in log C and log F

    Args:
        curves: depth → (F, C): operations in rising order and the cost after so many, both of shape (points,).
        budgets: operations, shape (budgets,).

    Returns:
        (costs, depths), each of shape (budgets,).

    Raises:
        ValueError: a curve does not rise in F, or no curve reaches a budget.
    """
    budgets, depths = positive("budgets", budgets), sorted(curves)
    costs = np.full((len(depths), len(budgets)), np.inf)
    for row, depth in zip(costs, depths, strict=True):
        F, C = (positive(name, values) for name, values in zip("FC", curves[depth], strict=True))
        if np.any(np.diff(F) <= 0):
            raise ValueError(f"The operations of depth {depth} must rise.")
        inside = (budgets >= F[0]) & (budgets <= F[-1])
        row[inside] = np.exp(np.interp(np.log(budgets[inside]), np.log(F), np.log(C)))
    if not np.all(np.isfinite(costs).any(axis=0)):
        raise ValueError(
            "No depth was trained with one of these budgets: choose budgets between the first and the last F."
        )
    return costs.min(axis=0), np.array(depths)[costs.argmin(axis=0)]


def best_size(sizes, costs):
    """The size at the bottom of the parabola in log N through the best of some sizes and its two neighbours.

    log C ≈ a (log N)² + b log N + c,   log N* = −b / (2a)

    Args:
        sizes: N in rising order, shape (sizes,).
        costs: at the same budget, shape (sizes,).

    Returns:
        N*, or None if the best size is the smallest or the largest one: then there is no bottom inside.

    Raises:
        ValueError: the sizes do not rise, there is not one cost for each, or a value is not positive.
    """
    sizes, costs = positive("sizes", sizes), positive("costs", costs)
    if len(sizes) != len(costs) or np.any(np.diff(sizes) <= 0):
        raise ValueError("The sizes must rise, and each has one cost.")
    best = int(costs.argmin())
    if best in (0, len(sizes) - 1):
        return None
    near = slice(best - 1, best + 2)
    a, b, _ = np.polyfit(np.log(sizes[near]), np.log(costs[near]), 2)
    return float(np.exp(-b / (2 * a)))


def fit_exponent(x, y):
    """The exponent γ of a power law y = c x^γ by least squares of log y, and its 95% interval by Student's t.

    γ = ∑ (log x − mean) log y / ∑ (log x − mean)²,   γ ± t_{0.975, n−2} · standard error

    The interval takes the deviations from the line as independent. Neighbouring points of a training are not quite,
    so in truth it is somewhat wider.

    Args:
        x, y: positive numbers, shape (points,), at least three.

    Returns:
        (γ, low, high).

    Raises:
        ValueError: fewer than three points, or values that are not positive.

    Example:
        >>> print(*(round(value, 6) for value in fit_exponent([1, 2, 4], [3, 1.5, 0.75])))
        -1.0 -1.0 -1.0
    """
    x, y = positive("x", x), positive("y", y)
    if not 3 <= len(x) == len(y):
        raise ValueError(f"An exponent and its interval need three pairs or more, not {len(x)} and {len(y)}.")
    line = stats.linregress(np.log(x), np.log(y))
    half = stats.t.ppf(0.975, len(x) - 2) * line.stderr
    return float(line.slope), float(line.slope - half), float(line.slope + half)
