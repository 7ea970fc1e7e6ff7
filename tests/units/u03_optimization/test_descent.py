"""The plain loops, their rates, and several optimizers side by side."""

import numpy as np
import pytest
from keras import ops

import course
from units.u03_optimization import adam, convergence_rate, momentum, nesterov, sgd
from units.u03_optimization.gradient_descent import gradient_descent, stochastic_descent
from units.u03_optimization.momentum_descent import momentum_descent
from units.u03_optimization.optimizer_descent import optimizer_descent
from units.u03_optimization.test_functions import ROSENBROCK, quadratic_bowl

H = np.array([[3.0, 1.0], [1.0, 2.0]], "float32")
START = np.array([1.0, -2.0], "float32")


def slope(theta):
    return ops.matmul(theta, H)


def test_descent_on_a_quadratic_is_a_power_of_a_matrix():
    path = gradient_descent(slope, START, 0.2, 9)
    expected = [np.linalg.matrix_power(np.eye(2) - 0.2 * H.astype("float64"), t) @ START for t in range(10)]
    np.testing.assert_allclose(path, expected, rtol=1e-5, atol=1e-6)


def test_many_descents_at_once_and_a_rate_that_depends_on_the_step():
    both = gradient_descent(slope, np.stack([START, 2 * START]), np.array([[0.1], [0.3]]), 5)
    for i, (start, alpha) in enumerate(((START, 0.1), (2 * START, 0.3))):
        np.testing.assert_allclose(both[:, i], gradient_descent(slope, start, alpha, 5), rtol=1e-6)
    halved = gradient_descent(slope, START, lambda t: 0.3 / 2**t, 3)
    one = gradient_descent(slope, halved[2], 0.075, 1)
    np.testing.assert_allclose(halved[3], one[1], rtol=1e-6)


@pytest.mark.parametrize("ahead", [False, True])
def test_momentum_is_a_power_of_the_companion_matrix(ahead):
    """(θ, v) ↦ (θ + v′, v′) is linear: the oracle is a 4 × 4 matrix in float64."""
    alpha, beta, h, one = 0.1, 0.8, H.astype("float64"), np.eye(2)
    to_v = beta * (one - alpha * h) if ahead else beta * one  # v′ = to_v v − α H θ
    step = np.block([[one - alpha * h, to_v], [-alpha * h, to_v]])
    path = momentum_descent(slope, START, alpha, beta, 12, nesterov=ahead)
    state = np.concatenate([START, np.zeros(2)])
    for theta in path:
        np.testing.assert_allclose(theta, state[:2], rtol=1e-5, atol=1e-5)
        state = step @ state


def test_batches_of_everything_are_gradient_descent():
    rng = np.random.default_rng(1)
    centres = rng.normal(size=(6, 2)).astype("float32")

    def batch_gradient(theta, batch):
        return theta - ops.mean(ops.convert_to_tensor(centres[batch]), axis=0)

    full = stochastic_descent(batch_gradient, START, 0.3, [np.arange(6)] * 4)
    expected = gradient_descent(lambda theta: theta - ops.convert_to_tensor(centres.mean(0)), START, 0.3, 4)
    np.testing.assert_allclose(full, expected, rtol=1e-5, atol=1e-6)
    # one sample at a time with α_t = 1/(1 + t): the mean of the samples so far
    path = stochastic_descent(batch_gradient, START, lambda t: 1 / (1 + t), [[i] for i in range(6)])
    np.testing.assert_allclose(path[-1], centres.mean(0), rtol=1e-4, atol=1e-5)


def radius(matrix):
    return np.abs(np.linalg.eigvals(matrix)).max()


@pytest.mark.parametrize(("m", "L"), [(1.0, 9.0), (0.5, 40.0)])
def test_rates_are_spectral_radii(m, L):
    """The factor of each method is the spectral radius of its step, the worst over the eigenvalues of H."""
    lams = np.linspace(m, L, 50)
    best = convergence_rate.optimal_learning_rate(m, L)
    for alpha in (best, 0.7 * best, 1.05 * best):
        expected = max(abs(1 - alpha * lam) for lam in lams)
        assert convergence_rate.descent_rate(alpha, m, L) == pytest.approx(expected)
    kappa = L / m
    assert convergence_rate.descent_rate(best, m, L) == pytest.approx((kappa - 1) / (kappa + 1))
    alpha, beta, rho = convergence_rate.tuned_heavy_ball(m, L)
    ball = max(radius([[1 - alpha * k, beta], [-alpha * k, beta]]) for k in lams)
    assert rho == pytest.approx(ball, rel=1e-6)
    assert rho == pytest.approx((np.sqrt(kappa) - 1) / (np.sqrt(kappa) + 1))
    alpha, beta, rho = convergence_rate.tuned_nesterov(m, L)
    ahead = max(
        radius([[1 - alpha * k, beta * (1 - alpha * k)], [-alpha * k, beta * (1 - alpha * k)]]) for k in lams
    )
    assert rho == pytest.approx(ahead, rel=1e-6)


def test_the_stability_limit_divides_shrinking_from_growing():
    limit = convergence_rate.stability_limit(np.linalg.eigvalsh(H).max())
    path = gradient_descent(slope, np.stack([START, START]), np.array([[0.97], [1.03]]) * limit, 60)
    length = np.linalg.norm(path, axis=-1)
    assert length[-1, 0] < length[0, 0] < length[-1, 1]


def test_at_the_stability_limit_descent_oscillates():
    limit = convergence_rate.stability_limit(4.0)
    path = gradient_descent(lambda theta: ops.multiply(theta, np.float32([4.0, 1.0])), [1.0, 1.0], limit, 20)
    np.testing.assert_allclose(path[:, 0], np.resize([1.0, -1.0], 21))  # along L neither nearer nor farther
    assert abs(path[-1, 1]) < 1e-5  # the other direction converges


def test_measured_rate():
    t = np.arange(200)
    # a fast direction at the start, and rounding at the end, are left out
    assert convergence_rate.measured_rate(0.9**t + 0.3**t + 1e-7) == pytest.approx(0.9, abs=1e-3)
    with pytest.raises(ValueError, match="lower the floor"):
        convergence_rate.measured_rate(0.1**t)


def test_noise_ball_is_the_fixed_point_of_the_variance():
    alpha, lam, var = 0.3, np.array([1.0, 4.0]), np.array([2.0, 0.5])
    p = np.zeros(2)
    for _ in range(500):
        p = (1 - alpha * lam) ** 2 * p + alpha**2 * var
    assert convergence_rate.noise_ball(alpha, lam, var) == pytest.approx(p.sum())
    assert convergence_rate.noise_ball(np.array([0.3, 0.1]), lam, var).shape == (2,)
    with pytest.raises(ValueError, match="below 2/max"):
        convergence_rate.noise_ball(0.5, lam, var)


def test_optimizers_side_by_side_are_optimizers_alone():
    makers = [lambda: sgd.SGD(5e-4), lambda: momentum.Momentum(5e-4), lambda: adam.Adam(0.05)]
    together = optimizer_descent(ROSENBROCK, ROSENBROCK.start, [make() for make in makers], 6)
    alone = [optimizer_descent(ROSENBROCK, ROSENBROCK.start, [make()], 6)[0] for make in makers]
    np.testing.assert_allclose(together, alone, rtol=1e-5, atol=1e-6)
    gradient = course.grad(ROSENBROCK)
    np.testing.assert_allclose(together[0], gradient_descent(gradient, ROSENBROCK.start, 5e-4, 6), rtol=1e-5)
    ball = momentum_descent(gradient, ROSENBROCK.start, 5e-4, 0.9, 6)
    np.testing.assert_allclose(together[1], ball, rtol=1e-4, atol=1e-5)


def test_bad_input():
    with pytest.raises(ValueError, match="steps must be"):
        gradient_descent(slope, START, 0.1, -1)
    with pytest.raises(ValueError, match="momentum must be in"):
        momentum_descent(slope, START, 0.1, 1.0, 3)
    with pytest.raises(ValueError, match="0 < m ≤ L"):
        convergence_rate.optimal_learning_rate(0.0, 1.0)
    used = nesterov.Nesterov()
    optimizer_descent(quadratic_bowl(2), START, [used], 1)
    with pytest.raises(ValueError, match="must be new"):
        optimizer_descent(quadratic_bowl(2), START, [used], 1)
