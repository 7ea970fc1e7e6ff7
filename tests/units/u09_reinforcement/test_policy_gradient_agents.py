"""The loops of the policy gradient: probes, recordings with dead steps, and errors in one sentence."""

import keras
import numpy as np
import pytest

from course.errors import CourseError
from units import u09_reinforcement as u09
from units.u09_reinforcement.dqn_on_probe import DISCOUNT

DISCRETE = [name for name, probe in u09.PROBES.items() if not probe.continuous]


@pytest.fixture(scope="module", params=[u09.REINFORCE, u09.A2C, u09.PPO], ids=lambda kind: kind.__name__)
def model(request):
    """One model for all probes of its kind, so that its step is compiled once."""
    return u09.actor_critic_for_probes(request.param)


@pytest.mark.parametrize("name", DISCRETE)
def test_values_and_actions_of_the_probes(model, name):
    (values, actions), probe = u09.actor_critic_on_probe(model, name), u09.PROBES[name]
    np.testing.assert_allclose(values, probe.values(DISCOUNT), atol=0.15)
    if probe.actions is not None:
        np.testing.assert_array_equal(actions, probe.actions)


def test_sac_finds_the_values_and_the_best_actions_of_the_continuous_probe():
    values, actions = u09.sac_on_probe()
    np.testing.assert_allclose(values, 0.0, atol=0.25)
    np.testing.assert_allclose(actions, u09.PROBES["continuous action"].actions, atol=0.3)


def test_each_probe_asks_for_its_kind_of_agent(model):
    with pytest.raises(ValueError, match="has a continuous action: use sac_on_probe"):
        u09.actor_critic_on_probe(model, "continuous action")
    with pytest.raises(ValueError, match="has discrete actions: use actor_critic_on_probe"):
        u09.sac_on_probe("endless")


@pytest.mark.backend_independent
def test_a_rollout_marks_dead_steps_and_its_targets_are_right():
    """On the endless probe with V = 0 every target is the discounted sum to the cut, whose value counts as 0."""
    model = u09.A2C(1, 2, units=(3,))
    model.critic.set_weights([0 * w for w in model.critic.get_weights()])
    interaction = u09.Interaction(u09.make(u09.PROBES["endless"].environment, 2), 0)
    watch = u09.Stopwatch()
    batch = u09.rollout(model, interaction, 14, DISCOUNT, 1.0, np.random.default_rng(0), watch)
    valid, target = (batch[name].reshape(14, 2) for name in ("valid", "target"))
    np.testing.assert_array_equal(valid[:, 0], [1] * 10 + [0] + [1] * 3)
    left = np.array([*range(10, 0, -1), 0, 3, 2, 1])  # steps to the end of the episode, or of the piece
    np.testing.assert_allclose(target[:, 0], (1 - DISCOUNT**left) / (1 - DISCOUNT), rtol=1e-5)
    assert set(watch.seconds) == {"environment", "acting"}


@pytest.mark.backend_independent
def test_whole_episodes_fill_up_with_rows_that_are_not_valid():
    model = u09.REINFORCE(1, 2, units=(3,))
    environments, watch = u09.make(u09.PROBES["delayed reward"].environment, 3), u09.Stopwatch()
    rng = np.random.default_rng(0)
    batch, returns, lengths = u09.whole_episodes(model, environments, 0, DISCOUNT, rng, watch)
    assert (returns, lengths) == ([1.0] * 3, [2] * 3)
    assert batch["valid"].sum() == 6
    assert len(batch["valid"]) == 1024
    np.testing.assert_allclose(batch["target"][:6], [0.5, 0.5, 0.5, 1.0, 1.0, 1.0])


def compiled(kind, **options):
    model = kind(1, 2, units=(3,), **options)
    model.compile(keras.optimizers.SGD(0.1))
    return model


def test_errors_say_what_to_do():
    probe = u09.PROBES["constant reward"].environment
    for call, words in (
        (
            lambda: u09.PolicyGradientAgent(compiled(u09.PPO), "Pendulum-v1"),
            "an agent for continuous actions",
        ),
        (lambda: u09.PolicyGradientAgent(compiled(u09.PPO), "CartPole-v1"), "observations of length 1"),
        (lambda: u09.PolicyGradientAgent(compiled(u09.A2C), probe, epochs=2), "Only PPO"),
        (
            lambda: u09.PolicyGradientAgent(compiled(u09.A2C), probe, trace=1.5),
            "trace is a number from 0 to 1",
        ),
        (
            lambda: u09.PolicyGradientAgent(compiled(u09.PPO), probe, envs=2, piece=4, minibatch=3),
            "minibatch divides",
        ),
        (
            lambda: u09.SACAgent(u09.SAC(4, [-1.0], [1.0], units=(3,)), "CartPole-v1"),
            "an agent for discrete actions",
        ),
        (lambda: u09.SACAgent(u09.SAC(3, [-1.0], [1.0], units=(3,)), "Pendulum-v1"), "actions between"),
    ):
        with pytest.raises(ValueError, match=words):
            call()


def test_a_loss_that_is_not_finite_ends_the_training():
    model = compiled(u09.A2C)
    model.critic.set_weights([np.full_like(w, np.nan) for w in model.critic.get_weights()])
    with pytest.raises(
        CourseError, match=r"The loss of A2C is nan after 8 steps: use a smaller learning rate"
    ):
        u09.PolicyGradientAgent(model, u09.PROBES["endless"].environment, envs=2, piece=4).learn(100)
    model = u09.SAC(1, [-2.0], [2.0], units=(3,))
    for critic in model.critics:
        critic.set_weights([np.full_like(w, np.nan) for w in critic.get_weights()])
    agent = u09.SACAgent(
        model, u09.PROBES["continuous action"].environment, begin=8, every=8, updates=2, batch=4
    )
    with pytest.raises(CourseError, match="The loss of SAC is nan after 8 steps"):
        agent.learn(100)
