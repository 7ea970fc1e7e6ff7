"""The dueling head, the targets and the step of deep Q-learning against NumPy."""

import keras
import numpy as np
import pytest
from keras import ops

from course.errors import CourseError
from course.testing import assert_close, check_layer
from tests.units.u09_reinforcement.parity_cases import batches
from units import u09_reinforcement as u09

GAMMA = 0.9


def test_layers():
    check_layer(lambda: u09.DuelingHead(3), (4, 5))
    check_layer(lambda: u09.QNetwork(3, (4,)), (4, 5))


def test_the_dueling_head():
    """V is the mean of Q, and Q − V has the differences of the advantages."""
    head = u09.DuelingHead(3)
    head.build((None, 5))
    rng = np.random.default_rng(0)
    w_v, b_v, w_a, b_a = (rng.normal(size=s) for s in ((5, 1), (1,), (5, 3), (3,)))
    head.set_weights([w_v, b_v, w_a, b_a])
    x = rng.normal(size=(6, 5)).astype("float32")
    q, a = ops.convert_to_numpy(head(x)), x @ w_a + b_a
    assert_close(q.mean(1, keepdims=True), x @ w_v + b_v)
    assert_close(q[:, 1:] - q[:, :1], a[:, 1:] - a[:, :1])


def q_numpy(weights, s):
    """Dense, ReLU, dense."""
    w1, b1, w2, b2 = weights
    return np.maximum(s @ w1 + b1, 0) @ w2 + b2


def model(period=1, follow=0.5, **options):
    agent = u09.DQN((3,), 4, hidden=(5,), discount=GAMMA, period=period, follow=follow, **options)
    rng = np.random.default_rng(5)
    for network in (agent.online, agent.target):
        network.set_weights([rng.normal(size=v.shape) for v in network.weights])
    return agent


@pytest.mark.parametrize("double", [False, True])
def test_targets(double):
    agent, d = model(double=double), batches(8, features=3, actions=4)
    future = q_numpy(agent.target.get_weights(), d["next_observation"])
    chooses = q_numpy(agent.online.get_weights(), d["next_observation"]) if double else future
    assert (chooses.argmax(1) != future.argmax(1)).any() == double
    expected = d["reward"] + GAMMA * (1 - d["terminated"]) * future[np.arange(8), chooses.argmax(1)]
    got = agent.targets(d["reward"], d["terminated"], d["next_observation"])
    assert_close(got, expected, rtol=1e-4)


def test_huber():
    error = np.array([-3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 4.0], "float32")
    assert_close(u09.huber(error), [2.5, 0.5, 0.125, 0.0, 0.125, 0.5, 3.5])
    assert_close(u09.huber(error, kappa=3.0), [4.5, 0.5, 0.125, 0.0, 0.125, 0.5, 7.5])


@pytest.fixture(scope="module")
def trained():
    """Six updates of SGD, and what θ⁻ was after each."""
    agent = model(period=3, follow=0.25, double=True)
    agent.compile(keras.optimizers.SGD(0.1))
    d = batches(6 * 8, features=3, actions=4)
    snapshots = [(agent.online.get_weights(), agent.target.get_weights())]
    for i in range(6):
        piece = {name: values[8 * i : 8 * i + 8] for name, values in d.items()}
        result = agent.train_on_batch(piece, return_dict=True)
        snapshots.append((agent.online.get_weights(), agent.target.get_weights()))
    return d, snapshots, result


def test_the_target_network_follows_after_each_period(trained):
    _, snapshots, _ = trained
    for i in range(1, 7):
        online, target, before = snapshots[i][0], snapshots[i][1], snapshots[i - 1][1]
        for new, old, kept in zip(target, before, online, strict=True):
            assert_close(new, 0.75 * old + 0.25 * kept if i % 3 == 0 else old)


def test_the_first_update_is_the_gradient_of_the_huber_loss(trained):
    """Of the last layer, by hand: the target is a constant, and only the chosen action learns."""
    d, snapshots, _ = trained
    d = {name: values[:8] for name, values in d.items()}
    w1, b1, w2, b2 = snapshots[0][0]
    x = np.maximum(d["observation"] @ w1 + b1, 0)
    rows = np.arange(8)
    best = q_numpy(snapshots[0][0], d["next_observation"]).argmax(1)
    future = q_numpy(snapshots[0][1], d["next_observation"])[rows, best]
    y = d["reward"] + GAMMA * (1 - d["terminated"]) * future
    error = (x @ w2 + b2)[rows, d["action"]] - y
    assert np.abs(error).min() < 1 < np.abs(error).max()
    slope = np.zeros((8, 4))
    slope[rows, d["action"]] = np.clip(error, -1, 1) / 8  # h'(x)
    assert_close(snapshots[1][0][2], w2 - 0.1 * x.T @ slope, rtol=1e-4, atol=1e-5)
    assert_close(snapshots[1][0][3], b2 - 0.1 * slope.sum(0), rtol=1e-4, atol=1e-5)


def test_both_networks_begin_equal_and_a_hard_update_copies():
    agent = u09.DQN((3,), 2, hidden=(4,), period=2, follow=1.0)
    agent.compile(keras.optimizers.SGD(0.1))
    same = [
        np.array_equal(*pair)
        for pair in zip(agent.online.get_weights(), agent.target.get_weights(), strict=True)
    ]
    assert all(same)
    agent.fit(batches(16, features=3, actions=2), batch_size=8, shuffle=False, verbose=0)
    for copy, online in zip(agent.target.get_weights(), agent.online.get_weights(), strict=True):
        np.testing.assert_array_equal(copy, online)


def test_saving(tmp_path):
    """The restored agent has both networks, the count of updates and the state of the optimizer: it goes on equally."""
    agent = model(period=3, follow=0.5, dueling=False, double=True)
    agent.compile(keras.optimizers.Adam(0.01))
    d = batches(16, features=3, actions=4)
    agent.fit(d, batch_size=8, shuffle=False, verbose=0)
    agent.save(tmp_path / "agent.keras")
    again = keras.models.load_model(tmp_path / "agent.keras")
    for one in (agent, again):
        one.fit(d, batch_size=8, shuffle=False, verbose=0)
    for a, b in zip(agent.variables, again.variables, strict=True):
        assert_close(a, b, name=a.path)


def test_bad_arguments():
    for options, words in (
        ({"follow": 0.0}, "follow must be a number in"),
        ({"discount": 1.0}, "discount must be a number in"),
        ({"kappa": 0.0}, "kappa must be a number > 0"),
        ({"period": 0}, "period must be a positive whole number"),
        ({"hidden": (4, 0)}, "an entry of hidden must be a positive whole number"),
    ):
        with pytest.raises(ValueError, match=words):
            u09.DQN((3,), 2, **options)
    for shape in (3, (), (84, 84, 3)):
        with pytest.raises(ValueError, match="observation_shape must be a tuple with one entry"):
            u09.DQN(shape, 2)
    with pytest.raises(ValueError, match="kappa must be a number > 0"):
        u09.huber(np.zeros(2, "float32"), kappa=-1.0)
    with pytest.raises(ValueError, match="The model is not compiled: give the agent an optimizer"):
        u09.DQNAgent(u09.DQN((1,), 2, hidden=()), u09.PROBES["endless"].environment)
    agent = u09.DQN((3,), 2, hidden=(4,))
    agent.compile(keras.optimizers.SGD(0.1))
    with pytest.raises(ValueError, match="DQN learns from a dictionary with the arrays observation, action"):
        agent.train_on_batch(np.zeros((4, 3), "float32"))
    sgd = keras.optimizers.SGD(0.1)
    with pytest.raises(ValueError, match=r"made for observations of shape \(3,\) and 2 actions"):
        u09.DQNAgent(agent, "CartPole-v1", sgd)
    with pytest.raises(ValueError, match="needs actions 0, 1, …"):
        u09.DQNAgent(agent, "Pendulum-v1", sgd)
    with pytest.raises(ValueError, match="epsilon must be two probabilities"):
        u09.DQNAgent(agent, "CartPole-v1", sgd, epsilon=(1.0, 2.0))


def test_a_loss_that_is_not_finite_ends_training():
    agent = u09.DQN((1,), 2, hidden=(), follow=1.0)
    loop = u09.DQNAgent(
        agent, u09.PROBES["observed reward"].environment, keras.optimizers.SGD(1e38),
        envs=2, batch=4, begin=4, every=4, updates=4,
    )  # fmt: skip
    with pytest.raises(CourseError, match=r"The loss of deep Q-learning is .* use a smaller learning rate"):
        loop.learn(100)


def test_a_block_is_due_after_as_many_steps_in_several_calls():
    """Calls that are shorter than ``every`` count together: steps 8 and 12 have a block, in one call or in twelve."""
    ends = []
    for pieces in ([12], range(1, 13)):
        agent = u09.DQN((1,), 2, hidden=())
        loop = u09.DQNAgent(
            agent, u09.PROBES["endless"].environment, keras.optimizers.SGD(0.1),
            envs=1, batch=2, begin=8, every=4, updates=1,
        )  # fmt: skip
        for steps in pieces:
            loop.learn(steps)
        loop.close()
        ends.append([block["steps"] for block in loop.history])
    assert ends == [[8, 12], [8, 12]]
