"""Three kinds of leakage from the held-out part into training, and their effect on the estimate (§2.5)."""

import numpy as np
from keras import ops

from course import figures
from units.u01_machine_learning.cross_validation import cross_validate, folds_of, kfold, stratified_kfold
from units.u01_machine_learning.leakage import screen_features, standardize
from units.u01_machine_learning.nearest_neighbours import NearestNeighbours
from units.u01_machine_learning.polynomial_regression import fit_linear, predict_linear


def nearest_neighbour_accuracy(x, y, train, dev):
    y_hat = NearestNeighbours(2, k=1).fit(x[train], y[train]).predict(x[dev])
    return np.mean(ops.convert_to_numpy(y_hat) == y[dev])


def screening(rng, n=50, p=1000, k=10):
    """The labels are random, so the true accuracy is 50%. Returns the estimates (with leakage, without)."""
    x, y = rng.normal(size=(n, p)).astype("float32"), rng.permutation(np.arange(n) % 2)
    folds = stratified_kfold(y, 5, rng)
    chosen = x[:, screen_features(x, y, k)]  # the leakage: y[dev] is used

    def unbiased(train, dev):
        inside = x[:, screen_features(x[train], y[train], k)]
        return nearest_neighbour_accuracy(inside, y, train, dev)

    leaky = cross_validate(lambda train, dev: nearest_neighbour_accuracy(chosen, y, train, dev), folds)
    return leaky.mean(), cross_validate(unbiased, folds).mean()


def duplicates(rng, n=50, p=20):
    """Every sample is in the table twice, with a random label."""
    x, y = rng.normal(size=(n, p)).astype("float32"), rng.permutation(np.arange(n) % 2)
    x, y, who = np.tile(x, (2, 1)), np.tile(y, 2), np.tile(np.arange(n), 2)
    by_sample = folds_of((rng.permutation(n) % 5)[who], 5)  # both copies always on the same side
    return [
        cross_validate(lambda train, dev: nearest_neighbour_accuracy(x, y, train, dev), folds).mean()
        for folds in (kfold(2 * n, 5, rng), by_sample)
    ]


def scaling(rng, skew, repeats, n=40, p=40):
    """Ridge on log-normal features, nearly normal for small skew. Returns the errors (with leakage, without)."""
    x = np.exp(skew * rng.normal(size=(repeats, n, p)))
    x = (x - x.mean()) / x.std()
    y = np.squeeze(x @ rng.normal(size=(repeats, p, 1)), -1) / np.sqrt(p) + rng.normal(size=(repeats, n))
    # All repetitions and folds at once: (repeats, folds, batch, features).
    train, dev = (np.stack(part) for part in zip(*kfold(n, 5, rng), strict=True))
    mean = y[:, train].mean(-1, keepdims=True)
    errors = []
    for reference in (x[:, None], x[:, train]):  # the leakage: the first reference contains dev
        theta = fit_linear(standardize(x[:, train], reference), y[:, train] - mean, penalty=1.0)
        y_hat = mean + ops.convert_to_numpy(predict_linear(standardize(x[:, dev], reference), theta))
        errors.append(np.mean((y[:, dev] - y_hat) ** 2, axis=(1, 2)))
    return np.stack(errors, axis=1)


def run(r):
    repeats = r.pick(quick=20, full=100)
    cases = {
        "screening": np.array([screening(r.rng) for _ in range(repeats)]),
        "duplicates": np.array([duplicates(r.rng) for _ in range(repeats)]),
    }
    for name, values in cases.items():
        r.metric(f"{name}_leaky_accuracy", values[:, 0].mean())
        r.metric(f"{name}_unbiased_accuracy", values[:, 1].mean())
    scales = {skew: scaling(r.rng, skew, 3 * repeats) for skew in (0.1, 1.0)}
    optimism = {skew: 1 - values[:, 0].mean() / values[:, 1].mean() for skew, values in scales.items()}
    r.metric("scaling_optimism_symmetric", optimism[0.1])
    r.metric("scaling_optimism_skewed", optimism[1.0])
    r.log("With random labels every accuracy above 50% is caused by leakage.")
    r.log("Scaling before the split hides little error of symmetric features, and much of skewed ones.")

    fig, axes = r.figure("leakage", 1, 3, size=(10, 3.8))
    fig.suptitle("Three leaks: each dot is one repetition, each bar their mean")
    for ax, (name, values) in zip(axes, cases.items(), strict=False):
        draw(ax, values, ("before\nthe split", "inside\nthe folds"), "accuracy")
        ax.axhline(0.5, color=figures.COLOURS["grey"], linestyle="--", label="truth: a coin flip")
        ax.set(
            ylim=(0.2, 1.05),
            title={"screening": "Feature selection on noise"}.get(name, "Duplicated samples"),
        )
        ax.legend(loc="lower left")
    axes[1].set_xticks([0, 1], ["copies on\nboth sides", "copies\ntogether"])
    draw(axes[2], scales[1.0], ("before\nthe split", "inside\nthe folds"), "mean squared error (log scale)")
    axes[2].set(title="Scaling of skewed features", yscale="log")
    axes[2].set_yticks([1, 2, 5, 10, 20], ["1", "2", "5", "10", "20"])
    axes[2].minorticks_off()


def draw(ax, values, names, label):
    """Draw the estimates of every repetition and their mean."""
    for j, colour in enumerate((figures.COLOURS["red"], figures.COLOURS["blue"])):
        spread = j + np.linspace(-0.18, 0.18, len(values))
        ax.plot(spread, values[:, j], "o", color=colour, alpha=0.35, markeredgewidth=0)
        ax.hlines(values[:, j].mean(), j - 0.3, j + 0.3, color=colour, linewidth=3)
    ax.set(xlim=(-0.5, 1.5), ylabel=label)
    ax.set_xticks([0, 1], names)
