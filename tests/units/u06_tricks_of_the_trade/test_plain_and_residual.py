"""Plain and residual blocks: by hand, by Keras, and the theory of their gradients."""

import keras
import numpy as np
import pytest
from keras import ops

import course
from course.testing import one_program
from units.u02_logistic_softmax import cross_entropy
from units.u06_tricks_of_the_trade.deep_signals import Kind, backward, forward, he, kinds
from units.u06_tricks_of_the_trade.plain_and_residual import (
    cost_and_gradients,
    deep_network,
    draw_weights,
    train,
)
from units.u06_tricks_of_the_trade.shattered_gradients import (
    assumed_correlation,
    autocorrelation,
    expected_correlation,
    gradients_on_a_grid,
    measured_correlation,
)

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(12, 5)).astype("float32"), np.arange(12) % 3


@pytest.mark.parametrize("name", [name for name in kinds(1) if name != "plain"])
def test_the_step_by_hand_is_that_of_keras(name):
    """Cost, and the gradient of every weight, with the same weights in both."""
    V, blocks, U = draw_weights(np.random.default_rng(1), 2, 5, width=6, classes=3)
    network = deep_network(2, 5, name, width=6, classes=3)
    weights = network.trainable_variables
    for variable, value in zip(weights, (V, *blocks, U), strict=True):
        variable.assign(value)

    def cost():
        return ops.mean(cross_entropy(ops.convert_to_tensor(Y), network(X, training=True)))

    value, gradients = one_program(lambda: course.value_and_grad(cost, weights))()
    by_hand, accuracy, expected = cost_and_gradients(X, Y, (V, blocks, U), kinds(2)[name])
    assert float(value) == pytest.approx(by_hand, rel=1e-4)
    assert accuracy in np.arange(13) / 12
    for got, want in zip(gradients, expected, strict=True):
        np.testing.assert_allclose(ops.convert_to_numpy(got), want, rtol=1e-3, atol=1e-5)


@pytest.mark.backend_independent
def test_a_network_of_keras_says_what_it_needs():
    with pytest.raises(ValueError, match=r"kind is one of 'plain', .* not 'deep'"):
        deep_network(3, 5, "deep")
    with pytest.raises(ValueError, match="at least one block, not 0"):
        deep_network(0, 5, "plain")
    assert deep_network(4, 5, "residual, 1/√L", width=6, classes=3).count_params() == 30 + 4 * 36 + 18
    assert isinstance(deep_network(1, 5, "plain"), keras.Model)


@pytest.mark.backend_independent
@pytest.mark.parametrize("fixed", [False, True])
def test_backward_against_differences(fixed):
    """Each entry of δ_0 is the slope of ⟨δ_L, a_L⟩; with fixed statistics N is the same affine map for all signals."""
    rng = np.random.default_rng(2)
    blocks, a, out = he(rng, 3, 4, 4), rng.normal(size=(6, 4)), rng.normal(size=(6, 4))
    kind = Kind(shortcut=True, normalized=True, branch=0.7)
    signals = forward(a, blocks, kind)
    delta = backward(out, signals, blocks, kind, statistics_fixed=fixed)[0][0]

    def value(a):
        for W, signal in zip(blocks, signals, strict=False):
            of = signal if fixed else a
            a = a + 0.7 * np.maximum((a - of.mean(0)) / np.sqrt(of.var(0) + 1e-3), 0) @ W
        return np.sum(out * a)

    for i, j in ((0, 0), (3, 2), (5, 1)):
        step = np.zeros_like(a)
        step[i, j] = 1e-6
        slope = (value(a + step) - value(a - step)) / 2e-6
        assert slope == pytest.approx(delta[i, j], rel=1e-5, abs=1e-7)


@pytest.mark.backend_independent
def test_the_formulas_of_the_paper():
    plain, residual = kinds(1)["plain"], Kind(shortcut=True, normalized=False, branch=1.0)
    assert assumed_correlation(5, plain) == 1 / 32
    assert assumed_correlation(5, residual) == pytest.approx(0.75**5)
    scaled = [assumed_correlation(depth, kinds(depth)["residual, 1/√L"]) for depth in (1, 1000)]
    assert scaled == pytest.approx([0.75, np.exp(-0.5)], abs=1e-3)
    # a power of L: from 100 to 400 blocks the correlation falls by 4^(1 / (2 (1 − 1/π)))
    normalized = [assumed_correlation(depth, kinds(1)["residual, batch norm"]) for depth in (100, 400)]
    assert normalized[0] / normalized[1] == pytest.approx(4 ** (0.5 / (1 - 1 / np.pi)), rel=0.02)
    # signals at a right angle have independent gates in the first block; equal signals have equal gradients
    assert expected_correlation(1, plain) == pytest.approx(0.5)
    assert expected_correlation(9, residual, angle=0.0) == pytest.approx(1)
    with pytest.raises(ValueError, match="without normalization"):
        expected_correlation(2, kinds(2)["plain, batch norm"])


@pytest.mark.backend_independent
@pytest.mark.parametrize("depth", [2, 5])
def test_random_networks_agree_with_the_theory(depth):
    rng = np.random.default_rng(3)
    for kind in kinds(depth).values():
        theory = assumed_correlation if kind.normalized else expected_correlation
        measured = measured_correlation(depth, kind, rng, width=150, networks=12)
        assert measured == pytest.approx(theory(depth, kind), abs=0.04)
    # without normalization the signals become similar, and the gradients are not as shattered as assumed
    assert expected_correlation(8, kinds(8)["plain"]) > 10 * assumed_correlation(8, kinds(8)["plain"])


@pytest.mark.backend_independent
def test_a_grid_of_gradients_is_the_slope_of_the_function():
    grid = np.linspace(-1, 1, 9)
    kind = kinds(2)["residual, 1/√L"]
    g = gradients_on_a_grid(grid, 2, kind, np.random.default_rng(4), width=5)
    rng = np.random.default_rng(4)
    kinks, w = rng.uniform(-1, 1, 5), rng.normal(size=5)
    V, blocks, out = he(rng, 5, 5), he(rng, 2, 5, 5), rng.normal(size=5) / np.sqrt(5)

    def f(x):
        return forward(np.maximum((x[:, None] - kinks) * w, 0) @ V, blocks, kind)[-1] @ out

    np.testing.assert_allclose(g, (f(grid + 1e-7) - f(grid - 1e-7)) / 2e-7, rtol=1e-5)
    assert autocorrelation(g, 3)[0] == 1
    np.testing.assert_allclose(autocorrelation(np.array([1.0, -1.0, 1.0, -1.0]), 2), [1, -0.75])


@pytest.mark.backend_independent
def test_training_by_hand_lowers_the_cost():
    weights = draw_weights(np.random.default_rng(5), 2, 5, classes=3)
    kind = kinds(2)["residual, batch norm"]
    before = cost_and_gradients(X, Y, weights, kind)[0]
    cost, accuracy = train(X, Y, weights, kind, 0.1, 40, np.random.default_rng(0), batch_size=12)
    assert cost < 0.3 * before
    assert accuracy == 1
    assert cost_and_gradients(X, Y, weights, kind)[0] == before  # the start is not changed
