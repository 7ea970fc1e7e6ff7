"""The models of unit 10, very small, whose ten training steps must agree on the three backends.

Random draws come from ``course.testing.portable_random``.
"""

import keras
import numpy as np

from units import u08_sequence as u08
from units import u10_past_present_future as u10

STEPS, BATCH = 10, 16


def _trained(model, *data):
    model.compile(keras.optimizers.SGD(0.05))
    return model, data


# --- section B: large models ---


def preference_tuner():
    def policy():
        return u08.GPT(7, context=5, layers=1, heads=2, d_model=4)

    pairs = np.random.default_rng(0).integers(7, size=(STEPS * BATCH, 2, 5)).astype("int32")
    model = u10.PreferenceTuner(policy(), policy(), beta=0.5, ignore=0)
    return _trained(model, pairs[:, 0], pairs[:, 1])


def clip():
    images = keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(5, activation="tanh"), keras.layers.Dense(3)]
    )
    texts = [
        keras.Input((3,), dtype="int32"),
        keras.layers.Embedding(6, 4),
        keras.layers.GlobalAveragePooling1D(),
    ]
    texts = keras.Sequential([*texts, keras.layers.Dense(3)])
    words = np.random.default_rng(1).integers(6, size=(STEPS * BATCH, 3)).astype("int32")
    return _trained(u10.CLIP(images, texts, tau=0.5), _nodes()[0], words)


LARGE = (preference_tuner, clip)


# --- section C: graphs ---


def _graph():
    """A ring with chords; every batch is the whole graph with other features."""
    return u10.Graph(BATCH, [(i, (i + step) % BATCH) for i in range(BATCH) for step in (1, 3)])


def _nodes():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(STEPS * BATCH, 4)).astype("float32")
    known = (np.arange(STEPS * BATCH) % 3 == 0).astype("float32")
    return x, rng.integers(3, size=STEPS * BATCH).astype("int32"), known


def node_mlp_of_words():
    words = np.sort(np.random.default_rng(0).integers(-1, 5, size=(STEPS * BATCH, 4)), axis=1)[:, ::-1]
    return _trained(u10.NodeMLP(_graph(), 3, units=4, vocabulary=5), words.astype("int32"), *_nodes()[1:])


def gcn():
    return _trained(u10.GCN(_graph(), 3, units=4), *_nodes())


def gat():
    return _trained(u10.GAT(_graph(), 3, units=2, heads=2), *_nodes())


def appnp():
    return _trained(u10.APPNP(_graph(), 3, units=4, steps=3), *_nodes())


def gcnii():
    return _trained(u10.GCNII(_graph(), 3, units=4, depth=2), *_nodes())


def gin():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(STEPS * BATCH, 5, 2)).astype("float32")
    edges = np.zeros((STEPS * BATCH, 9, 2), "int32")
    for row in edges:
        pairs = np.argwhere(np.triu(rng.random((5, 5)) < 0.4, 1))[:4]
        row[: 2 * len(pairs)] = np.concatenate([pairs, pairs[:, ::-1]])
    return _trained(u10.GIN(3, units=4, rounds=2), (x, edges), _nodes()[1])


GRAPHS = (node_mlp_of_words, gcn, gat, appnp, gcnii, gin)


# --- section D: uncertainty ---


def deep_ensemble():
    x, y, known = _nodes()
    return _trained(u10.DeepEnsemble(2, [5], 3, dropout=0.25), x, y, 0.5 + known)


UNCERTAINTY = (deep_ensemble,)
# --- section A: the past ---


def multiclass_perceptron():
    model = u10.MulticlassPerceptron(4, 3, learning_rate=0.5)
    return _trained(model, *_nodes()[:2])


# --- section E: attacks and responsibility ---


def adversarial_classifier():
    network = keras.Sequential([keras.layers.Dense(6, activation="tanh"), keras.layers.Dense(3)])
    model = u10.AdversarialClassifier(network, 3, radius=0.2, steps=2, low=-5.0, high=5.0)
    return _trained(model, *_nodes()[:2])


ATTACKS = (adversarial_classifier,)
PAST = (multiclass_perceptron,)


CASES = {f.__name__: f for f in PAST + LARGE + GRAPHS + UNCERTAINTY + ATTACKS}
