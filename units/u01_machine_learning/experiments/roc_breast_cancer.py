"""ROC curves of four classifiers on the breast-cancer data (§2.2)."""

import numpy as np
from keras import ops

from course.figures import COLOURS
from units.u01_machine_learning.decision_tree import DecisionTree
from units.u01_machine_learning.leakage import standardize
from units.u01_machine_learning.logistic_classifier import LogisticClassifier
from units.u01_machine_learning.nearest_neighbours import NearestNeighbours
from units.u01_machine_learning.one_vs_rest import OneVsRest
from units.u01_machine_learning.roc import area_under, rank_probability, roc_curve
from units.u01_machine_learning.splits import train_dev_test


def run(r):
    d = r.data()
    malignant = (d.labels() == d.class_names.index("malignant")).astype(
        "int32"
    )  # class 1, the positive class, is malignant
    train, _, test = train_dev_test(len(malignant), dev=0, test=0.4, rng=r.rng, y=malignant)
    # Only three measurements of the cell nuclei: with all thirty, every curve is close to the corner.
    x = d.features()[:, [0, 1, 4]]
    x_train, x_test = (ops.convert_to_numpy(standardize(x[rows], x[train])) for rows in (train, test))
    y_train, y_test = malignant[train], malignant[test]
    models = {
        "least_squares": ("least squares", OneVsRest(2), "decision_function"),
        "logistic": ("logistic", LogisticClassifier(2), "decision_function"),
        "neighbours": ("15 nearest neighbours", NearestNeighbours(2, k=15), "predict_proba"),
        "tree": ("tree of depth 2", DecisionTree(2, depth=2), "predict_proba"),
    }
    # of the two linear models: a weight for each measurement and class, and a constant
    parameters = {"least_squares": 2 * 4, "logistic": 2 * 4}
    _, (left, right) = r.figure("roc", 1, 2, size=(10.4, 4.5))
    rows, gap = [], 0.0
    for key, (title, model, score) in models.items():
        with r.model(f"auc_{key}", parameters.get(key)):
            model.fit(x_train, y_train)
        both = ops.convert_to_numpy(getattr(model, score)(x_test))
        s = both[:, 1] - both[:, 0]
        curve = roc_curve(y_test, s)
        area = area_under(curve)
        gap = max(gap, abs(area - rank_probability(y_test, s)))
        r.metric(f"auc_{key}", area)
        left.plot(curve.false_positive, curve.true_positive, label=f"{title}: AUC {area:.3f}")
        # Of the thresholds that find 95% of the tumours, the one with the fewest false alarms.
        i = int(np.argmax(curve.true_positive >= 0.95))
        rows.append([title, len(curve.thresholds) - 1, f"{area:.3f}", f"{curve.false_positive[i]:.3f}"])
        if key == "logistic":
            t, finite = curve.thresholds[1:], slice(1, None)
            right.plot(t, curve.true_positive[finite], label="true positive rate (recall)")
            right.plot(t, curve.false_positive[finite], label="false positive rate")
            right.axvline(t[i - 1], color="black", linestyle=":", label="95% of the tumours found")
    r.metric("area_minus_rank_probability", gap)
    left.plot([0, 1], [0, 1], color=COLOURS["grey"], linestyle=":", label="guessing: AUC 0.5")
    left.set(
        title="Every threshold, three measurements",
        xlabel="false positive rate",
        ylabel="true positive rate",
        aspect="equal",
    )
    left.legend(loc="lower right")
    right.set(
        title="Logistic: one threshold, one point of the curve",
        xlabel="threshold on the score",
        ylabel="rate",
    )
    right.legend()
    r.table(
        ["classifier", "thresholds", "AUC", "false alarms at 95% found"], rows, f"{len(test)} test samples"
    )
