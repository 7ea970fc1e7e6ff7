"""The squashed Gaussian against SciPy, and the parts of a step of SAC against NumPy."""

import keras
import numpy as np
import pytest
from keras import ops
from scipy.stats import norm

import course
from course.testing import assert_close
from tests.units.u09_reinforcement.parity_cases import continuous_batches
from units import u09_reinforcement as u09

RNG = np.random.default_rng(0)


def test_the_log_density_is_that_of_scipy_and_finite_everywhere():
    u, mean, log_std = (RNG.normal(size=(5, 2)).astype("float32") for _ in range(3))
    a = np.tanh(u.astype("float64"))
    expected = norm.logpdf(u, mean, np.exp(log_std)) - np.log(1 - a**2)
    assert_close(u09.log_density(u, mean, log_std), expected.sum(1), rtol=1e-4, atol=1e-4)
    far = np.array([[-60.0], [60.0]], "float32")
    # log(1 − tanh² u) is 2 log 2 − 2 |u| far out
    expected = norm.logpdf(0.0) - 2 * np.log(2) + 2 * np.abs(far[:, 0])
    assert_close(u09.log_density(far, far, np.zeros_like(far)), expected, rtol=1e-5)


def test_the_density_of_an_action_integrates_to_one():
    a = np.linspace(-1, 1, 4001)[1:-1]
    u = np.arctanh(a)[:, None].astype("float32")
    density = np.exp(ops.convert_to_numpy(u09.log_density(u, np.full_like(u, 0.3), np.full_like(u, -0.5))))
    assert np.trapezoid(density, a) == pytest.approx(1.0, abs=1e-3)


def test_gradients_flow_through_a_draw():
    """E[a] grows with μ: the mean derivative of a draw by μ is that of E[tanh(μ + σ ξ)]."""
    seed, mean = keras.random.SeedGenerator(0), ops.zeros((20000, 1))
    slope = course.grad(lambda m: ops.sum(u09.squashed_sample(m, ops.zeros_like(m), seed)[0]))(mean)
    x = np.linspace(-8, 8, 2001)
    exact = np.trapezoid((1 - np.tanh(x) ** 2) * norm.pdf(x), x)
    assert float(ops.mean(slope)) == pytest.approx(exact, abs=0.01)


def test_log_std_stays_in_its_range():
    assert_close(u09.bounded_log_std(np.array([-50.0, 0.0, 50.0], "float32")), [-5.0, -1.5, 2.0])


NOISE = 0.3


def with_known_noise(mean, log_std):
    """What ``squashed_sample`` returns for ξ = 0.3."""
    u = mean + ops.exp(log_std) * NOISE
    return ops.tanh(u), u09.log_density(u, mean, log_std)


@pytest.fixture(scope="module")
def stepped():
    """A model, its weights before and after one step, and the batch."""
    keras.utils.set_random_seed(0)
    model = u09.SAC(4, [-1.0, 0.0], [3.0, 2.0], units=(5,), follow=0.25, learning_rate=0.01, first_weight=0.5)
    model.compile()
    for target in model.targets:  # the target critics differ from the critics
        target.set_weights([0.5 * w + 0.1 for w in target.get_weights()])
    batch = {name: value[:16] for name, value in continuous_batches().items()}
    before = {v.path: ops.convert_to_numpy(v) for v in model.variables}
    model.sample = lambda s: with_known_noise(*model.gaussian(s))
    result = model.train_on_batch(batch, return_dict=True)
    del model.sample
    return model, before, {v.path: ops.convert_to_numpy(v) for v in model.variables}, result


def test_the_target_critics_follow(stepped):
    model, before, after, _ = stepped
    for target, critic in zip(model.targets, model.critics, strict=True):
        for old, new in zip(target.variables, critic.variables, strict=True):
            moved = before[old.path] + 0.25 * (after[new.path] - before[old.path])
            assert_close(after[old.path], moved)
            assert np.abs(after[new.path] - before[new.path]).max() > 0


def output(network, weights, x):
    """Dense, ReLU, dense in float64, with the weights of a snapshot."""
    w1, b1, w2, b2 = (weights[v.path].astype("float64") for v in network.variables)
    return np.maximum(x @ w1 + b1, 0) @ w2 + b2


def drawn(model, weights, s):
    """Action and log-density for the known noise, by SciPy."""
    mean, x = np.split(output(model.actor, weights, s), 2, axis=1)
    log_std = -5 + 3.5 * (1 + np.tanh(x))
    u = mean + np.exp(log_std) * NOISE
    return np.tanh(u), (norm.logpdf(u, mean, np.exp(log_std)) - np.log(1 - np.tanh(u) ** 2)).sum(axis=1)


def test_the_costs_of_a_step_are_those_of_numpy(stepped):
    """The critics learn first, then the policy, which sees the new critics; α = 0.5 in both costs."""
    model, before, after, result = stepped
    batch = {name: value[:16] for name, value in continuous_batches().items()}
    s, following, r = batch["observation"], batch["next_observation"], batch["reward"]
    a = (batch["action"] - [1.0, 1.0]) / [2.0, 1.0]  # from (−1, 0) … (3, 2) to (−1, 1)
    next_a, next_log = drawn(model, before, following)
    inputs = np.concatenate([following, next_a], axis=1)
    future = np.min([output(q, before, inputs)[:, 0] for q in model.targets], axis=0) - 0.5 * next_log
    y = r + 0.99 * (1 - batch["terminated"]) * future

    def critic_cost(weights):
        inputs = np.concatenate([s, a], axis=1)
        return sum(np.mean((output(q, weights, inputs)[:, 0] - y) ** 2) for q in model.critics)

    def policy_cost(weights):
        action, log_probability = drawn(model, weights, s)
        inputs = np.concatenate([s, action], axis=1)
        smaller = np.min([output(q, after, inputs)[:, 0] for q in model.critics], axis=0)
        return np.mean(0.5 * log_probability - smaller)

    assert_close(result["loss"], critic_cost(before), rtol=1e-4)
    assert critic_cost(after) < critic_cost(before)
    assert_close(result["policy_loss"], policy_cost(before), rtol=1e-4)
    assert policy_cost(after) < policy_cost(before)
    assert_close(result["entropy"], -drawn(model, before, s)[1].mean(), rtol=1e-4)


def test_the_weight_moves_towards_the_target_entropy(stepped):
    model, before, after, result = stepped
    moved = after[model.log_weight.path] - before[model.log_weight.path]
    # more entropy than −actions: α falls, by one step of Adam
    assert result["entropy"] > -2
    assert moved == pytest.approx(-0.01, rel=1e-3)


def test_actions_are_within_their_bounds(stepped):
    model = stepped[0]
    actions = model.act(RNG.normal(size=(200, 4)).astype("float32"))
    assert (actions >= [-1.0, 0.0]).all()
    assert (actions <= [3.0, 2.0]).all()
    assert np.ptp(actions, axis=0).min() > 0.5
    np.testing.assert_allclose(model.scaled(np.array([[-1.0, 1.0]])), [[-1.0, 2.0]])


def test_saving(stepped, tmp_path):
    model = stepped[0]
    model.save(tmp_path / "sac.keras")
    again = keras.models.load_model(tmp_path / "sac.keras")
    x = RNG.normal(size=(3, 4)).astype("float32")
    assert_close(again.best(x), model.best(x))
    assert_close(again.log_weight, model.log_weight)


def test_bad_arguments():
    for options, words in (
        ({"low": [1.0], "high": [0.0]}, "low < high"),
        ({"low": [0.0], "high": [1.0, 2.0]}, "same length"),
        ({"low": [-np.inf], "high": [1.0]}, "finite bounds"),
        ({"low": [0.0], "high": [1.0], "follow": 0.0}, "follow lies in"),
        ({"low": [0.0], "high": [1.0], "first_weight": 0.0}, "first_weight is positive"),
        ({"low": [0.0], "high": [1.0], "discount": 1.0}, "discount must be a number in"),
    ):
        with pytest.raises(ValueError, match=words):
            u09.SAC(3, **options)
    model = u09.SAC(3, [-1.0], [1.0], units=(4,))
    model.compile()
    with pytest.raises(ValueError, match="SAC learns from a dictionary with the arrays observation, action"):
        model.train_on_batch({"observation": np.zeros((2, 3), "float32")})
