"""Learning from experience: exact on small records, and convergence to the values that planning finds."""

import numpy as np
import pytest

from units import u09_reinforcement as u09

pytestmark = pytest.mark.backend_independent
UNIFORM = np.full((7, 2), 0.5)
STEPS = [u09.Step(0, 0, 1.0, 1, False), u09.Step(1, 0, 2.0, 0, False), u09.Step(0, 0, 4.0, 2, True)]


def test_returns_by_hand():
    assert u09.returns_of(STEPS, 0.5) == [1 + 0.5 * (2 + 0.5 * 4), 2 + 0.5 * 4, 4]


def test_monte_carlo_takes_the_first_visit():
    V = u09.monte_carlo([STEPS, STEPS[1:]], 3, 0.5)
    np.testing.assert_allclose(V, [[3, 4, 0], [(3 + 4) / 2, 4, 0]])
    V = u09.monte_carlo([STEPS], 3, 0.5, alpha=0.1, V=[1.0, 1.0, 0.0])
    np.testing.assert_allclose(V, [[1 + 0.1 * 2, 1 + 0.1 * 3, 0]])


def test_temporal_differences_by_hand():
    V = u09.temporal_difference([STEPS], 3, 0.5, alpha=0.1)
    first = 0.1 * 1
    second = 0.1 * (2 + 0.5 * first)
    np.testing.assert_allclose(V, [[first + 0.1 * (4 - first), second, 0]])  # no value after the end
    again = u09.temporal_difference([STEPS], 3, 0.5, alpha=0.1, V=[0.0, 0.0, 9.0])
    np.testing.assert_allclose(again[:, :2], V[:, :2])  # whatever stands there
    V = u09.temporal_difference([STEPS], 3, 0.5, alpha=u09.decaying())
    np.testing.assert_allclose(V[0, 0], 1 + 0.5 * (4 - 1))


def test_the_walk_has_its_known_values():
    for states in (1, 5, 19):
        walk = u09.random_walk(states)
        V = u09.policy_values(walk, np.full((states + 2, 2), 0.5))
        np.testing.assert_allclose(V[1:-1], u09.random_walk_values(states), atol=1e-12)
        assert V[0] == V[-1] == 0


@pytest.mark.parametrize(
    ("learn", "alpha", "tolerance"),
    [(u09.monte_carlo, None, 0.06), (u09.temporal_difference, u09.decaying(0.7), 0.06)],
)
def test_prediction_converges_to_the_exact_values(learn, alpha, tolerance):
    walk, rng = u09.random_walk(5), np.random.default_rng(0)
    episodes = [u09.episode(walk, UNIFORM, 3, rng) for _ in range(2500)]
    history = learn(episodes, walk.states, walk.gamma, alpha)
    error = np.abs(history[:, 1:-1] - u09.random_walk_values(5)).max(axis=-1)
    assert error[-1] < tolerance
    assert error[-1] < error[9] / 2


def small_world():
    """Noise, a detour and an end; every pair is visited often."""
    return u09.GridWorld(["S..", ".HG"], 0.8, {"G": 1, "H": -1, ".": -0.1, "S": -0.1}, slip=0.1)


def test_q_learning_converges_to_the_optimal_values():
    world, rng = small_world(), np.random.default_rng(0)
    found = u09.q_learning(world, world.start, 6000, u09.decaying(0.7), 0.5, rng)
    np.testing.assert_allclose(found.Q, u09.value_iteration(world).Q * ~world.ends[:, None], atol=0.06)
    assert found.returns.shape == (6000,)


def test_sarsa_converges_to_the_values_of_the_best_policy_that_explores():
    """And not to those of the best policy: the two differ by more than the tolerance."""
    world, rng = small_world(), np.random.default_rng(0)
    found = u09.sarsa(world, world.start, 6000, u09.decaying(0.7), 0.5, rng)
    soft = u09.value_iteration(world, epsilon=0.5).Q
    np.testing.assert_allclose(found.Q, soft * ~world.ends[:, None], atol=0.06)
    assert np.abs(soft - u09.value_iteration(world).Q).max() > 0.3


def test_the_two_differ_at_the_cliff():
    world, paths, paid = u09.cliff_walk(), {}, {}
    for learn in (u09.sarsa, u09.q_learning):
        found = learn(world, world.start, 400, 0.5, 0.1, np.random.default_rng(0))
        paths[learn], paid[learn] = world.path(found.policy), found.returns[-200:].mean()
    assert len(paths[u09.q_learning]) == 14  # along the edge
    assert len(paths[u09.sarsa]) > 14
    assert paid[u09.sarsa] > paid[u09.q_learning] + 5


def test_starts_can_be_drawn_and_episodes_are_cut_off():
    world = u09.cliff_walk()
    found = u09.q_learning(world, lambda rng: 35, 3, 0.5, 0.0, np.random.default_rng(0), most=1)
    assert (found.Q != 0).any(axis=-1).nonzero()[0].tolist() == [35]
    assert set(found.returns) <= {-1.0}


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: u09.random_walk(0), "at least one state"),
        (lambda: u09.decaying(0.5), "exponent"),
        (lambda: u09.temporal_difference([], 3, 0.5, 0), "alpha must lie"),
        (lambda: u09.monte_carlo([], 3, 0.5, 1.5), "alpha must lie"),
        (lambda: u09.temporal_difference([], 3, 1.5, 0.5), r"gamma must lie in \[0, 1\]"),
        (lambda: u09.monte_carlo([[u09.Step(0, 0, 1.0, 1, True)]], 3, -0.5), r"gamma must lie in \[0, 1\]"),
        (lambda: u09.sarsa(u09.cliff_walk(), 36, 1, 0.5, -0.1, None), "epsilon"),
        (
            lambda: u09.sarsa(u09.cliff_walk(), -1, 1, 0.5, 0.1, np.random.default_rng(0)),
            "from 0 to 47, not -1",
        ),
        (lambda: u09.episode(u09.random_walk(3), np.zeros(5, int), -1, None), "from 0 to 4, not -1"),
        (
            lambda: u09.episode(u09.cliff_walk(), np.zeros(48, int), 36, np.random.default_rng(0), most=5),
            "not ended after 5 steps",
        ),
    ],
)
def test_bad_arguments(call, words):
    with pytest.raises(ValueError, match=words):
        call()
