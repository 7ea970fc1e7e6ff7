"""Check of ex05_scores: NumPy and scikit-learn are the references."""

import numpy as np
from sklearn import metrics

from course.grading import close, part


def predictions(rng, n=60):
    y = rng.choice(4, size=n, p=[0.55, 0.25, 0.15, 0.05])
    y[:4] = np.arange(4)
    y_hat = np.where(rng.uniform(size=n) < 0.6, y, rng.integers(4, size=n))
    return y.astype("int32"), y_hat.astype("int32")


def counted(y, y_hat):
    return metrics.confusion_matrix(y, y_hat, labels=range(4)).astype("float32")


@part(
    "confusion: true classes in rows, predicted ones in columns", points=1, hint="which index is the truth?"
)
def matrix(candidate, rng):
    y, y_hat = predictions(rng)
    close(candidate.confusion(y, y_hat, 4), counted(y, y_hat), inputs={"y": y, "y_hat": y_hat, "classes": 4})


@part("confusion: classes that do not occur", points=1, hint="the size is classes × classes, whatever occurs")
def missing(candidate, rng):
    y, y_hat = np.array([0, 2, 2], "int32"), np.array([0, 2, 0], "int32")
    expected = np.zeros((4, 4))
    expected[0, 0] = expected[2, 2] = expected[2, 0] = 1
    close(candidate.confusion(y, y_hat, 4), expected, inputs={"y": y, "y_hat": y_hat, "classes": 4})


@part("scores: precision, recall and F", points=2, hint="columns are predictions, rows are truths")
def three(candidate, rng):
    y, y_hat = predictions(rng)
    M = counted(y, y_hat)
    for beta in (1.0, 2.0, 0.5):
        *expected, _ = metrics.precision_recall_fscore_support(
            y, y_hat, labels=range(4), beta=beta, zero_division=0
        )
        close(candidate.scores(M, beta), tuple(expected), inputs={"M": M, "beta": beta}, rtol=1e-4)


@part("scores: 0 and not 0/0", points=1, hint="a class that is never predicted")
def zero(candidate, rng):
    M = np.array([[3, 0, 0], [2, 0, 0], [0, 0, 0]], "float32")
    expected = (np.array([0.6, 0, 0]), np.array([1.0, 0, 0]), np.array([0.75, 0, 0]))
    close(candidate.scores(M, 1.0), expected, inputs={"M": M, "beta": 1.0}, rtol=1e-4)


@part("averaged_f: macro and weighted", points=2, hint="how many samples has each class?")
def averages(candidate, rng):
    y, y_hat = predictions(rng)
    M = counted(y, y_hat)
    for beta in (1.0, 3.0):
        expected = tuple(
            metrics.fbeta_score(y, y_hat, beta=beta, labels=range(4), average=average, zero_division=0)
            for average in ("macro", "weighted")
        )
        close(candidate.averaged_f(M, beta), expected, inputs={"M": M, "beta": beta}, rtol=1e-4)


@part(
    "top_k_curve: from the best guess to all classes",
    points=2,
    hint="how many scores are larger than that of the true class?",
)
def best(candidate, rng):
    y, s = rng.integers(5, size=30).astype("int32"), rng.normal(size=(30, 5)).astype("float32")
    expected = [
        np.mean([t in np.argsort(row)[-k:] for t, row in zip(y, s, strict=True)]) for k in range(1, 6)
    ]
    close(candidate.top_k_curve(y, s), np.array(expected), inputs={"y": y, "s": s}, rtol=1e-4)


@part(
    "auc: each class against all others", points=2, hint="pairs of a sample of the class and one of another"
)
def area(candidate, rng):
    y = rng.permutation(np.repeat([0, 1, 2], [20, 10, 6])).astype("int32")
    s = (np.eye(3)[y] + rng.normal(size=(36, 3))).astype("float32")
    for scores in (s, -s):
        expected = np.array([metrics.roc_auc_score(y == c, scores[:, c]) for c in range(3)])
        close(candidate.auc(y, scores), expected, inputs={"y": y, "s": scores}, rtol=1e-4)


@part(
    "auc: ties count one half, and the result without pairs is one half",
    points=1,
    hint="equal scores have the AUC one half",
)
def halves(candidate, rng):
    y = rng.permutation(np.repeat([0, 1], [20, 16])).astype("int32")
    s = np.round(np.eye(3)[y] + rng.normal(size=(36, 3))).astype("float32")  # no sample of class 2
    expected = np.array([*(metrics.roc_auc_score(y == c, s[:, c]) for c in range(2)), 0.5])
    close(candidate.auc(y, s), expected, inputs={"y": y, "s": s}, rtol=1e-4)
    nothing = np.zeros((36, 3), "float32")
    close(candidate.auc(y, nothing), np.full(3, 0.5), inputs={"y": y, "s": nothing}, rtol=1e-4)
