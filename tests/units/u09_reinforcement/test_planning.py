"""Planning: all methods agree on random processes, and processes of Gymnasium are read correctly."""

import itertools

import numpy as np
import pytest

from units import u09_reinforcement as u09

pytestmark = pytest.mark.backend_independent


def random_mdp(rng, states, actions, gamma):
    P = rng.random((states, actions, states)) * (rng.random((states, actions, states)) < 0.5)
    P[..., 0] += 0.1
    P /= P.sum(axis=-1, keepdims=True)
    return u09.MDP(P, rng.normal(size=(states, actions, states)), gamma)


RANDOM = [
    random_mdp(np.random.default_rng(seed), states, actions, gamma)
    for seed, (states, actions, gamma) in enumerate([(4, 3, 0.9), (30, 4, 0.95), (12, 2, 0.5), (6, 3, 0.0)])
]


def test_the_best_of_all_policies_by_enumeration():
    """The oracle: evaluate each of the 81 policies by summing rewards over a long time."""
    mdp = RANDOM[0]
    best = np.full(4, -np.inf)
    for policy in itertools.product(range(3), repeat=4):
        V, P = np.zeros(4), np.array([mdp.P[s, a] for s, a in enumerate(policy)])
        now = np.eye(4)
        for t in range(400):
            V += 0.9**t * now @ [mdp.P[s, a] @ mdp.rewards[s, a] for s, a in enumerate(policy)]
            now = now @ P
        best = np.maximum(best, V)
    np.testing.assert_allclose(u09.policy_iteration(mdp).V, best, atol=1e-10)


@pytest.mark.parametrize("mdp", RANDOM, ids=lambda m: f"{m.states} states, gamma {m.gamma}")
def test_all_methods_agree(mdp):
    value, policy, program = u09.value_iteration(mdp), u09.policy_iteration(mdp), u09.linear_program(mdp)
    np.testing.assert_allclose(value.V, policy.V, atol=1e-8)
    np.testing.assert_allclose(program.V, policy.V, atol=1e-8)
    np.testing.assert_array_equal(value.policy, policy.policy)
    np.testing.assert_allclose(u09.policy_values(mdp, policy.policy), policy.V, atol=1e-10)
    np.testing.assert_allclose(u09.iterated_policy_values(mdp, policy.policy)[0], policy.V, atol=1e-8)
    np.testing.assert_allclose(policy.Q.max(axis=-1), policy.V, atol=1e-10)


@pytest.mark.parametrize("mdp", RANDOM, ids=lambda m: f"{m.states} states, gamma {m.gamma}")
def test_the_dual_counts_visits(mdp):
    start = np.random.default_rng(0).dirichlet(np.ones(mdp.states))
    found, solution = u09.linear_program(mdp, start), u09.policy_iteration(mdp)
    flow = start + mdp.gamma * np.einsum("sa,sap->p", found.occupancy, mdp.P)
    np.testing.assert_allclose(found.occupancy.sum(axis=-1), flow, atol=1e-8)
    assert (found.occupancy > -1e-9).all()
    assert found.value == pytest.approx(start @ solution.V)
    assert (found.occupancy * mdp.R).sum() == pytest.approx(found.value)
    np.testing.assert_allclose(
        u09.policy_values(mdp, u09.policy_of_occupancy(found.occupancy)), solution.V, atol=1e-8
    )
    visits, now = np.zeros(mdp.states), start  # d ∑ (γ P_π)^t by a long sum
    P, _ = u09.chain_of_policy(mdp, solution.policy)
    for t in range(600):
        visits += mdp.gamma**t * now
        now = now @ P
    np.testing.assert_allclose(found.occupancy.sum(axis=-1), visits, atol=1e-7)


def test_values_of_a_random_policy_agree():
    mdp = RANDOM[1]
    policy = np.random.default_rng(0).dirichlet(np.ones(4), size=30)
    V = u09.policy_values(mdp, policy)
    np.testing.assert_allclose(V, u09.iterated_policy_values(mdp, policy)[0], atol=1e-8)
    np.testing.assert_allclose(V, (policy * mdp.action_values(V)).sum(axis=-1), atol=1e-10)


def test_a_sweep_contracts_by_gamma_and_not_by_less():
    mdp = RANDOM[1]
    factors = u09.contraction_factors(mdp, 200, np.random.default_rng(0))
    assert factors.max() <= mdp.gamma + 1e-12
    V = np.random.default_rng(1).normal(size=30)
    shifted = [next(itertools.islice(u09.value_sweeps(mdp, W), 1, 2)) for W in (V, V + 3)]
    np.testing.assert_allclose(shifted[1] - shifted[0], 3 * mdp.gamma)
    errors = u09.distances_to_optimum(mdp, u09.policy_iteration(mdp).V, 60)
    assert (errors[1:] <= mdp.gamma * errors[:-1] + 1e-12).all()
    assert errors[60] / errors[59] == pytest.approx(mdp.gamma, abs=1e-3)


def test_the_error_is_as_small_as_the_tolerance_says():
    mdp = RANDOM[1]
    exact = u09.policy_iteration(mdp)
    for tolerance in (1e-1, 1e-4):
        assert np.abs(u09.value_iteration(mdp, tolerance).V - exact.V).max() <= tolerance
        V, _ = u09.iterated_policy_values(mdp, exact.policy, tolerance)
        assert np.abs(V - exact.V).max() <= tolerance


def test_the_best_soft_policy_is_a_fixed_point_of_its_own():
    """The greedy policy mixed with ε of random actions has exactly the values that value iteration found."""
    mdp, epsilon = RANDOM[1], 0.3
    found = u09.value_iteration(mdp, epsilon=epsilon)
    soft = (1 - epsilon) * np.eye(4)[found.policy] + epsilon / 4
    np.testing.assert_allclose(u09.policy_values(mdp, soft), found.V, atol=1e-8)
    assert (u09.policy_iteration(mdp).V >= found.V - 1e-9).all()


def test_stationary_distribution_is_the_eigenvector_and_the_long_run():
    P = np.array([[0.5, 0.5, 0.0], [0.2, 0.6, 0.2], [0.0, 0.5, 0.5]])  # its eigenvalues are real
    d = u09.stationary_distribution(P)
    np.testing.assert_allclose(d, np.linalg.matrix_power(P, 200)[0], atol=1e-12)
    periodic = np.array([[0.0, 1.0], [1.0, 0.0]])  # no limit, but one distribution that is kept
    np.testing.assert_allclose(u09.stationary_distribution(periodic), [0.5, 0.5])
    slow = np.array([[1 - 1e-6, 1e-6], [3e-6, 1 - 3e-6]])  # its two states are nearly apart
    np.testing.assert_allclose(u09.stationary_distribution(slow), [0.75, 0.25], rtol=1e-6)
    distances = u09.distances_to_stationary(P, [1.0, 0.0, 0.0], 30)
    second = np.sort(np.abs(np.linalg.eigvals(P)))[-2]
    assert distances[0] == pytest.approx(1 - d[0])
    assert distances[30] / distances[29] == pytest.approx(second, rel=1e-3)


@pytest.mark.parametrize(
    ("name", "actions"), [("FrozenLake-v1", [0, 1, 2, 3]), ("CliffWalking-v1", [3, 2, 1, 0])]
)
def test_our_grids_are_those_of_gymnasium(name, actions):
    gymnasium = pytest.importorskip("gymnasium")
    table = u09.MDP.from_table(gymnasium.make(name).unwrapped.P, 0.99)
    ours = u09.cliff_walk(0.99) if "Cliff" in name else u09.frozen_lake()
    np.testing.assert_allclose(table.P[:, actions], ours.P, atol=1e-15)
    np.testing.assert_allclose(table.rewards[:, actions], ours.rewards, atol=1e-15)
    np.testing.assert_array_equal(table.ends, ours.ends)


def test_the_large_lake_and_a_table_with_an_end_of_its_own():
    gymnasium = pytest.importorskip("gymnasium")
    large = u09.MDP.from_table(gymnasium.make("FrozenLake-v1", map_name="8x8").unwrapped.P, 0.99)
    np.testing.assert_allclose(large.P, u09.frozen_lake(8).P, atol=1e-15)
    # state 1 is reached with and without the end of the episode, so the end becomes state 2
    table = {0: {0: [(0.5, 1, 2.0, True), (0.5, 1, 4.0, False)]}, 1: {0: [(1.0, 1, 1.0, False)]}}
    mdp = u09.MDP.from_table(table, 0.5)
    np.testing.assert_allclose(mdp.ends, [False, False, True])
    np.testing.assert_allclose(u09.policy_values(mdp, [0, 0, 0]), [0.5 * 2 + 0.5 * (4 + 0.5 * 2), 2, 0])


def test_the_cliff_by_hand():
    """Along the edge 13 steps; with ε = 0.1 of random steps the best way keeps a row away."""
    world = u09.cliff_walk()
    best = u09.value_iteration(world)
    assert best.V[world.start] == -13
    assert len(world.path(best.policy)) == 14
    soft = u09.value_iteration(world, epsilon=0.1)
    rows = {int(s) // 12 for s in world.path(soft.policy)[2:-2]}
    assert rows == {1}
    with pytest.raises(ValueError, match="With gamma = 1 every episode must come to an end"):
        u09.policy_values(world, np.zeros(48, int))  # always to the left
    right = np.where(np.arange(48) // 12 == 3, 3, np.where(np.arange(48) % 12 == 11, 1, 2))
    assert u09.policy_iteration(world, right).V[world.start] == pytest.approx(-13)


def test_frozen_lake_has_the_value_of_a_long_simulation():
    world = u09.frozen_lake(gamma=1.0)
    solution, rng = u09.value_iteration(world), np.random.default_rng(0)
    won = np.mean([u09.episode(world, solution.policy, world.start, rng)[-1].r for _ in range(1500)])
    assert won == pytest.approx(solution.V[world.start], abs=0.04)  # three standard errors
    assert solution.V[world.start] == pytest.approx(14 / 17)  # a known number of this map


def test_steps_have_the_given_probabilities_and_rewards():
    mdp, rng = RANDOM[0], np.random.default_rng(0)
    drawn = [mdp.step(1, 2, rng) for _ in range(20_000)]
    share = np.bincount([s for s, _ in drawn], minlength=4) / 20_000
    np.testing.assert_allclose(share, mdp.P[1, 2], atol=0.015)
    assert all(r == mdp.rewards[1, 2, s] for s, r in drawn)
    assert np.mean([r for _, r in drawn]) == pytest.approx(mdp.R[1, 2], abs=0.03)


def test_a_picture_has_the_numbers_and_an_arrow_for_each_best_action():
    from matplotlib.figure import Figure

    world = u09.GridWorld(["S.", "HG"], 0.9, {"G": 1})
    ax = Figure().add_subplot()
    u09.draw_grid(
        ax, world, [0.9, 1.0, 0.0, 0.0], [[0, 0, 1, 0], [0, 0.5, 0.5, 0], [1, 0, 0, 0], [1, 0, 0, 0]]
    )
    texts = [t.get_text() for t in ax.texts]
    assert [t for t in texts if t] == ["0.90", "1.00", "hole", "goal"]
    assert len([t for t in texts if not t]) == 3  # one arrow in the first cell, two in the second


ONE = np.ones((1, 1, 1))
TWO = u09.MDP(np.full((2, 2, 2), 0.5), np.zeros((2, 2)), 0.9)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: u09.MDP(np.ones((2, 2)), ONE, 0.9), "states, actions, states"),
        (lambda: u09.MDP(np.full((2, 1, 2), 0.4), np.zeros((2, 1)), 0.9), "sum to 0.8"),
        (lambda: u09.MDP([[[1.5, -0.5]]] * 2, np.zeros((2, 1)), 0.9), "must not be negative"),
        (lambda: u09.MDP([[[np.nan, 1]]] * 2, np.zeros((2, 1)), 0.9), "no distribution"),
        (lambda: u09.MDP(ONE, np.zeros((1, 2)), 0.9), "to fit P"),
        (lambda: u09.MDP(ONE, np.full((1, 1), np.nan), 0.9), "finite"),
        (lambda: u09.MDP(ONE, np.zeros((1, 1)), 1.01), "gamma must lie"),
        (lambda: u09.policy_values(TWO, [0, 2]), "one of 2 actions for each of 2 states"),
        (lambda: u09.policy_values(TWO, [0.5, 1]), "one of 2 actions"),
        (lambda: u09.policy_values(TWO, [[0.5, 0.6], [0.5, 0.5]]), "distribution over"),
        (lambda: u09.iterated_policy_values(u09.MDP(ONE, [[1.0]], 1.0), [0], most=9), "after 9 sweeps"),
        (lambda: u09.value_iteration(u09.MDP(ONE, [[1.0]], 1.0), most=9), "after 9 sweeps"),
        (lambda: u09.value_iteration(TWO, epsilon=2), "epsilon"),
        (lambda: u09.linear_program(u09.MDP(ONE, [[1.0]], 1.0)), "gamma < 1"),
        (lambda: u09.linear_program(TWO, [0.5, 0.6]), "sum to 1"),
        (lambda: u09.stationary_distribution(np.eye(2)), "several"),
        (lambda: u09.distances_to_stationary(np.eye(2)[::-1], [5, 5], 2), "first must be a distribution"),
        (lambda: u09.stationary_distribution([[0.5, 0.6], [0.5, 0.5]]), "sums to 1"),
        (lambda: u09.GridWorld(["S.", "G"], 0.9, {}), "equal length"),
        (lambda: u09.GridWorld(["SS", ".G"], 0.9, {}), "exactly once"),
        (lambda: u09.GridWorld(["S.", ".G"], 0.9, {}, slip=0.6), "slip"),
        (lambda: u09.GridWorld(["S.", ".G"], 0.9, {"g": 1}), "rewards has the letters"),
        (lambda: u09.frozen_lake(5), "size 4 and 8"),
        (lambda: u09.draw_grid(None, u09.frozen_lake(), np.zeros(3)), "each of the 16 states"),
    ],
)
def test_bad_arguments(call, words):
    with pytest.raises(ValueError, match=words):
        call()
