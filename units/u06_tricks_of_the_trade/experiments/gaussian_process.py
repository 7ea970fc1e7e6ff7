"""Gaussian-process regression: prior, posterior, and the landscape of the marginal likelihood."""

import numpy as np
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process import kernels as theirs

from course import figures
from units.u06_tricks_of_the_trade.gaussian_process import GaussianProcess
from units.u06_tricks_of_the_trade.kernels import Kernel
from units.u06_tricks_of_the_trade.marginal_likelihood import fit_settings

# Nine points that have two explanations: a slow trend with much noise, or quick changes with little noise.
X = np.array([[-3.4], [-3.2], [-1.6], [0.3], [0.7], [1.0], [1.6], [2.2], [2.9]])
Y = np.array([-0.5, -0.4, -0.6, 0.4, 0.7, 0.4, 0.6, 1.4, 0.6])
GRID = np.linspace(-4.0, 4.0, 160)[:, None]
STARTS = ((4.0, 0.6), (0.4, 0.02))  # (length scale, noise variance)


def run(r):
    fits = [fit_settings(X, Y, Kernel(np.inf, 1.0, scale), noise) for scale, noise in STARTS]
    best = max(fits, key=GaussianProcess.log_likelihood)
    r.table(
        ["start ℓ, σ_y²", "ℓ", "k_0", "σ_y²", "log p(y)"],
        [
            [
                f"{scale}, {noise}",
                *(f"{v:.3g}" for v in (f.kernel.length_scales, f.kernel.variance, f.noise)),
                f"{f.log_likelihood():.4f}",
            ]
            for (scale, noise), f in zip(STARTS, fits, strict=True)
        ],
        title="Two descents of L-BFGS on −log p(y)",
    )
    reference, likelihood = scikit_learn(best)
    mean, std = best.posterior(GRID)
    r.metric("gap_of_mean", np.abs(mean - reference[0]).max())
    r.metric("gap_of_std", np.abs(std - reference[1]).max())
    r.metric("gap_of_log_likelihood", abs(best.log_likelihood() - likelihood))
    for name, fit in zip(("slow", "quick"), fits, strict=True):
        r.metric(f"slope_at_{name}_maximum", np.abs(fit.likelihood_gradient()).max())
        r.metric(f"log_likelihood_{name}", fit.log_likelihood())
        r.metric(f"length_scale_{name}", fit.kernel.length_scales)
    draw(r, fits)


def scikit_learn(model):
    """Mean and deviation on the grid, and log p(y), by scikit-learn with the same settings."""
    kernel = theirs.ConstantKernel(model.kernel.variance) * theirs.RBF(model.kernel.length_scales)
    other = GaussianProcessRegressor(kernel, alpha=model.noise, optimizer=None).fit(X, Y)
    return other.predict(GRID, return_std=True), other.log_marginal_likelihood_value_


def profile(scale, ratio):
    """log p(y) for ℓ and σ_y²/k_0, with the best k_0, which is yᵀ (K_y/k_0)⁻¹ y / n."""
    unit = GaussianProcess(Kernel(np.inf, 1.0, scale), ratio).fit(X, Y)
    v = Y @ unit.weights / len(Y)
    return GaussianProcess(Kernel(np.inf, v, scale), ratio * v).fit(X, Y).log_likelihood()


def draw(r, fits):
    _, axes = r.figure("regression", 1, 3, size=(11.5, 3.8))
    slow, quick = fits
    prior = GaussianProcess(slow.kernel, slow.noise)
    models = {"before the data": (prior, "blue"), "after the data: quick": (quick, "orange")}
    for ax, (title, (model, colour)) in zip(axes, models.items(), strict=False):
        mean, std = model.posterior(GRID)
        band = mean - 2 * std, mean + 2 * std
        ax.fill_between(GRID[:, 0], *band, color=figures.pale(figures.COLOURS[colour]), label="mean ± 2σ")
        for values in model.sample(GRID, 3, r.rng):
            ax.plot(GRID[:, 0], values, linewidth=1, color=figures.COLOURS["grey"])
        ax.plot(GRID[:, 0], mean, color=figures.COLOURS[colour])
        ax.set(title=title, xlabel="x", ylabel="F(x)", ylim=(-2.3, 2.3))
    axes[1].plot(GRID[:, 0], slow.posterior(GRID)[0], "--", color=figures.COLOURS["blue"], label="mean, slow")
    axes[1].plot(X[:, 0], Y, "o", color=figures.COLOURS["black"], label="data")
    axes[1].legend(loc="lower right")

    scales, ratios = np.geomspace(0.1, 20, 40), np.geomspace(0.003, 3, 40)
    heights = np.array([[profile(scale, ratio) for scale in scales] for ratio in ratios])
    depths = [20, 10, 6, 4, 3, 2.2, 1.6, 1.1, 0.8, 0.6, 0.45, 0.3, 0.2, 0.1, 0]
    axes[2].contourf(scales, ratios, heights, levels=heights.max() - np.array(depths), extend="min")
    for fit, colour in zip(fits, ("blue", "orange"), strict=True):
        place = fit.kernel.length_scales, fit.noise / fit.kernel.variance
        axes[2].plot(*place, "*", color=figures.COLOURS[colour], markeredgecolor="white", markersize=15)
    axes[2].set(xscale="log", yscale="log", xlabel="length scale ℓ", ylabel=r"noise $\sigma_y^2/k_0$")
    axes[2].set(title="log p(y) has two maxima", xlim=(0.1, 20), ylim=(0.003, 3))
