"""For every public function of the units that takes labels, targets or scores: a good call, and what it takes.

``test_labels_targets_scores`` turns each argument bad in every way that its kind has.
"""

from typing import NamedTuple

import keras
import numpy as np
from keras import ops

from units import u01_machine_learning as u01
from units import u02_logistic_softmax as u02
from units import u03_optimization as u03
from units import u04_feedforward as u04
from units import u05_convolution as u05
from units import u06_tricks_of_the_trade as u06
from units import u07_generative as u07
from units import u08_sequence as u08
from units import u10_past_present_future as u10

RNG = np.random.default_rng(0)
N = 6
X = RNG.normal(size=(N, 2)).round(3)
DESIGN = np.column_stack([np.ones(N), X])
CLASSES = np.array([0, 1, 2, 1, 0, 2])
BINARY = np.array([0, 1, 1, 0, 1, 0])
SIGNS = 2 * BINARY - 1
REAL = np.array([1.0, 3.0, 2.0, 5.0, 4.0, 7.0])
LOGITS = RNG.normal(size=(N, 3))
SHARES = LOGITS**2 / np.sum(LOGITS**2, axis=1, keepdims=True)  # probabilities of three classes
LINE = np.array([-2.0, -1.0, 0.5, 1.0, 2.0, 3.0])
W3, B3 = RNG.normal(size=(3, 2)), np.zeros(3)
LAYERS = u04.network([2, 3], seed=1)

LINEAR = keras.layers.Dense(3)
MAPS = keras.layers.Conv2D(2, 1)  # features of an image of 1 × 2 pixels
HEAD = keras.Sequential([keras.Input((1, 2, 2)), keras.layers.Flatten(), keras.layers.Dense(3)])

ANY = ("short", "row", "wide")


class Case(NamedTuple):
    """A call ``run(**good)``.

    ``kinds`` says what the arguments hold that are spoilt: ``classes`` 0, 1, 2; ``binary`` labels 0 and 1; ``signs``;
    ``groups`` of any kind; ``shares``, which are labels 0 and 1 or probabilities; ``real`` numbers; or a ``matrix``.
    """

    run: object
    good: dict
    kinds: dict
    one_row: bool = True  # whether one sample is enough
    nan_shows: tuple = ()  # arguments whose NaN is let through, since the result shows it
    fits: tuple = ()  # other shapes that are right here: "short", "row", "wide", "empty"


def fitted(make, **predict):
    """Fit a classifier on x, y, and return its predictions."""
    return lambda x, y: make().fit(x, y).predict(x)


def trained(make):
    """Hand the data to ``fit``, which checks them, and evaluate."""

    def run(x, y):
        keras.utils.set_random_seed(1)
        model = make()
        model.compile(keras.optimizers.SGD(0.1))
        x = x.astype("float32")
        model.fit(x, y, epochs=0, verbose=0)
        return model.evaluate(x, y, verbose=0)

    return run


def trained_by_pairs(x, y):
    """A siamese network on the pairs of x and x in reverse order."""
    keras.utils.set_random_seed(1)
    model = u05.Siamese(keras.layers.Dense(3))
    model.compile(keras.optimizers.SGD(0.1))
    pair = x.astype("float32"), x[::-1].astype("float32")
    model.fit(pair, y, epochs=0, verbose=0)
    return model.evaluate(pair, y, verbose=0)


def trained_by_widths(x, y):
    """Two networks of the width 2, trained at once."""
    model = u06.WidthSweep(2, 2, 3, ["standard", "muP"], base=2, seeds=[0, 0])
    model.compile(u03.Adam(u06.Rates([0.1, 0.1])))
    model.fit(x.astype("float32"), y, epochs=0, verbose=0)
    return model.costs(x.astype("float32"), y)


def trained_by_graphs(x, y):
    """Graphs of two nodes that are neighbours; the points are the features of their nodes."""
    keras.utils.set_random_seed(1)
    model = u10.GIN(3, units=2, rounds=1)
    model.compile(keras.optimizers.SGD(0.1))
    pair = x[:, :, None].astype("float32"), np.tile(np.array([[[0, 1], [1, 0]]], "int32"), (len(x), 1, 1))
    model.fit(pair, y, epochs=0, verbose=0)
    return model.evaluate(pair, y, verbose=0)


def told_labels(x, y):
    """The points with their labels beside them, as a conditional GAN shows them to its discriminator."""
    model = u07.ConditionalGAN(keras.layers.Dense(2), keras.layers.Dense(1), 2, classes=3)
    model.compile()
    model.fit(x.astype("float32"), y, epochs=0, verbose=0)
    return model.with_label(ops.convert_to_tensor(x.astype("float32")), y)


def between_points(x, y):
    """New points between two points of one class; encoder and decoder are the same at each call."""
    keras.utils.set_random_seed(1)
    encoder, decoder = (keras.Sequential([keras.Input((2,)), keras.layers.Dense(n)]) for n in (4, 2))
    return u07.images_between(u07.VAE(encoder, decoder), x, y, 4, np.random.default_rng(0))[0]


def drawn(draw):
    """A function that draws from a generator, always the same one."""
    return lambda y: draw(y, np.random.default_rng(0))


def labels(run, y, kind, x=X, **options):
    """A case with the arguments ``x`` and ``y``."""
    return Case(run, {"x": x, "y": y}, {"y": kind}, **options)


def losses(run, y=BINARY, kind="shares"):
    """A case of a function of labels and logits, element by element."""
    return Case(run, {"y": y, "z": LINE}, {"y": kind, "z": "real"}, nan_shows=("z",))


def word_weights(x, y):
    """The weights of a linear model of as many texts as x has rows."""
    model = u08.NaiveBayesNGrams(1).fit([f"word{k % 2} word{k % 3}" for k in range(len(x))], y)
    return model.classifier.coef_


CASES = {
    "u01.DecisionTree": labels(fitted(lambda: u01.DecisionTree(3)), CLASSES, "classes"),
    "u01.LogisticClassifier": labels(fitted(lambda: u01.LogisticClassifier(3, steps=3)), CLASSES, "classes"),
    "u01.NearestNeighbours": labels(fitted(lambda: u01.NearestNeighbours(3, k=1)), CLASSES, "classes"),
    "u01.OneVsOne": labels(fitted(lambda: u01.OneVsOne(3)), CLASSES, "classes", one_row=False),
    "u01.OneVsRest": labels(fitted(lambda: u01.OneVsRest(3)), CLASSES, "classes"),
    "u01.best_split": Case(u01.best_split, {"x": X, "Y": np.eye(3)[CLASSES]}, {"Y": "matrix"}, one_row=False),
    "u01.bootstrap": Case(
        lambda t, y: u01.bootstrap(t, y, 3, np.random.default_rng(0)),
        {"t": np.arange(N), "y": REAL},
        {"t": "real", "y": "real"},
        one_row=False,
    ),
    "u01.choose": Case(
        lambda losses: u01.choose(range(N), losses), {"losses": LOGITS}, {"losses": "matrix"}, one_row=False
    ),
    "u01.confusion_matrix": Case(
        lambda y, y_hat: u01.confusion_matrix(y, y_hat, 3),
        {"y": CLASSES, "y_hat": CLASSES[::-1]},
        {"y": "classes", "y_hat": "classes"},
    ),
    "u01.decompose": Case(
        lambda predictions, truth: u01.decompose(predictions.T, truth, 0.1),
        {"predictions": LOGITS, "truth": REAL},
        {"truth": "real"},
    ),
    "u01.fit_exponential": Case(
        u01.fit_exponential,
        {"t": np.arange(N), "y": REAL},
        {"t": "real", "y": "real"},
        one_row=False,
    ),
    "u01.fit_linear": Case(u01.fit_linear, {"Phi": DESIGN, "y": REAL}, {"y": "real"}, fits=("row",)),
    "u01.gradient_descent": Case(
        lambda X, y: u01.gradient_descent(X, y, steps=3).theta, {"X": DESIGN, "y": REAL}, {"y": "real"}
    ),
    "u01.linear_inference": Case(
        u01.linear_inference, {"X": DESIGN, "y": REAL}, {"y": "real"}, one_row=False
    ),
    "u01.measured_error": Case(
        u01.measured_error, {"predictions": LOGITS, "observations": LOGITS**2}, {"observations": "matrix"}
    ),
    "u01.nested_predictions": Case(
        lambda x, y: u01.nested_predictions(x, y, [0.5], 0),
        {"x": LINE / 3, "y": REAL},
        {"y": "real"},
        fits=("row",),
    ),
    "u01.normal_equations": Case(
        lambda X, y: u01.normal_equations(X, y, penalty=0.1),
        {"X": DESIGN, "y": REAL},
        {"y": "real"},
        fits=("wide",),  # several targets at once
    ),
    "u01.one_hot": Case(
        lambda y: u01.one_hot(y, 3), {"y": CLASSES}, {"y": "classes"}, fits=("short", "empty")
    ),
    "u01.polynomial_predictions": Case(
        lambda x, y: u01.polynomial_predictions(x, y, [0.5], 0),
        {"x": LINE / 3, "y": REAL},
        {"y": "real"},
        fits=("row",),
    ),
    "u01.rank_probability": Case(
        u01.rank_probability,
        {"y": BINARY, "scores": LINE},
        {"y": "binary", "scores": "real"},
        one_row=False,
    ),
    "u01.ridge": Case(lambda x, y: u01.ridge(x, y, 1.0), {"x": X, "y": REAL}, {"y": "real"}),
    "u01.ridge_path": Case(lambda x, y: u01.ridge_path(x, y, [1.0, 2.0]), {"x": X, "y": REAL}, {"y": "real"}),
    "u01.roc_curve": Case(
        u01.roc_curve, {"y": BINARY, "scores": LINE}, {"y": "binary", "scores": "real"}, one_row=False
    ),
    "u01.screen_features": labels(lambda x, y: u01.screen_features(x, y, 1), REAL, "real"),
    "u01.squared_loss": Case(
        lambda X, y: u01.squared_loss(X, y, [1.0, 2.0, 3.0]), {"X": DESIGN, "y": REAL}, {"y": "real"}
    ),
    "u01.squared_loss_gradient": Case(
        lambda X, y: u01.squared_loss_gradient(X, y, [1.0, 2.0, 3.0]), {"X": DESIGN, "y": REAL}, {"y": "real"}
    ),
    "u01.stratified_kfold": Case(
        lambda y: u01.stratified_kfold(y, 2), {"y": CLASSES}, {"y": "groups"}, one_row=False
    ),
    "u01.top_k_accuracy": Case(
        lambda y, scores: u01.top_k_accuracy(y, scores, 2),
        {"y": CLASSES, "scores": LOGITS},
        {"y": "classes", "scores": "matrix"},
    ),
    "u01.train_dev_test": Case(
        lambda n, y: u01.train_dev_test(n, 0, 0.5, y=y),
        {"n": N, "y": CLASSES},
        {"y": "groups"},
        one_row=False,
    ),
    "u01.update": Case(
        lambda x, labels: u01.update(x, labels, X[:3]), {"x": X, "labels": CLASSES}, {"labels": "classes"}
    ),
    "u01.update_values": Case(
        lambda values, reward: u01.update_values(values, values, np.eye(3)[CLASSES[: len(values)]], reward),
        {"values": abs(LOGITS), "reward": REAL},
        {"reward": "real"},
    ),
    "u02.Perceptron": labels(lambda x, y: u02.Perceptron().fit(x, y, 20).w, SIGNS, "signs"),
    "u02.SoftmaxRegression": labels(trained(lambda: u02.SoftmaxRegression(3)), CLASSES, "classes"),
    "u02.backward": labels(
        lambda x, y: u02.backward(x, y, W3, np.full((len(x), 3), 1 / 3)), np.eye(3)[CLASSES], "matrix"
    ),
    "u02.binary_cross_entropy": losses(u02.binary_cross_entropy),
    "u02.cross_entropy": Case(
        u02.cross_entropy, {"y": CLASSES, "z": LOGITS}, {"y": "classes", "z": "matrix"}, nan_shows=("z",)
    ),
    "u02.cross_entropy_slope": losses(u02.cross_entropy_slope),
    "u02.decide": Case(
        u02.decide, {"probability": np.linspace(0, 1, N)}, {"probability": "shares"}, fits=ANY
    ),
    "u02.forward": labels(lambda x, y: u02.forward(x, y, W3, B3), np.eye(3)[CLASSES], "matrix"),
    "u02.log_odds": Case(u02.log_odds, {"p": np.linspace(0.1, 0.9, N)}, {"p": "shares"}, fits=ANY),
    "u02.margin": labels(lambda x, y: u02.margin(x, y, [1.0, 1.0]), SIGNS, "signs"),
    "u02.mistake_bound": labels(
        lambda x, y: u02.mistake_bound(x, y, [1.0, 1.0]), SIGNS, "signs", x=SIGNS[:, None] * [[1.0, 2.0]]
    ),
    "u02.newton_logistic": labels(
        lambda x, y: u02.newton_logistic(x, y, penalty=1.0).w, BINARY, "binary", one_row=False
    ),
    "u02.odds": Case(u02.odds, {"p": np.linspace(0, 0.9, N)}, {"p": "shares"}, fits=ANY),
    "u02.sigmoid_gradient": labels(
        lambda x, y: u02.sigmoid_gradient(x, y, [1.0, 2.0], 0.5), BINARY, "shares"
    ),
    "u02.softmax_gradient": labels(lambda x, y: u02.softmax_gradient(x, y, W3, B3), CLASSES, "classes"),
    "u02.squared_curvature": losses(u02.squared_curvature),
    "u02.squared_loss": losses(u02.squared_loss),
    "u02.squared_slope": losses(u02.squared_slope),
    "u02.train": labels(lambda x, y: u02.train(x, y, 3, 0.1, len(x), 2)[0], CLASSES, "classes"),
    "u03.logistic_loss": Case(
        lambda x, y: u03.logistic_loss(x, y, 1.0).minima,
        {"x": LINE, "y": BINARY},
        {"x": "real", "y": "binary"},
        one_row=False,
    ),
    "u04.Classifier": labels(
        trained(lambda: u04.Classifier(keras.layers.Dense(3), classes=3)), CLASSES, "classes"
    ),
    "u04.DecayedFeedForward": labels(
        trained(lambda: u04.DecayedFeedForward([2], classes=3)), CLASSES, "classes"
    ),
    "u04.FeedForward": labels(trained(lambda: u04.FeedForward([2], classes=3)), CLASSES, "classes"),
    "u04.Regressor": labels(trained(lambda: u04.Regressor([2])), REAL, "real"),
    "u04.SideBySide": labels(
        trained(lambda: u04.SideBySide({"a": u04.FeedForward([2], classes=3)})), CLASSES, "classes"
    ),
    "u04.certificate_against_lines": labels(u04.certificate_against_lines, BINARY, "binary"),
    "u04.cost_and_gradients": labels(
        lambda x, y: u04.cost_and_gradients(x, y, LAYERS)[0], CLASSES, "classes"
    ),
    "u04.geometric_mean": Case(
        u04.geometric_mean,
        {"probabilities": np.full((N, 2), 0.5), "weights": np.full(N, 1 / N)},
        {"probabilities": "matrix", "weights": "real"},
        one_row=False,  # the weights of all masks add to 1
        fits=("wide",),
    ),
    "u05.Siamese": labels(trained_by_pairs, BINARY, "binary"),
    "u05.TripletNetwork": labels(trained(lambda: u05.TripletNetwork(keras.layers.Dense(3))), CLASSES, "real"),
    "u05.contrastive_loss": Case(
        u05.contrastive_loss,
        {"y": BINARY, "squared": np.square(LINE)},
        {"y": "shares", "squared": "real"},
        nan_shows=("squared",),
    ),
    "u05.grad_cam": labels(
        lambda x, y: u05.grad_cam(MAPS, HEAD, x, y),
        CLASSES,
        "classes",
        x=X[:, None, :, None].astype("float32"),
    ),
    "u05.identity_batches": Case(
        drawn(lambda y, rng: u05.identity_batches(y, 3, 2, 4, rng)),
        {"y": CLASSES},
        {"y": "groups"},
        one_row=False,
    ),
    "u05.logit_gradient": labels(
        lambda x, y: u05.logit_gradient(LINEAR, x, y), CLASSES, "classes", x=X.astype("float32")
    ),
    "u05.random_pairs": Case(
        drawn(lambda y, rng: u05.random_pairs(y, 8, rng)),
        {"y": CLASSES},
        {"y": "groups"},
        one_row=False,
        fits=("short",),
    ),
    "u05.saliency": labels(
        lambda x, y: u05.saliency(LINEAR, x, y), CLASSES, "classes", x=X.astype("float32")
    ),
    "u05.split_by_identity": Case(
        drawn(lambda y, rng: u05.split_by_identity(y, 0.5, rng)),
        {"y": np.arange(N)},
        {"y": "groups"},
        one_row=False,
        fits=("short",),
    ),
    "u05.triplet_loss": Case(u05.triplet_loss, {"y": CLASSES, "f": LOGITS}, {"y": "real"}),
    "u06.some_of_each": Case(
        drawn(lambda y, rng: u06.some_of_each(y, 1, rng)), {"y": CLASSES}, {"y": "groups"}, fits=("short",)
    ),
    "u06.MixedBatches": labels(
        lambda x, y: u06.MixedBatches(x[:, None, None], y, classes=3, batch_size=1)[0][1], CLASSES, "classes"
    ),
    "u06.RecipeClassifier": labels(
        trained(lambda: u06.RecipeClassifier(keras.layers.Dense(3), classes=3)), CLASSES, "classes"
    ),
    "u06.calibration_error": Case(
        u06.calibration_error, {"y": CLASSES, "p_hat": SHARES}, {"y": "groups", "p_hat": "matrix"}
    ),
    "u06.logit_gap": Case(u06.logit_gap, {"y": CLASSES, "u": LOGITS}, {"y": "classes", "u": "matrix"}),
    "u06.moving_average": Case(u06.moving_average, {"losses": REAL}, {"losses": "real"}, fits=("short",)),
    "u06.Distiller": labels(
        trained(lambda: u06.Distiller(keras.layers.Dense(3), keras.layers.Dense(3), classes=3)),
        CLASSES,
        "classes",
    ),
    "u06.GaussianProcess": Case(
        lambda x, y: u06.GaussianProcess(u06.Kernel(), 0.1).fit(x, y).posterior(X),
        {"x": X, "y": REAL},
        {"y": "real"},
    ),
    "u06.Population": labels(
        trained(lambda: u06.Population(2, 2, 3, 4)), CLASSES, "classes", x=X.astype("float32")
    ),
    "u06.fit_settings": Case(
        lambda x, y: u06.fit_settings(x, y, u06.Kernel(), max_steps=2).posterior(X),
        {"x": X, "y": REAL},
        {"y": "real"},
    ),
    "u06.WidthSweep": labels(trained_by_widths, CLASSES, "classes"),
    "u06.PrunedClassifier": labels(
        trained(lambda: u06.PrunedClassifier(keras.layers.Dense(3), classes=3)), CLASSES, "classes"
    ),
    "u07.images_between": labels(between_points, CLASSES, "groups"),
    "u07.ConditionalGAN": labels(told_labels, CLASSES, "classes"),
    "u08.NaiveBayesNGrams": labels(word_weights, BINARY, "binary", one_row=False),
    "u08.log_count_ratio": Case(
        u08.log_count_ratio,
        {"present": (X > 0).astype(int), "y": BINARY},
        {"y": "binary"},
        one_row=False,
    ),
    "u10.AdversarialClassifier": labels(
        trained(
            lambda: u10.AdversarialClassifier(keras.Sequential([keras.layers.Dense(3)]), 3, 0.1, 1, -9, 9)
        ),
        CLASSES,
        "classes",
    ),
    "u10.DeepEnsemble": labels(trained(lambda: u10.DeepEnsemble(2, [4], 3)), CLASSES, "classes"),
    "u10.GCN": labels(
        trained(lambda: u10.GCN(u10.Graph(N, [(0, 1), (1, 2)]), 3, 4)), CLASSES, "classes", one_row=False
    ),
    "u10.GIN": labels(trained_by_graphs, CLASSES, "classes"),
    "u10.LastLayerLaplace": labels(
        lambda x, y: u10.LastLayerLaplace(3).fit(x, y).probabilities(x), CLASSES, "classes"
    ),
    "u10.brier_parts": Case(
        u10.brier_parts,
        {"y": BINARY, "p": np.array([0.1, 0.8, 0.8, 0.3, 0.9, 0.1])},
        {"y": "binary", "p": "real"},
    ),
    "u10.brier_score": Case(
        u10.brier_score, {"y": CLASSES, "p_hat": SHARES}, {"y": "classes", "p_hat": "matrix"}
    ),
    "u10.expected_calibration_error": Case(
        u10.expected_calibration_error,
        {"y": CLASSES, "p_hat": SHARES},
        {"y": "classes", "p_hat": "matrix"},
    ),
    "u10.fit_temperature": Case(
        u10.fit_temperature,
        {"y": CLASSES, "z": LOGITS + np.eye(3)[CLASSES]},
        {"y": "classes", "z": "matrix"},
        one_row=False,
    ),
    "u10.prediction_intervals": Case(
        lambda y_hat: u10.prediction_intervals(y_hat, REAL, REAL[::-1] + 1, 0.4, np.ones(N), np.ones(N)),
        {"y_hat": REAL},
        {"y_hat": "real"},
        one_row=False,
    ),
    "u10.reliability_table": Case(
        u10.reliability_table, {"y": CLASSES, "p_hat": SHARES}, {"y": "classes", "p_hat": "matrix"}
    ),
    "u10.MulticlassPerceptron": labels(trained(lambda: u10.MulticlassPerceptron(2, 3)), CLASSES, "classes"),
    "u10.fairness_gaps": Case(
        lambda y, y_hat, group: list(u10.fairness_gaps(y, y_hat, group).values()),
        {"y": BINARY, "y_hat": BINARY[::-1].copy(), "group": np.arange(N) % 2},
        {"y": "binary", "y_hat": "binary", "group": "groups"},
        one_row=False,
    ),
    "u10.fgsm": labels(lambda x, y: u10.fgsm(LINEAR, x.astype("float32"), y, 0.1, -9, 9), CLASSES, "classes"),
    "u10.group_rates": Case(
        lambda y, y_hat, group: [r for rates in u10.group_rates(y, y_hat, group).values() for r in rates],
        {"y": BINARY, "y_hat": BINARY[::-1].copy(), "group": np.arange(N) % 2},
        {"y": "binary", "y_hat": "binary", "group": "groups"},
        one_row=False,
    ),
    "u10.group_thresholds": Case(
        lambda scores, y, group: list(u10.group_thresholds(scores, y, group, "selected", 0.5).values()),
        {"scores": REAL, "y": BINARY, "group": np.arange(N) % 2},
        {"scores": "real", "y": "binary", "group": "groups"},
    ),
    "u10.pgd": labels(
        lambda x, y: u10.pgd(LINEAR, x.astype("float32"), y, 0.1, 2, low=-9, high=9), CLASSES, "classes"
    ),
    "u10.robust_accuracy": labels(
        lambda x, y: u10.robust_accuracy(LINEAR, x.astype("float32"), y, lambda a, b: a), CLASSES, "classes"
    ),
}

# What has an argument of such a name that is something else, or checks nothing of it.
OTHERS = {
    "u00.entropy": "p is one distribution; see test_divergences",
    "u00.cross_entropy": "p and q are distributions; see test_divergences",
    "u00.kullback_leibler": "p and q are distributions; see test_divergences",
    "u00.jensen_shannon": "p and q are distributions; see test_divergences",
    "u00.normal_log_density": "x is checked against the mean; see test_normal",
    "u01.cross_validate": "the scores are those of a function",
    "u02.ShallowAutoencoder": "there are no labels",
    "u03.LBFGSModel": "any network and any loss of Keras",
    "u03.chord_gap": "y is the other end of a chord",
    "u03.inverse_update": "y is a change of a gradient",
    "u03.remember": "y is a change of a gradient",
    "u03.two_loop": "Y holds changes of gradients",
    "u05.Detector": "y holds boxes; see test_detection",
    "u05.Localizer": "y holds boxes; see test_detection",
    "u05.cut_mix": "y holds rows of shares; see test_vision_libraries",
    "u05.mix_up": "y holds rows of shares; see test_vision_libraries",
    "u05.non_maximum_suppression": "no box at all is right, too; see test_boxes",
    "u05.precision_recall": "no box at all is right, too; see test_average_precision",
    "u05.suppress": "no box at all is right, too; see test_boxes",
    "u05.survivors": "no box at all is right, too; see test_boxes",
    "u06.cross_entropy_of_shares": "y holds rows of shares; see test_recipe",
    "u06.find_learning_rate": "any model, with the targets that it takes",
    "u06.smooth_labels": "y holds rows of shares; see test_recipe",
    "u06.Autoencoder": "there are no labels",
    "u06.Contrastive": "there are no labels",
    "u06.MaskedAutoencoder": "there are no labels",
    "u06.DenoisingAutoencoder": "there are no labels",
    "u06.SparseAutoencoder": "there are no labels",
    "u07.AdversarialModel": "there are no labels",
    "u07.CycleGAN": "there are no labels",
    "u07.CodePrior": "there are no labels",
    "u07.DCGAN": "there are no labels",
    "u07.DDPM": "labels are optional; see test_diffusion",
    "u07.ELBOModel": "there are no labels",
    "u07.FaceSwap": "there are no labels",
    "u07.FlowMatching": "labels are optional; see test_diffusion",
    "u07.GAN": "there are no labels",
    "u07.GenerativeModel": "there are no labels",
    "u07.HierarchicalVAE": "there are no labels",
    "u07.ImageFlow": "there are no labels",
    "u07.LikelihoodModel": "there are no labels",
    "u07.LSGAN": "there are no labels",
    "u07.LatentDiffusion": "labels are optional, as in FlowMatching; see test_diffusion",
    "u07.NoiseModel": "labels are optional; see test_diffusion",
    "u07.RealNVP": "there are no labels",
    "u07.SpectralGAN": "there are no labels",
    "u07.VAE": "there are no labels",
    "u07.VQVAE": "there are no labels",
    "u07.WGAN": "there are no labels",
    "u07.WGANGP": "there are no labels",
    "u08.attend": "scores of attention, of any shape; see test_attention",
    "u08.online_attention": "scores of attention, of any shape; see test_attention",
    "u08.LSTMClassifier": "trained by Keras's own step and loss",
    "u08.SentenceClassifier": "trained by Keras's own step and loss",
    "u08.GPT": "y holds rows of tokens; see test_gpt",
    "u08.LanguageModel": "the training step of u08.GPT",
    "u08.TokenModel": "the training step of language models and translators",
    "u08.ModernGPT": "the training step of u08.GPT",
    "u08.RecurrentLanguageModel": "y holds rows of tokens; trained by Keras's own step and loss",
    "u08.SkipGram": "there are no labels",
    "u08.TransformerClassifier": "trained by Keras's own step and loss",
    "u08.EncoderDecoder": "y holds rows of tokens; see test_translation",
    "u08.LSTMTranslator": "y holds rows of tokens; see test_translation",
    "u08.TransformerTranslator": "y holds rows of tokens; see test_translation",
    "u08.accept": "p and q are distributions; see test_language_models",
    "u08.sample": "p is a limit; see test_language_models",
    "u08.top_p": "p is a limit; see test_language_models",
    "u07.jensen_shannon": "p and q are densities on a grid; see test_games",
    "u08.AttentionOnlyModel": "tokens are the targets, with weights of 0 and 1; see test_induction_heads",
    "u08.EncoderClassifier": "any loss of Keras, without a step of its own",
    "u08.MaskedLanguageModel": "there are no labels",
    "u10.APPNP": "the training step of u10.GCN",
    "u10.GAT": "the training step of u10.GCN",
    "u10.GCNII": "the training step of u10.GCN",
    "u10.NodeClassifier": "the training step of u10.GCN",
    "u10.NodeMLP": "the training step of u10.GCN",
    "u10.CLIP": "pairs of an image and a caption, no labels; see test_clip",
    "u10.PreferenceTuner": "pairs of texts, no labels; see test_preference_tuning",
    "u10.bradley_terry_pairs": "rewards of texts that are drawn; see test_preference_tuning",
    "u10.optimal_policy": "rewards with the shape of the probabilities; see test_preference_tuning",
    "u10.segment_softmax": "scores of edges, of any shape; see test_graph_layers",
    "u10.uncertainty_parts": "p has an axis of members; see test_uncertainty",
    "u10.expected_error": "p is a number of features; see test_double_descent",
    "u10.fit_exponent": "y holds positive numbers of a power law; see test_depth_dial",
    "u10.gradient_flow": "y has axes of problems; see test_double_descent",
    "u10.minimum_norm": "y has axes of problems; see test_double_descent",
    "u10.ridge": "y has axes of problems; see test_double_descent",
    "u09.A2C": "batches of transitions; see test_actor_critics",
    "u09.ActorCritic": "the model that REINFORCE, A2C and PPO share",
    "u09.DQN": "batches of transitions; see test_dqn",
    "u09.PPO": "batches of transitions; see test_actor_critics",
    "u09.REINFORCE": "batches of transitions; see test_actor_critics",
    "u09.SAC": "batches of transitions; see test_sac",
    "u09.bootstrap_interval": "scores of runs and tasks; see test_interquartile_mean",
    "u09.discounted_returns": "rewards of steps and environments; see test_returns",
    "u09.gae": "rewards of steps and environments; see test_gae",
    "u09.interquartile_mean": "scores of runs and tasks; see test_interquartile_mean",
}
