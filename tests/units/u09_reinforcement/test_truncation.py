"""The values under each way to bootstrap, and the bias of a maximum: closed forms against simulation."""

import numpy as np
import pytest

from units import u09_reinforcement as u09
from units.u09_reinforcement.truncation import WAYS

pytestmark = pytest.mark.backend_independent


def by_iteration(way, limit, discount):
    """V from averages of targets, again and again: one episode of the endless probe, and the reset after it."""
    v = 0.0
    for _ in range(2000):
        targets = [1.0 + discount * v] * (limit - 1)
        targets.append(1.0 if way == WAYS[1] else 1.0 + discount * v)
        if way == WAYS[2]:
            targets.append(0.0 + discount * v)
        v = np.mean(targets)
    return v


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("limit", "discount"), [(1, 0.9), (10, 0.9), (10, 0.4), (500, 0.99)])
def test_values_of_the_endless_probe(way, limit, discount):
    np.testing.assert_allclose(
        u09.endless_value(way, limit, discount), by_iteration(way, limit, discount), rtol=1e-6
    )


@pytest.mark.parametrize("way", WAYS)
def test_the_fitted_value_of_recorded_transitions(way):
    interaction = u09.Interaction(u09.make(u09.PROBES["endless"].environment, 3, limit=4), 0)
    transitions = [interaction.step(np.zeros(3, int)) for _ in range(20)]
    found = u09.fitted_value(way, transitions, 0.9)
    np.testing.assert_allclose(found, u09.endless_value(way, 4, 0.9), rtol=1e-6)


def test_the_expected_maximum():
    """1/√π for two, 3/(2√π) for three; simulated for ten, with a correlation."""
    np.testing.assert_allclose(u09.expected_maximum(1), 0, atol=1e-9)
    np.testing.assert_allclose(u09.expected_maximum(2), 1 / np.sqrt(np.pi), rtol=1e-8)
    np.testing.assert_allclose(u09.expected_maximum(3), 1.5 / np.sqrt(np.pi), rtol=1e-8)
    rng = np.random.default_rng(0)
    first, noise = rng.normal(size=(2, 100_000, 10))
    second = 2.0 * (0.6 * first + 0.8 * noise)
    drawn = second[np.arange(100_000), first.argmax(1)]
    assert abs(drawn.mean() - u09.expected_maximum(10, sigma=2.0, correlation=0.6)) < 4 * drawn.std() / 300


def test_q_learning_falls_into_the_trap_and_double_q_learning_less():
    single, double = (u09.maximization_bias(np.random.default_rng(0), d, runs=500) for d in (False, True))
    assert single.shape == (300,)
    assert single[20:60].mean() > 0.7 > 0.35 > double[20:60].mean()
    np.testing.assert_allclose([single[0], double[0]], 0.5, atol=0.1)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: u09.endless_value("other", 10, 0.9), "way must be one of"),
        (lambda: u09.endless_value(WAYS[0], 0, 0.9), "limit must be a positive whole number"),
        (lambda: u09.endless_value(WAYS[0], 10, 1.0), "discount must be a number in"),
        (lambda: u09.expected_maximum(2, correlation=1.5), "correlation must be a number in"),
        (lambda: u09.expected_maximum(2, sigma=0), "sigma must be a number > 0"),
        (lambda: u09.fitted_value("other", [], 0.9), "way must be one of"),
        (lambda: u09.fitted_value(WAYS[0], [], 0.9), "no transition"),
        (lambda: u09.maximization_bias(None, True, runs=0), "runs must be a positive whole number"),
        (
            lambda: u09.make(u09.PROBES["endless"].environment, limit=0),
            "limit must be a positive whole number",
        ),
        (lambda: u09.make("CartPole-v1", seed=-1), "seed must be a whole number ≥ 0, not -1"),
        (
            lambda: u09.episode_frames(lambda o: o, u09.PROBES["endless"].environment),
            r"does not take the options .*render_mode",
        ),
    ],
)
def test_a_bad_argument_is_one_sentence(call, words):
    with pytest.raises(ValueError, match=words):
        call()
