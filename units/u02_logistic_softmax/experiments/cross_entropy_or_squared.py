"""Cross-entropy or squared loss on a sigmoid: slope where it is wrong, convexity, training (§3.2)."""

import numpy as np
from keras import ops

from course.figures import COLOURS
from units.u02_logistic_softmax import (
    binary_cross_entropy,
    cross_entropy_curvature,
    cross_entropy_slope,
    squared_curvature,
    squared_loss,
    squared_slope,
)

LOSSES = {
    "cross-entropy": (binary_cross_entropy, cross_entropy_slope),
    "squared": (squared_loss, squared_slope),
}
START = np.array([-6.0, 0.0], "float32")  # predictions with a large |z| and the wrong sign


def run(r):
    z = np.linspace(-12, 12, 241).astype("float32")
    ones = np.ones_like(z)
    x = np.concatenate([r.rng.normal(-1, 0.7, 40), r.rng.normal(1, 0.7, 40)]).astype("float32")
    y = np.repeat([0, 1], 40)
    X = np.stack([x, np.ones_like(x)], axis=1)  # θ = (w, b)

    grid = np.meshgrid(np.linspace(-8, 8, 81), np.linspace(-6, 6, 61))
    thetas = np.stack([g.ravel() for g in grid], axis=1).astype("float32")
    logits = thetas @ X.T
    labels = np.broadcast_to(y, logits.shape)
    curved = {"cross-entropy": cross_entropy_curvature(logits), "squared": squared_curvature(labels, logits)}
    smallest = {name: smallest_eigenvalue(ops.convert_to_numpy(c), X) for name, c in curved.items()}
    paths = {name: descend(slope, X, y, r.pick(quick=150, full=600)) for name, (_, slope) in LOSSES.items()}
    accuracy = {name: np.mean((X @ path.T > 0) == y[:, None], axis=0) for name, path in paths.items()}
    steps = {name: int(np.argmax(a >= 0.85)) if (a >= 0.85).any() else len(a) for name, a in accuracy.items()}

    far = np.array([-10.0], "float32")
    r.metric("cross_entropy_slope_at_minus_10", cross_entropy_slope(ones[:1], far)[0])
    r.metric("squared_slope_at_minus_10", squared_slope(ones[:1], far)[0])
    r.metric("cross_entropy_smallest_curvature", smallest["cross-entropy"].min())
    r.metric("squared_smallest_curvature", smallest["squared"].min())
    r.metric("squared_share_not_convex", np.mean(smallest["squared"] < -1e-6))
    r.metric("cross_entropy_steps", steps["cross-entropy"])
    r.metric("squared_steps", steps["squared"])

    _, (left, right) = r.figure("slopes", 1, 2, size=(10.4, 3.5))
    for (name, (loss, slope)), colour in zip(LOSSES.items(), ("blue", "orange"), strict=True):
        left.plot(z, ops.convert_to_numpy(loss(ones, z)), color=COLOURS[colour], label=name)
        right.plot(z, np.abs(ops.convert_to_numpy(slope(ones, z))), color=COLOURS[colour], label=name)
    left.set(xlabel="logit z (label y = 1)", ylabel="loss C(z)", title="The loss of one sample")
    right.set(xlabel="logit z (label y = 1)", ylabel="|dC/dz|", title="The size of its slope")
    right.annotate("wrong, sure,\nand no slope", (-9, 0.02), (-11.5, 0.4), arrowprops={"arrowstyle": "->"})
    left.legend()
    right.legend()

    _, axes = r.figure("landscapes", 1, 3, size=(11.5, 4))
    for ax, (name, (loss, _)) in zip(axes, LOSSES.items(), strict=False):
        cost = ops.convert_to_numpy(loss(labels, logits)).mean(axis=1).reshape(grid[0].shape)
        ax.contour(*grid, cost, levels=25, cmap="viridis", linewidths=1)
        hollow = np.where(smallest[name].reshape(grid[0].shape) < -1e-6, 1.0, np.nan)
        ax.contourf(*grid, hollow, levels=[0.5, 1.5], colors=[COLOURS["red"]], alpha=0.15)
        ax.plot(*paths[name].T, ".-", color=COLOURS["black"], markersize=4)
        ax.plot(*START, "o", color=COLOURS["red"], markersize=8)
        ax.set(xlabel="w", ylabel="b", title=f"{name}; red: not convex")
        axes[2].plot(accuracy[name], color=COLOURS["blue" if name != "squared" else "orange"], label=name)
    axes[2].set(xlabel="step of descent, α = 1", ylabel="training accuracy")
    axes[2].set_title("From a start with wrong predictions")
    axes[2].legend()


def descend(slope, X, y, steps, alpha=1.0):
    """Gradient descent θ ← θ − α ∇C(θ) with ∇C(θ) = (1/n) Xᵀ ∂C/∂z; returns the path (steps + 1, 2)."""
    theta, path = ops.convert_to_tensor(START), [START]
    for _ in range(steps):
        theta = theta - alpha * ops.matmul(slope(y, ops.matmul(X, theta)), X) / len(X)
        path.append(ops.convert_to_numpy(theta))
    return np.stack(path)


def smallest_eigenvalue(curvature, X):
    """The smallest eigenvalue of (1/n) ∑_i c_i x_i x_iᵀ, for each row of the curvatures c (points, batch)."""
    return np.linalg.eigvalsh(np.einsum("gi,ij,ik->gjk", curvature, X, X) / len(X)).min(axis=1)
