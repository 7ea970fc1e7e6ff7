"""RealNVP on two moons: the density drawn, its integral, its inverse, and the true log-density beside it (§8.1)."""

import keras
import numpy as np
from keras import ops

import course
from course.figures import COLOURS
from units.u07_generative.real_nvp import RealNVP

NOISE = 0.1


def run(r):
    size = r.pick(quick=1000, full=5000)
    x, x_test = (r.data(n=size, noise=NOISE, seed=seed).features() for seed in (r.seed, r.seed + 1000))
    model = RealNVP(2, couplings=r.pick(quick=6, full=12), width=r.pick(quick=32, full=64))
    epochs, batch = r.pick(quick=50, full=200), 100
    rate = keras.optimizers.schedules.CosineDecay(r.pick(quick=2e-2, full=3e-3), epochs * size // batch)
    model.compile(keras.optimizers.Adam(rate), steps_per_execution=r.pick(quick=size // batch, full=1))
    model.fit(x, batch_size=batch, epochs=epochs, verbose=0)

    # the density on a grid far beyond the data: quadrature by the midpoint rule
    side = r.pick(quick=200, full=1200)
    first, second = (low + (np.arange(side) + 0.5) * 6 / side for low in (-2.5, -2.75))
    grid = np.stack(np.meshgrid(first, second), axis=-1).reshape(-1, 2).astype("float32")
    both = course.compiled(lambda x: (model.log_density(x), model.inverse(model(x)[0])))
    log_p, back = (
        ops.convert_to_numpy(v) for v in both(ops.convert_to_tensor(np.concatenate([grid, x_test])))
    )
    density = np.exp(log_p[: len(grid)].astype("float64")).reshape(side, side)
    r.metric("integral_minus_1", density.sum() * (6 / side) ** 2 - 1)
    r.metric("inverse_error", np.abs(back[len(grid) :] - x_test).max())
    flow, true = log_p[len(grid) :].mean(), true_log_density(x_test).mean()
    gaussian = gaussian_log_density(x, x_test).mean()
    rows = [("one Gaussian", gaussian), ("the flow", flow), ("the distribution of the data", true)]
    r.table(["model", "mean log p(x)"], [(name, f"{v:.3f}") for name, v in rows], title=f"{size} test points")
    r.metric("flow_over_gaussian", flow - gaussian)
    r.metric("true_over_flow", true - flow)

    samples = model.sample(500, seed=r.seed)
    _, axes = r.figure("density", 1, 3, size=(9, 2.7), sharex=True, sharey=True)
    axes[0].plot(*x[:500].T, ".", markersize=3, color=COLOURS["black"])
    axes[1].imshow(density, origin="lower", extent=(-2.5, 3.5, -2.75, 3.25), cmap="viridis")
    axes[2].plot(*samples.T, ".", markersize=3, color=COLOURS["blue"])
    for ax, title in zip(axes, ("data", "density of the flow", "samples of the flow"), strict=True):
        ax.set(title=title, xlabel="x₁", aspect="equal", xlim=(-1.6, 2.6), ylim=(-1.2, 1.7))
    axes[0].set_ylabel("x₂")


def true_log_density(x, pieces=2000):
    """log p of the two moons: points of two half circles with Gaussian noise, integrated along both by sums."""
    angle = (np.arange(pieces) + 0.5) * np.pi / pieces
    upper = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    arcs = np.concatenate([upper, [1, 0.5] - upper])
    squares = ((x[:, None].astype("float64") - arcs) ** 2).sum(axis=-1)
    return np.log(np.mean(np.exp(-squares / (2 * NOISE**2)), axis=1) / (2 * np.pi * NOISE**2))


def gaussian_log_density(x, x_test):
    """log p of the test points by one Gaussian with the mean and the covariance of the training points."""
    covariance = np.cov(x.T)
    centered = x_test - x.mean(axis=0)
    squares = np.sum(centered * np.linalg.solve(covariance, centered.T).T, axis=1)
    return -0.5 * (squares + np.linalg.slogdet(2 * np.pi * covariance)[1])
