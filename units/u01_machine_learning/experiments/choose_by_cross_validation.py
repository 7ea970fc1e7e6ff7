"""K-fold cross-validation chooses a polynomial's degree and the k of nearest neighbours (§2.5)."""

import numpy as np
from keras import ops
from sklearn.model_selection import cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from course import figures
from units.u01_machine_learning.cross_validation import choose, kfold, stratified_kfold
from units.u01_machine_learning.leakage import standardize
from units.u01_machine_learning.nearest_neighbours import squared_distances
from units.u01_machine_learning.polynomial_regression import nested_predictions
from units.u01_machine_learning.splits import train_dev_test


def polynomial_errors(x, y, x_new, y_new, degree):
    """Mean squared errors of degrees 0, ..., d, shape (d + 1,)."""
    y_hat = ops.convert_to_numpy(nested_predictions(x, y, x_new, degree))
    return np.mean((y_new - y_hat) ** 2, axis=-1)


def neighbour_errors(x, y, x_new, y_new, ks):
    """Error rates of k-nearest-neighbour classification for every k at once: the neighbours are nested."""
    reference = x
    x, x_new = standardize(x, reference), standardize(x_new, reference)
    order = np.argsort(ops.convert_to_numpy(squared_distances(x_new, x)), axis=1, kind="stable")
    votes = np.cumsum(y[order[:, : max(ks)]] == 1, axis=1)
    return np.array([np.mean((votes[:, k - 1] > k / 2) != (y_new == 1)) for k in ks])


def run(r):
    # A regression whose true function is known, so that the cross-validation estimate can be compared with it.
    d = r.data("polynomial", function="sine", n=60, noise=0.3, seed=r.seed)
    fresh = r.data("polynomial", function="sine", n=5000, noise=0.3, seed=r.seed + 1000)
    x, y, degrees = d.x[:, 0], d.y, list(range(11))
    folds = kfold(len(y), 10, r.rng)
    losses = np.array([polynomial_errors(x[t], y[t], x[v], y[v], degrees[-1]) for t, v in folds]).T
    degree = choose(degrees, losses)
    train = polynomial_errors(x, y, x, y, degrees[-1])
    true = polynomial_errors(x, y, fresh.x[:, 0], fresh.y, degrees[-1])
    r.metric("chosen_degree", degree.best)
    r.metric("excess_over_best_degree", true[degree.best] / min(true) - 1)
    r.metric("training_error_chooses", int(np.argmin(train)))

    # A classifier on real data: choose on the training set, use the test set once.
    d = r.data()
    x, y, ks = d.features(), d.labels(), list(range(1, 40, 2))
    inside, _, test = train_dev_test(len(y), dev=0, test=0.3, rng=r.rng, y=y)
    folds = stratified_kfold(y[inside], 10, r.rng)
    xs, ys = x[inside], y[inside]
    losses = np.array([neighbour_errors(xs[t], ys[t], xs[v], ys[v], ks) for t, v in folds]).T
    k = choose(ks[::-1], losses[::-1])  # from simple to flexible: a model with many neighbours is simple
    oracle = make_pipeline(StandardScaler(), KNeighborsClassifier(k.best))
    theirs = cross_val_score(oracle, xs, ys, cv=folds)
    r.metric("chosen_k", k.best)
    r.metric("cross_validation_accuracy", 1 - k.means.min())
    r.metric("test_accuracy", 1 - neighbour_errors(xs, ys, x[test], y[test], [k.best])[0])
    r.metric("difference_to_scikit_learn", abs(theirs.mean() - (1 - k.means.min())))
    r.log(f"one-standard-error rule: degree {degree.simplest} and k = {k.simplest}")

    _, (left, right) = r.figure("choice", 1, 2, size=(10, 4))
    left.errorbar(degrees, degree.means, degree.errors, capsize=3, label="10-fold cross-validation")
    left.plot(degrees, true, "--", color=figures.COLOURS["black"], label="5,000 fresh samples")
    left.plot(degrees, train, color=figures.COLOURS["orange"], label="training set")
    left.axvline(
        degree.best, color=figures.COLOURS["grey"], linestyle=":", label=f"lowest: degree {degree.best}"
    )
    left.set(title="Degree of a polynomial (60 samples)", xlabel="degree", ylabel="mean squared error")
    left.set(yscale="log", ylim=(0.05, 2.5))
    left.legend()
    right.errorbar(ks[::-1], k.means, k.errors, capsize=3, label="10-fold cross-validation")
    right.axvline(k.best, color=figures.COLOURS["grey"], linestyle=":", label=f"lowest: k = {k.best}")
    right.axvline(
        k.simplest,
        color=figures.COLOURS["green"],
        linestyle="-.",
        label=f"one-standard-error rule: k = {k.simplest}",
    )
    right.set(
        title="k nearest neighbours, breast cancer",
        xlabel="number of neighbours k",
        ylabel="error rate",
        ylim=(0, None),
    )
    right.legend(loc="lower right")
