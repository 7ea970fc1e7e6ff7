"""Returns, advantages, the policy gradient and the costs of the agents against closed forms and slow loops."""

import keras
import numpy as np
import pytest
from keras import ops

import course
from course.testing import assert_close, one_program
from tests.units.u09_reinforcement.parity_cases import pieces
from units import u09_reinforcement as u09
from units.u09_reinforcement.score_function import (
    ESTIMATORS,
    episode_probabilities,
    expected_return,
    gradient_estimates,
    trajectories,
)

RNG = np.random.default_rng(0)


def small_process():
    P = RNG.dirichlet(np.ones(3), size=(3, 2))
    return u09.MDP(P, RNG.normal(size=(3, 2, 3)), 0.9)


@pytest.mark.backend_independent
def test_returns_are_the_discounted_sums():
    reward, ended = RNG.normal(size=(7, 2)), np.zeros((7, 2), bool)
    ended[2, 0] = ended[6, 0] = ended[4, 1] = True
    got = u09.discounted_returns(reward, ended, 0.8, last_value=[5.0, 3.0])
    for env, ends in ((0, (2, 6)), (1, (4,))):
        for t in range(7):
            end = min((e for e in ends if e >= t), default=None)
            steps = range(t, 7 if end is None else end + 1)
            expected = sum(0.8 ** (k - t) * reward[k, env] for k in steps)
            expected += 0.8 ** (7 - t) * 3.0 if end is None else 0.0
            assert got[t, env] == pytest.approx(expected)


def recording(steps=8, envs=3):
    terminated, truncated, valid = (np.zeros((steps, envs), bool) for _ in range(3))
    terminated[2, 0] = truncated[4, 1] = True
    valid[:] = True
    valid[3, 0] = valid[5, 1] = False
    reward = np.where(valid, RNG.normal(size=(steps, envs)), 0.0)
    return reward, RNG.normal(size=(steps + 1, envs)), terminated, truncated, valid


@pytest.mark.backend_independent
@pytest.mark.parametrize("trace", [0.0, 0.7, 1.0])
def test_gae_is_the_sum_of_discounted_errors_to_the_end_of_the_episode(trace):
    reward, value, terminated, truncated, valid = recording()
    got = u09.gae(reward, value, terminated, truncated, 0.9, trace, valid)
    for t, env in np.ndindex(*reward.shape):
        if not valid[t, env]:
            assert got[t, env] == 0
            continue
        expected, factor = 0.0, 1.0
        for k in range(t, len(reward)):
            after = 0.0 if terminated[k, env] else value[k + 1, env]
            expected += factor * (reward[k, env] + 0.9 * after - value[k, env])
            factor *= 0.9 * trace
            if terminated[k, env] or truncated[k, env]:
                break
        assert got[t, env] == pytest.approx(expected)


@pytest.mark.backend_independent
def test_gae_with_trace_one_is_the_return_minus_the_value():
    reward, value, terminated, truncated, valid = recording()
    got = u09.gae(reward, value, terminated, truncated, 0.9, 1.0, valid)
    cut = reward + 0.9 * truncated * value[1:]
    returns = u09.discounted_returns(cut, terminated | truncated, 0.9, value[-1])
    np.testing.assert_allclose(got[valid], (returns - value[:-1])[valid])


def test_every_estimator_has_the_exact_gradient_as_its_mean():
    listed, theta = trajectories(small_process(), 0, 3), RNG.normal(size=(3, 2))
    assert episode_probabilities(theta, listed).sum() == pytest.approx(1.0)
    slope = one_program(course.grad(lambda x: expected_return(x, listed, 0.9)))
    exact = ops.convert_to_numpy(slope(ops.convert_to_tensor(theta, "float32")))
    # θ may be a float64 array too
    value = expected_return(theta, listed, 0.9)
    assert_close(value, expected_return(theta.astype("float32"), listed, 0.9), rtol=1e-5)
    variances = []
    for name in ESTIMATORS:
        estimates, p = gradient_estimates(theta, listed, 0.9, name), episode_probabilities(theta, listed)
        assert_close(np.einsum("n,nsa->sa", p, estimates), exact, rtol=1e-4, atol=1e-5)
        variances.append(np.einsum("n,nsa->", p, (estimates - exact) ** 2))
    assert variances[2] < variances[1]


def test_the_categorical_policy():
    logits, action = RNG.normal(size=(6, 4)).astype("float32") * 3, np.array([0, 3, 1, 2, 2, 0], "int32")
    p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    assert_close(u09.log_probability(logits, action), np.log(p[np.arange(6), action]), rtol=1e-4)
    assert_close(u09.entropy(logits), -(p * np.log(p)).sum(1), rtol=1e-4, atol=1e-5)


@pytest.mark.backend_independent
def test_gumbel_draws_have_the_probabilities_of_softmax():
    logits = np.log([[0.1, 0.2, 0.7]])
    drawn = u09.sample(np.repeat(logits, 30000, axis=0), np.random.default_rng(0))
    np.testing.assert_allclose(np.bincount(drawn) / 30000, [0.1, 0.2, 0.7], atol=0.01)


def test_the_clipped_cost_and_its_slope():
    """Slope −A ρ, or 0 where the ratio has gone far enough in the direction of the advantage."""
    ratio, A = np.array([0.5, 1.1, 1.5, 0.5, 0.9, 1.5], "float32"), np.array([2, 2, 2, -1, -1, -1], "float32")
    old = np.zeros(6, "float32")
    cost = u09.clipped_cost(np.log(ratio), old, A, 0.2)
    assert_close(cost, [-1.0, -2.2, -2.4, 0.8, 0.9, 1.5], rtol=1e-4)
    slope = course.grad(lambda x: ops.sum(u09.clipped_cost(x, old, A, 0.2)))(
        ops.convert_to_tensor(np.log(ratio))
    )
    assert_close(slope, [-1.0, -2.2, 0.0, 0.0, 0.9, 1.5], rtol=1e-4)


def test_normalized_advantages():
    A, valid = np.array([1.0, 3.0, 100.0, 5.0], "float32"), np.array([1, 1, 0, 1], "float32")
    got = ops.convert_to_numpy(u09.normalized(A, valid))
    np.testing.assert_allclose(got[[0, 1, 3]], np.array([-2, 0, 2]) / np.std([1, 3, 5]), rtol=1e-4, atol=1e-5)


KINDS = {"REINFORCE": u09.REINFORCE, "A2C": u09.A2C, "PPO": u09.PPO}


def cost_of(name, model, batch, valid):
    """C = C_π − 0.1 H(π) + 0.5 · mean of (V(s) − target)², in float64 over the valid rows."""

    def output(network):
        w1, b1, w2, b2 = (ops.convert_to_numpy(v).astype("float64") for v in network.variables)
        return np.tanh(batch["observation"][valid] @ w1 + b1) @ w2 + b2

    z, A = output(model.policy), batch["advantage"][valid]
    logarithms = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    chosen = logarithms[np.arange(len(z)), batch["action"][valid]]
    gain = chosen * A
    if name == "PPO":
        A, ratio = (A - A.mean()) / A.std(), np.exp(chosen - batch["log_probability"][valid])
        gain = np.minimum(ratio * A, np.clip(ratio, 0.8, 1.2) * A)
        assert (np.abs(ratio - 1) > 0.2).any()
    entropy = -(np.exp(logarithms) * logarithms).sum(axis=1)
    error = (output(model.critic)[:, 0] - batch["target"][valid]) ** 2
    return -gain.mean() - 0.1 * entropy.mean() + 0.5 * error.mean()


@pytest.mark.parametrize("name", KINDS)
def test_a_step_is_one_on_the_cost_and_does_not_see_what_is_not_valid(name):
    """The cost is that of NumPy; two batches that differ in the rows that are not valid give the same update."""
    weights = []
    for seed in (0, 1):
        keras.utils.set_random_seed(0)
        model = KINDS[name](4, 3, units=(5,), entropy_weight=0.1)
        model.compile(keras.optimizers.SGD(0.1))
        batch = {key: value[:16].copy() for key, value in pieces().items()}
        hidden = batch["valid"] == 0
        assert 0 < hidden.sum() < 16
        batch["advantage"][hidden] += seed
        batch["target"][hidden] += seed
        batch["observation"][hidden] += seed
        expected = cost_of(name, model, batch, ~hidden)
        result = model.train_on_batch(batch, return_dict=True)
        assert_close(result["loss"], expected, rtol=1e-4, atol=1e-5)
        weights.append(model.get_weights())
    for a, b in zip(*weights, strict=True):
        assert_close(a, b)


def test_the_update_of_reinforce_is_the_policy_gradient():
    """One SGD step of a linear policy against the closed form (1/n) ∑ A x (e_a − π)ᵀ."""
    model = u09.REINFORCE(4, 3, units=(), value_weight=0.0)
    model.compile(keras.optimizers.SGD(1.0))
    batch = {key: value[:16] for key, value in pieces().items()}
    W, b = (ops.convert_to_numpy(v) for v in model.policy.trainable_variables)
    z = batch["observation"] @ W + b
    p = np.exp(z) / np.exp(z).sum(1, keepdims=True)
    weight = batch["valid"] * batch["advantage"] / batch["valid"].sum()
    slope = weight[:, None] * (np.eye(3)[batch["action"]] - p)
    model.train_on_batch(batch)
    new_W, new_b = (ops.convert_to_numpy(v) for v in model.policy.trainable_variables)
    assert_close(new_W, W + batch["observation"].T @ slope, rtol=1e-4, atol=1e-5)
    assert_close(new_b, b + slope.sum(0), rtol=1e-4, atol=1e-5)


def test_saving(tmp_path):
    model = u09.PPO(4, 3, units=(5,), clip=0.3, entropy_weight=0.01)
    model.compile(keras.optimizers.Adam(0.01))
    batch = {key: value[:16] for key, value in pieces().items()}
    model.train_on_batch(batch)
    model.save(tmp_path / "ppo.keras")
    again = keras.models.load_model(tmp_path / "ppo.keras")
    assert (again.first_clip, again.entropy_weight) == (0.3, 0.01)
    for one in (model, again):
        one.train_on_batch(batch)
    for a, b in zip(model.get_weights(), again.get_weights(), strict=True):
        assert_close(a, b)


def test_bad_arguments():
    steps, ones = np.zeros((3, 2)), np.ones((4, 2))
    flags, listed = np.zeros((3, 2), bool), trajectories(small_process(), 0, 2)
    for call, words in (
        (lambda: u09.gae(steps, steps, flags, flags, 0.9, 0.9), "value needs one row more"),
        (lambda: u09.gae(steps, ones, flags, flags, 1.5, 0.9), "discount is a number from 0 to 1"),
        (lambda: u09.gae(steps, ones, flags, flags, 0.9, -0.1), "trace is a number from 0 to 1"),
        (lambda: u09.gae(steps, ones, flags[:2], flags, 0.9, 0.9), "have one shape"),
        (lambda: u09.discounted_returns(steps, flags[0], 0.9), "have one shape"),
        (lambda: u09.PPO(4, 2, clip=1.0), "clip lies between 0 and 1"),
        (lambda: u09.A2C(4, 2, entropy_weight=-1.0), "are at least 0"),
        (lambda: u09.A2C(0, 2), "features must be a positive whole number"),
        (lambda: gradient_estimates(np.zeros((3, 2)), None, 0.9, "best"), "estimator is one of"),
        (lambda: trajectories(small_process(), 0, 9), "more than a million"),
        (lambda: trajectories(small_process(), -1, 2), "from 0 to 2, not -1"),
        (lambda: trajectories(small_process(), 0, 0), "steps must be a positive whole number"),
        (lambda: gradient_estimates(np.zeros((3, 1)), listed, 0.9, "whole return"), "at least"),
        (lambda: gradient_estimates(np.zeros((3, 2)), listed, 1.1, "whole return"), "from 0 to 1"),
        (lambda: expected_return(np.zeros((2, 2), "float32"), listed, 0.9), "at least"),
        (lambda: u09.clipped_cost(steps, steps, steps, -0.2), "clip is at least 0"),
    ):
        with pytest.raises(ValueError, match=words):
            call()
    model = u09.A2C(4, 2, units=(3,))
    model.compile(keras.optimizers.SGD(0.1))
    with pytest.raises(ValueError, match="A2C learns from a dictionary with the arrays observation, action"):
        model.train_on_batch({"observation": np.zeros((2, 4), "float32")})
    with pytest.raises(ValueError, match="The model has no optimizer"):
        u09.PolicyGradientAgent(u09.A2C(1, 2, units=(3,)), u09.PROBES["endless"].environment)
