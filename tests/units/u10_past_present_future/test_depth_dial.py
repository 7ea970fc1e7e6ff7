import numpy as np
import pytest
from scipy import stats

from units import u10_past_present_future as u10
from units.u10_past_present_future.experiments.depth_dial import ANSWERS, NOTHING, questions


def test_the_dial_counts_the_kernels_of_its_network():
    dial = u10.DepthDial(3)
    model = dial.gpt(7, 5)
    kernels = [v for block in model.blocks for v in block.trainable_variables if v.path.endswith("kernel")]
    assert sum(np.prod(v.shape) for v in kernels) == dial.parameters == 192 * 3**3
    assert (len(model.blocks), dial.heads, dial.d_model) == (3, 3, 12)


@pytest.mark.backend_independent
def test_everything_follows_from_the_depth():
    dial = u10.DepthDial(4)
    assert dial.learning_rate == pytest.approx(0.02 / 4)
    assert dial.operations(100) == 6 * dial.parameters * 100
    # D = ratio · N
    assert dial.steps(20, 512) * 512 == pytest.approx(20 * dial.parameters, abs=256)
    assert u10.DepthDial(1).steps(0.001, 512) == 1
    for depth in (0, -1, 1.5):
        with pytest.raises(ValueError, match="depth"):
            u10.DepthDial(depth)


@pytest.mark.backend_independent
def test_the_frontier_of_two_power_laws_changes_where_they_cross():
    F = np.geomspace(1, 1e4, 9)
    curves = {2: (F, 10 / F**0.5), 1: (F, 2 / F**0.25)}  # they cross at F = 5⁴ = 625
    budgets = np.array([2.0, 600, 650, 9000])
    costs, depths = u10.frontier(curves, budgets)
    assert depths.tolist() == [1, 1, 2, 2]
    # power laws are straight in log C and log F, so that the interpolation is exact
    np.testing.assert_allclose(costs, np.minimum(10 / budgets**0.5, 2 / budgets**0.25))


@pytest.mark.backend_independent
def test_a_curve_counts_only_where_it_was_measured():
    curves = {1: ([1, 10], [5, 4]), 2: ([5, 50], [1, 0.5])}
    assert u10.frontier(curves, [2, 7, 20])[1].tolist() == [1, 2, 2]
    with pytest.raises(ValueError, match="No depth was trained"):
        u10.frontier(curves, [2, 60])
    with pytest.raises(ValueError, match="must rise"):
        u10.frontier({1: ([2, 1], [5, 4])}, [1.5])


@pytest.mark.backend_independent
def test_the_bottom_of_a_parabola_is_found():
    N = np.geomspace(10, 1000, 5)
    cost = np.exp(0.3 * (np.log(N) - np.log(70)) ** 2)
    assert u10.best_size(N, cost) == pytest.approx(70)
    assert u10.best_size(N, 1 / N) is None
    assert u10.best_size(N, N) is None
    for sizes, costs in ((N[::-1], cost), (N, cost[:4])):
        with pytest.raises(ValueError, match="sizes must rise"):
            u10.best_size(sizes, costs)


@pytest.mark.backend_independent
def test_the_depth_may_be_a_number_of_numpy():
    """In uint8 the width 32 has the square 0."""
    assert u10.DepthDial(np.uint8(8)).parameters == u10.DepthDial(8).parameters


@pytest.mark.backend_independent
def test_the_interval_of_an_exponent_is_that_of_a_regression():
    rng = np.random.default_rng(0)
    x = np.geomspace(1, 100, 12)
    y = 3 * x**-0.4 * np.exp(0.1 * rng.normal(size=12))
    slope, low, high = u10.fit_exponent(x, y)
    design = np.stack([np.ones(12), np.log(x)], axis=1)
    theta, rss, *_ = np.linalg.lstsq(design, np.log(y))
    error = np.sqrt(rss[0] / 10 * np.linalg.inv(design.T @ design)[1, 1])
    assert slope == pytest.approx(theta[1])
    assert (high - low) / 2 == pytest.approx(stats.t.ppf(0.975, 10) * error)
    for pair in (([1, 2], [1, 2]), ([1, 2, 3], [1, 2]), ([1, 2, 3], [1, 0, 1])):
        with pytest.raises(ValueError, match=r"three pairs|one positive number"):
            u10.fit_exponent(*pair)


@pytest.mark.backend_independent
def test_questions_have_one_answer_and_follow_the_power_law():
    tokens, targets = questions(np.random.default_rng(0), 20_000)
    assert (targets[:, :-1] == NOTHING).all()
    assert targets[:, -1].min() >= 0
    assert targets[:, -1].max() < ANSWERS
    number = tokens @ 8 ** np.arange(4)
    _, first, counts = np.unique(number, return_index=True, return_counts=True)
    for fact in number[first][np.argsort(-counts)[:20]]:
        assert len(set(targets[number == fact, -1])) == 1
    largest = np.sort(counts)[::-1] / len(number)
    assert largest[0] / largest[1] == pytest.approx(2**1.5, rel=0.1)
