"""Check of ex05_scores: NumPy and scikit-learn are the references."""

import numpy as np
from sklearn import metrics

from course.grading import close, part


def predictions(rng, n=60):
    y = rng.choice(4, size=n, p=[0.55, 0.25, 0.15, 0.05])
    y[:4] = np.arange(4)
    y_hat = np.where(rng.uniform(size=n) < 0.6, y, rng.integers(4, size=n))
    return y.astype("int32"), y_hat.astype("int32")


@part("confusion: truth down, prediction across", points=2, hint="which index is the truth?")
def matrix(candidate, rng):
    y, y_hat = predictions(rng)
    expected = metrics.confusion_matrix(y, y_hat, labels=range(4))
    close(candidate.confusion(y, y_hat, 4), expected, inputs={"y": y, "y_hat": y_hat, "classes": 4})


@part("confusion: classes that do not occur", points=1, hint="the size is classes × classes, whatever occurs")
def missing(candidate, rng):
    y, y_hat = np.array([0, 2, 2], "int32"), np.array([0, 2, 0], "int32")
    expected = np.zeros((4, 4))
    expected[0, 0] = expected[2, 2] = expected[2, 0] = 1
    close(candidate.confusion(y, y_hat, 4), expected, inputs={"y": y, "y_hat": y_hat, "classes": 4})


@part("scores: precision, recall and F1", points=2, hint="columns are predictions, rows are truths")
def three(candidate, rng):
    y, y_hat = predictions(rng)
    M = metrics.confusion_matrix(y, y_hat, labels=range(4)).astype("float32")
    *expected, _ = metrics.precision_recall_fscore_support(y, y_hat, labels=range(4), zero_division=0)
    close(candidate.scores(M), tuple(expected), inputs={"M": M}, rtol=1e-4)


@part("scores: 0 and not 0/0", points=1, hint="a class that is never predicted")
def zero(candidate, rng):
    M = np.array([[3, 0, 0], [2, 0, 0], [0, 0, 0]], "float32")
    expected = (np.array([0.6, 0, 0]), np.array([1.0, 0, 0]), np.array([0.75, 0, 0]))
    close(candidate.scores(M), expected, inputs={"M": M}, rtol=1e-4)


@part("averaged_f1: macro and micro", points=2, hint="macro averages scores, micro averages counts")
def averages(candidate, rng):
    y, y_hat = predictions(rng)
    M = metrics.confusion_matrix(y, y_hat, labels=range(4)).astype("float32")
    expected = tuple(
        metrics.f1_score(y, y_hat, labels=range(4), average=average, zero_division=0)
        for average in ("macro", "micro")
    )
    close(candidate.averaged_f1(M), expected, inputs={"M": M}, rtol=1e-4)


@part("top_k: the k largest scores", points=1, hint="how many scores are larger than that of the truth?")
def best(candidate, rng):
    y, s = rng.integers(5, size=30).astype("int32"), rng.normal(size=(30, 5)).astype("float32")
    for k in (1, 2, 5):
        expected = np.mean([t in np.argsort(row)[-k:] for t, row in zip(y, s, strict=True)])
        close(candidate.top_k(y, s, k), expected, inputs={"y": y, "s": s, "k": k}, rtol=1e-4)


@part(
    "auc: the chance that a positive outranks a negative", points=2, hint="over pairs of the two classes only"
)
def area(candidate, rng):
    y = rng.permutation(np.repeat([0, 1], [25, 10])).astype("int32")
    s = (y + rng.normal(size=35)).astype("float32")
    close(candidate.auc(y, s), metrics.roc_auc_score(y, s), inputs={"y": y, "s": s}, rtol=1e-4)
    close(candidate.auc(y, -s), metrics.roc_auc_score(y, -s), inputs={"y": y, "s": -s}, rtol=1e-4)


@part("auc: ties count one half", points=1, hint="a score that says nothing has AUC one half")
def halves(candidate, rng):
    y = rng.permutation(np.repeat([0, 1], [12, 9])).astype("int32")
    for s in (np.zeros(21, "float32"), np.round(y + rng.normal(size=21)).astype("float32")):
        close(candidate.auc(y, s), metrics.roc_auc_score(y, s), inputs={"y": y, "s": s}, rtol=1e-4)
