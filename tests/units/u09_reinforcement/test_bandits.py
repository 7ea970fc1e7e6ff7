"""Bandits: each rule against a slow loop or its definition, and the mean regret against theory."""

import math

import numpy as np
import pytest
from scipy import integrate, stats

from units import u09_reinforcement as u09

pytestmark = pytest.mark.backend_independent
MEANS = [0.2, 0.5, 0.9]


def known(counts, sums):
    return u09.Statistics(np.array(counts, float), np.array(sums, float))


def test_arms_pay_their_means():
    bandit, rng = u09.BernoulliBandit(MEANS), np.random.default_rng(0)
    paid = bandit.pull(np.tile([0, 1, 2], (20_000, 1)), rng)
    assert set(np.unique(paid)) == {0.0, 1.0}
    np.testing.assert_allclose(paid.mean(axis=0), MEANS, atol=0.015)  # four standard errors


def test_regret_sums_the_gaps():
    bandit = u09.BernoulliBandit(MEANS)
    found = u09.regret(bandit, np.array([[0, 2, 1], [2, 2, 2]]))
    np.testing.assert_allclose(found, [[0.7, 0.7, 1.1], [0, 0, 0]])


def test_play_counts_pulls_and_rewards_of_each_run():
    seen = []

    def rule(statistics, rng):
        seen.append(tuple(a.copy() for a in statistics))
        return rng.integers(3, size=4)

    bandit = u09.BernoulliBandit([0.0, 1.0, 1.0])  # arm 0 never pays, the others always
    arms = u09.play(bandit, rule, 50, 4, np.random.default_rng(0))
    for t, (counts, sums) in enumerate(seen):
        expected = np.array([np.bincount(row[:t], minlength=3) for row in arms])
        np.testing.assert_array_equal(counts, expected)
        np.testing.assert_array_equal(sums, expected * [0, 1, 1])


def test_epsilon_greedy_explores_with_probability_epsilon():
    rng = np.random.default_rng(0)
    state = known([[10, 10, 10]] * 30_000, [[1, 5, 3]] * 30_000)
    share = np.bincount(u09.epsilon_greedy(state, rng, 0.3), minlength=3) / 30_000
    np.testing.assert_allclose(share, [0.1, 0.8, 0.1], atol=0.01)
    assert (u09.epsilon_greedy(known([[3, 0, 5]], [[3, 0, 4]]), rng, 0.0) == 1).all()


def test_equal_arms_are_equally_likely():
    share = np.bincount(
        u09.epsilon_greedy(known(np.zeros((30_000, 3)), np.zeros((30_000, 3))), np.random.default_rng(0), 0.0)
    )
    np.testing.assert_allclose(share / 30_000, 1 / 3, atol=0.012)


def test_ucb1_is_its_formula():
    rng = np.random.default_rng(1)
    counts = rng.integers(1, 30, size=(50, 4))
    sums = rng.integers(0, counts + 1)
    for row, (n, s) in enumerate(zip(counts, sums, strict=True)):
        bound = [s[a] / n[a] + math.sqrt(2 * math.log(n.sum()) / n[a]) for a in range(4)]
        assert u09.ucb1(known(counts, sums), rng)[row] == np.argmax(bound)
    assert u09.ucb1(known([[5, 0]], [[5, 0]]), rng) == [1]


def test_thompson_sampling_chooses_with_the_probability_to_be_the_best():
    """The probability by an integral: ∫ density of arm 1 · distribution of arm 0."""
    counts, sums = [8, 3], [5, 2]
    first, second = (stats.beta(1 + s, 1 + n - s) for n, s in zip(counts, sums, strict=True))
    expected = integrate.quad(lambda u: second.pdf(u) * first.cdf(u), 0, 1)[0]
    state = known([counts] * 40_000, [sums] * 40_000)
    assert np.mean(u09.thompson_sampling(state, np.random.default_rng(0)) == 1) == pytest.approx(
        expected, abs=0.01
    )


def test_divergence_is_that_of_scipy():
    for a, b in ((0.2, 0.7), (0.0, 0.4), (1.0, 0.3), (0.6, 0.6)):
        assert u09.bernoulli_kl(a, b) == pytest.approx(stats.entropy([a, 1 - a], [b, 1 - b]))
    assert u09.bernoulli_kl(0.5, 1.0) == np.inf


def test_bounds_by_hand():
    assert u09.lai_robbins_constant([0.5, 0.25]) == pytest.approx(
        0.25 / (0.25 * math.log(0.5) + 0.75 * math.log(1.5))
    )
    assert u09.lai_robbins_constant([0.4, 0.4]) == 0
    expected = 8 * math.log(100) / 0.25 + (1 + math.pi**2 / 3) * 0.25
    assert u09.ucb1_bound([0.5, 0.25], 100) == pytest.approx(expected)


def test_mean_regret_keeps_to_theory():
    """Random choice and ε-greedy have known slopes; Thompson sampling stays close to the lower bound."""
    bandit, steps, runs = u09.BernoulliBandit([0.3, 0.5, 0.7]), 2000, 60

    def mean_regret(rule):
        return u09.regret(bandit, u09.play(bandit, rule, steps, runs, np.random.default_rng(2))).mean(axis=0)

    random = mean_regret(lambda state, rng: u09.epsilon_greedy(state, rng, 1.0))
    assert random[-1] == pytest.approx(0.2 * steps, rel=0.02)
    greedy = mean_regret(u09.epsilon_greedy)
    # once the best arm is known, each step costs ε · mean gap = 0.1 · 0.2
    assert (greedy[-1] - greedy[999]) / (steps - 1000) == pytest.approx(0.02, rel=0.15)
    ucb, thompson = mean_regret(u09.ucb1), mean_regret(u09.thompson_sampling)
    assert ucb[-1] < u09.ucb1_bound(bandit.means, steps)
    assert thompson[-1] < ucb[-1] / 2
    logarithm = u09.lai_robbins_constant(bandit.means) * math.log(steps)
    assert 0.4 * logarithm < thompson[-1] < 1.6 * logarithm


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: u09.BernoulliBandit([0.5]), "at least two arms"),
        (lambda: u09.BernoulliBandit([0.5, 1.2]), r"\[0, 1\]"),
        (lambda: u09.BernoulliBandit([0.5, np.nan]), r"\[0, 1\]"),
        (lambda: u09.play(u09.BernoulliBandit(MEANS), u09.ucb1, 0, 5, None), "at least 1"),
        (lambda: u09.epsilon_greedy(known([[1, 1]], [[0, 1]]), None, 1.5), "epsilon"),
        (lambda: u09.regret(u09.BernoulliBandit(MEANS), np.array([[-1, 0]])), "arms must be whole numbers"),
        (lambda: u09.bernoulli_kl(0.5, 1.5), r"\[0, 1\]"),
        (lambda: u09.lai_robbins_constant([30, 70]), r"\[0, 1\]"),  # percents: it would be 0
        (lambda: u09.lai_robbins_constant([0.3, np.nan]), r"\[0, 1\]"),
        (lambda: u09.ucb1_bound([0.3, np.nan], 100), r"\[0, 1\]"),
        (lambda: u09.ucb1_bound([0.3, 0.7], 0), "steps must be at least 1"),
    ],
)
def test_bad_arguments(call, words):
    with pytest.raises(ValueError, match=words):
        call()
