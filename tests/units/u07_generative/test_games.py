"""Matrix games, repeated play, gradient steps of two players, the optimal discriminator: against closed forms."""

import numpy as np
import pytest
from scipy import stats

from units import u07_generative as u07

pytestmark = pytest.mark.backend_independent
ROCK_PAPER_SCISSORS = [[0, -1, 1], [1, 0, -1], [-1, 1, 0]]


def test_a_game_of_two_rows_and_columns_has_the_textbook_solution():
    # (a d − b c)/(a + d − b − c) without a saddle point
    game = u07.nash_equilibrium([[3, -1], [-2, 4]])
    assert abs(game.value - 1.0) < 1e-9
    np.testing.assert_allclose(game.row, [0.6, 0.4], atol=1e-9)
    np.testing.assert_allclose(game.column, [0.5, 0.5], atol=1e-9)


def test_a_saddle_point_is_played_without_mixing():
    game = u07.nash_equilibrium([[4, 2, 3], [1, 0, 5], [6, 1, 0]])
    assert abs(game.value - 2) < 1e-9
    np.testing.assert_allclose(game.row, [1, 0, 0], atol=1e-9)
    np.testing.assert_allclose(game.column, [0, 1, 0], atol=1e-9)


@pytest.mark.parametrize("shape", [(1, 1), (1, 4), (3, 1), (4, 7), (6, 6)])
def test_no_answer_is_better_than_the_equilibrium(shape):
    A = np.random.default_rng(0).normal(size=shape)
    game = u07.nash_equilibrium(A)
    assert abs(u07.exploitability(A, game.row, game.column)) < 1e-8
    assert abs(game.row @ A @ game.column - game.value) < 1e-8
    for strategy in (game.row, game.column):
        assert strategy.min() >= 0
        assert abs(strategy.sum() - 1) < 1e-9
    # adding a constant moves the value, and the roles can be exchanged
    assert abs(u07.nash_equilibrium(A + 5).value - game.value - 5) < 1e-8
    assert abs(u07.nash_equilibrium(-A.T).value + game.value) < 1e-8


@pytest.mark.parametrize("wrong", [[], [1, 2], [[1, np.nan]], [[]]])
def test_a_game_needs_a_matrix_of_numbers(wrong):
    with pytest.raises(ValueError, match="A must be a matrix of finite numbers"):
        u07.nash_equilibrium(wrong)


def test_exploitability_of_a_pure_strategy():
    assert u07.exploitability(ROCK_PAPER_SCISSORS, [1, 0, 0], [1, 0, 0]) == 2
    assert u07.exploitability(ROCK_PAPER_SCISSORS, np.eye(3), np.eye(3)).tolist() == [2, 2, 2]


def test_fictitious_play_by_hand_and_in_the_limit():
    rows, columns = u07.fictitious_play(ROCK_PAPER_SCISSORS, 3)
    # rock meets rock; then both answer rock with paper, and the average of rock and paper with paper
    np.testing.assert_allclose(rows * [[1], [2], [3]], [[1, 0, 0], [1, 1, 0], [1, 2, 0]])
    np.testing.assert_allclose(columns, rows)
    A = np.random.default_rng(1).uniform(size=(5, 4))
    gaps = u07.exploitability(A, *u07.fictitious_play(A, 4000))
    assert gaps[-1] < 0.03
    assert gaps[-1] < gaps[99] < gaps[0]


@pytest.mark.parametrize("scale", [1.0, 7.0])
def test_multiplicative_weights_keep_their_bound_while_the_strategies_do_not_settle(scale):
    A = scale * np.random.default_rng(2).uniform(-1, 1, size=(4, 3))
    _, averages = u07.multiplicative_weights(A, 500)
    assert u07.exploitability(A, averages[0][-1], averages[1][-1]) <= u07.exploitability_bound(A, 500)
    biased = [[0, -1, 2], [1, 0, -1], [-2, 1, 0]]
    strategies, averages = u07.multiplicative_weights(biased, 4000, eta=0.1)
    assert u07.exploitability(biased, averages[0][-1], averages[1][-1]) < 0.02
    assert u07.exploitability(biased, strategies[0][-1], strategies[1][-1]) > 0.5


@pytest.mark.parametrize("play", [u07.fictitious_play, u07.multiplicative_weights])
def test_a_game_is_played_for_a_round(play):
    with pytest.raises(ValueError, match="at least one round, not 0"):
        play(ROCK_PAPER_SCISSORS, 0)


def test_large_payoffs_do_not_overflow():
    _, (rows, _) = u07.multiplicative_weights(1e6 * np.array(ROCK_PAPER_SCISSORS), 50, eta=1.0)
    assert np.isfinite(rows).all()


@pytest.mark.parametrize("method", u07.METHODS)
def test_the_distance_grows_as_the_eigenvalues_say(method):
    sigma, eta = 1.3, 0.3

    def game(theta, phi):
        return sigma * phi, sigma * theta

    path = u07.play(game, [1.0], [0.5], eta, 400, method)
    distance = np.linalg.norm(path, axis=1)
    growth = (distance[400] / distance[100]) ** (1 / 300)
    assert abs(growth - u07.growth_factor(sigma, eta, method)) < 2e-3
    if method in ("simultaneous", "extragradient"):  # the map is a rotation with a scale: exact in every step
        np.testing.assert_allclose(
            distance[1:] / distance[:-1], u07.growth_factor(sigma, eta, method), rtol=1e-12
        )


def test_where_each_method_converges():
    h = np.array([0.1, 0.5, 0.57, 0.6, 0.99, 1.01, 1.9])
    assert (u07.growth_factor(h, 1) > 1).all()
    np.testing.assert_allclose(u07.growth_factor(h, 1, "alternating"), 1)
    assert (u07.growth_factor(h, 1, "extragradient") < 1).tolist() == [True] * 5 + [False] * 2
    assert (u07.growth_factor(h, 1, "optimistic") < 1).tolist() == [True] * 3 + [False] * 4
    with pytest.raises(ValueError, match="method must be one of"):
        u07.growth_factor(1, 1, "newton")
    with pytest.raises(ValueError, match="method must be one of"):
        u07.play(lambda theta, phi: (phi, theta), [1.0], [1.0], 0.1, 3, "newton")


@pytest.mark.parametrize("penalty", [0.0, 0.4])
def test_gradients_of_the_dirac_gan_are_differences(penalty):
    def sigmoid(u):
        return 1 / (1 + np.exp(-u))

    def generator(theta, phi):
        return np.log(1 - sigmoid(phi * theta))

    def discriminator(theta, phi):
        return np.log(0.5) + np.log(1 - sigmoid(phi * theta)) - penalty / 2 * phi**2

    for theta, phi in ((0.7, -0.4), (-1.2, 0.9)):
        g, h = u07.dirac_gan(penalty)(theta, phi)
        step = 1e-6
        assert abs(g - (generator(theta + step, phi) - generator(theta - step, phi)) / (2 * step)) < 1e-8
        slope = (discriminator(theta, phi + step) - discriminator(theta, phi - step)) / (2 * step)
        assert abs(h - slope) < 1e-8


def test_the_dirac_gan_converges_with_a_penalty_only():
    start = [1.0], [1.0]
    free = u07.play(u07.dirac_gan(), *start, 0.1, 1000, "simultaneous")
    held = u07.play(u07.dirac_gan(0.5), *start, 0.1, 1000, "simultaneous")
    assert np.linalg.norm(free[-1]) > np.linalg.norm(free[0])
    assert np.linalg.norm(held[-1]) < 1e-4


def test_no_discriminator_is_better_than_the_optimal_one():
    rng = np.random.default_rng(3)
    p, q = rng.dirichlet(np.ones(6), size=2)
    best = u07.optimal_discriminator(p, q)

    def value(D):
        return np.sum(p * np.log(D) + q * np.log(1 - D))

    for _ in range(20):
        assert value(np.clip(best + 0.1 * rng.normal(size=6), 1e-3, 1 - 1e-3)) < value(best)
    assert u07.optimal_discriminator([0.0, 0.0, 2.0], [0.0, 1.0, 0.0]).tolist() == [0.5, 0.0, 1.0]


def test_jensen_shannon_in_closed_form():
    x = np.linspace(-2, 4, 60001)
    first = np.where((x >= 0) & (x < 1), 1.0, 0.0)
    for shift in (0.0, 0.25, 1.0, 2.5):
        other = np.where((x >= shift) & (x < shift + 1), 1.0, 0.0)
        assert abs(u07.jensen_shannon(first, other, x) - u07.jensen_shannon_of_uniforms(shift)) < 1e-3


def test_the_value_of_the_game_is_twice_js_minus_log_4():
    x = np.linspace(-7, 7, 4001)
    p, q = stats.norm.pdf(x, 0, 1), stats.norm.pdf(x, 1.5, 0.8)
    D = u07.optimal_discriminator(p, q)
    value = np.trapezoid(p * np.log(D) + q * np.log1p(-D), x)
    assert abs(value - (2 * u07.jensen_shannon(p, q, x) - np.log(4))) < 1e-8
    # the same from samples: log(D/(1 − D)) is the difference of the logarithms of the densities
    rng = np.random.default_rng(4)
    real, drawn = rng.normal(size=40000), 1.5 + 0.8 * rng.normal(size=40000)

    def logits(x):
        return stats.norm.logpdf(x, 0, 1) - stats.norm.logpdf(x, 1.5, 0.8)

    assert abs(u07.game_value(logits(real), logits(drawn)) - value) < 0.02
    assert np.isfinite(u07.game_value(np.array([-1e4]), np.array([1e4])))
