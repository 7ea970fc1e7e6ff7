"""Preference tuning reaches the closed-form optimum, and its terms are those of a slow loop."""

import keras
import numpy as np
import pytest
from keras import ops
from scipy import optimize
from scipy.special import expit, log_softmax, softmax

from course.testing import assert_close, one_program
from units import u08_sequence as u08
from units import u10_past_present_future as u10

ANSWERS = 4
R = np.array([[0.0, 1.0, -0.5, 0.3], [0.8, -1.0, 0.2, 0.0]])


def table():
    """Logits of the answers by a table of prompts: tokens (batch, seq) → (batch, seq, answers)."""
    model = keras.layers.Embedding(2, ANSWERS, "normal")
    model.build()
    return model


def test_the_optimum_of_all_pairs_is_the_closed_form():
    policy, reference = Table(table()), Table(table())
    p_ref = softmax(reference.get_weights()[0], axis=1)
    tuner = u10.PreferenceTuner(policy, reference, beta=0.7)
    tuner.compile(keras.optimizers.Adam(0.1))
    # all pairs of answers, weighted by how often the first one is preferred: endless data
    x, a, b = (values.ravel() for values in np.meshgrid([0, 1], range(ANSWERS), range(ANSWERS)))
    better, worse = (np.stack([x, answer], axis=1).astype("int32") for answer in (a, b))
    weight = expit(R[x, a] - R[x, b]).astype("float32")
    tuner.fit(better, worse, sample_weight=weight, batch_size=len(x), epochs=150, shuffle=False, verbose=0)
    expected = u10.optimal_policy(p_ref, R, 0.7)
    assert_close(softmax(policy.get_weights()[0], axis=1), expected, atol=5e-3)
    assert np.abs(expected - p_ref).max() > 0.1
    assert_close(softmax(reference.get_weights()[0], axis=1), p_ref)


class Table(keras.Model):
    """An embedding as a model, as a policy has to be."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer
        self.built = True

    def call(self, tokens, training=False):
        return self.layer(tokens)


def test_log_probabilities_are_those_of_a_loop():
    policy, reference = (u08.GPT(6, context=6, layers=1, heads=2, d_model=4) for _ in range(2))
    for model in (policy, reference):
        model.set_weights([3 * w for w in model.get_weights()])
    tuner = u10.PreferenceTuner(policy, reference, beta=0.3, prompt=2, ignore=0)
    pairs = np.array([[[1, 2, 3, 4, 0], [1, 2, 5, 0, 0]], [[3, 3, 1, 1, 2], [3, 3, 4, 0, 0]]], "int32")
    expected = np.zeros((2, 2))
    for sign, model in ((1, policy), (-1, reference)):
        logits = one_program(lambda text, m=model: m(text))
        for i, pair in enumerate(pairs):
            for j, text in enumerate(pair):
                z = log_softmax(ops.convert_to_numpy(logits(text[None]))[0], axis=-1)
                expected[i, j] += sign * sum(z[t, text[t + 1]] for t in range(1, 4) if text[t + 1] != 0)
    better, worse = pairs[:, 0], pairs[:, 1]
    ratio = one_program(lambda texts: tuner(texts))
    assert_close(ratio(better), expected[:, 0], atol=1e-5)
    assert_close(ratio(worse), expected[:, 1], atol=1e-5)
    loss = -np.log(expit(0.3 * (expected[:, 0] - expected[:, 1])))
    assert_close(u10.preference_loss(expected[:, 0], expected[:, 1], 0.3), loss, atol=1e-6)
    tuner.compile("sgd")
    logs = tuner.evaluate(
        better, worse, sample_weight=np.array([1.0, 3.0], "float32"), verbose=0, return_dict=True
    )
    assert_close(logs["loss"], np.mean(loss * [1, 3]), rtol=1e-5)
    assert_close(logs["agreement"], np.mean(expected[:, 0] > expected[:, 1]))
    again = u10.PreferenceTuner.from_config(tuner.get_config())
    assert again.get_config() == tuner.get_config()


@pytest.mark.backend_independent
def test_the_optimal_policy_gains_most():
    p_ref, reward, beta = softmax([0.1, -1.0, 0.7]), np.array([1.0, 2.0, 0.0]), 0.5

    def gain(z):
        p = softmax(z)
        return -(p @ reward - beta * p @ np.log(p / p_ref))

    found = softmax(optimize.minimize(gain, np.zeros(3), tol=1e-10).x)
    assert_close(u10.optimal_policy(p_ref, reward, beta), found, atol=1e-5)
    assert_close(u10.optimal_policy(p_ref, 1e4 * reward, beta), [0, 1, 0], atol=1e-12)


@pytest.mark.backend_independent
def test_pairs_follow_bradley_and_terry():
    texts = np.arange(6).reshape(3, 2)
    reward = np.array([0.0, 1.0, 3.0])
    for judges, tolerance in ((None, 1e-6), (1, 0.02)):
        rng = np.random.default_rng(0)
        better, worse, weights = u10.bradley_terry_pairs(texts, reward, 30_000, rng, judges)
        assert np.array_equal(better[::2], worse[1::2])
        assert_close(weights[::2] + weights[1::2], np.ones(30_000))
        for a, b in ((0, 1), (0, 2), (1, 2)):
            rows = (better[:, 0] == 2 * b) & (worse[:, 0] == 2 * a)
            assert weights[rows].mean() == pytest.approx(expit(reward[b] - reward[a]), abs=tolerance)


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="one reward for each of the 3 texts"):
        u10.bradley_terry_pairs(np.zeros((3, 2)), np.zeros(2), 5, np.random.default_rng(0))
    with pytest.raises(ValueError, match="must be positive"):
        u10.optimal_policy([0.5, 0.5], [0.0, 1.0], 0.0)
    with pytest.raises(ValueError, match="a probability and a reward"):
        u10.optimal_policy([0.5, 0.5], [[0.0], [1.0]], 1.0)
    with pytest.raises(ValueError, match="beta must be positive"):
        u10.preference_loss(np.zeros(2), np.zeros(2), -1.0)
    with pytest.raises(ValueError, match="same shape"):
        u10.preference_loss(np.zeros(2), np.zeros(3), 1.0)
    model = Table(table())
    with pytest.raises(ValueError, match="prompt at least 1"):
        u10.PreferenceTuner(model, model, prompt=0)
    with pytest.raises(ValueError, match="a copy of the policy"):
        u10.PreferenceTuner(model, model)
    tuner = u10.PreferenceTuner(model, Table(table()))
    with pytest.raises(ValueError, match="more tokens than the prompt"):
        tuner(np.zeros((3, 1), "int32"))
    tuner.compile("sgd")
    with pytest.raises(ValueError, match=r"fit\(better, worse\)"):
        tuner.fit(np.zeros((3, 2), "int32"), verbose=0)


@pytest.mark.backend_independent
def test_pairs_without_judges_are_refused():
    """The weights were NaN."""
    for number, judges in ((0, None), (2, 0)):
        with pytest.raises(ValueError, match="at least one pair and one judge"):
            u10.bradley_terry_pairs(np.zeros((2, 3)), [0, 1], number, np.random.default_rng(0), judges)
