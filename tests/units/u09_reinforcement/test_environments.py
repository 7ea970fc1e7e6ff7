"""Environments, the interaction with them, and evaluation: pure NumPy and Gymnasium."""

import builtins
import re
import sys

import numpy as np
import pytest

from course.errors import CourseError
from units.u09_reinforcement import environments, evaluate, make, probe_environments
from units.u09_reinforcement.interaction import Interaction

pytestmark = pytest.mark.backend_independent


class Countdown(probe_environments.ProbeEnvironment):
    """Copy i counts from its own start to 3: the reward is the count; ``stop`` says whether the end is a truncation."""

    def __init__(self, truncated=False):
        super().__init__()
        self.truncated = truncated

    def first(self):
        return float(self.np_random.integers(3))

    def reward(self, action):
        return self.o

    def following(self):
        over = self.o + 1 == 3
        return self.o + 1, over and not self.truncated, over and self.truncated


@pytest.mark.parametrize("truncated", [False, True])
def test_the_dead_transition_after_an_episode_is_not_valid(truncated):
    interaction = Interaction(make(Countdown, 5, truncated=truncated), seed=0)
    expected, over = interaction.observation.copy(), np.zeros(5, bool)
    starts = expected[:, 0].copy()
    returns = []
    for _ in range(12):
        done = interaction.step(np.zeros(5, int))
        np.testing.assert_array_equal(done.observation, expected)
        np.testing.assert_array_equal(done.valid, ~over)
        np.testing.assert_array_equal(done.reward, np.where(over, 0, expected[:, 0]))
        np.testing.assert_array_equal(done.next_observation[~over], expected[~over] + 1)
        over = done.valid & (done.next_observation[:, 0] == 3)
        np.testing.assert_array_equal(done.terminated, over & (not truncated))
        np.testing.assert_array_equal(done.truncated, over & truncated)
        returns += [sum(range(int(s), 3)) for s in starts[over]]
        starts = np.where(~done.valid, done.next_observation[:, 0], starts)
        expected = done.next_observation
    assert interaction.returns == returns
    assert interaction.steps == sum(interaction.lengths) + interaction._length.sum() < 60


def test_copies_and_seeds_begin_differently_and_the_same_seed_begins_the_same():
    first, again, other = (Interaction(make("CartPole-v1", 4), seed=s).observation for s in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert first.dtype == np.float32
    assert len(np.unique(np.concatenate([first, other]), axis=0)) == 8


def test_evaluate_counts_the_episodes_that_were_started_first():
    """The first 50 are those that the 50 copies begin with, whichever of them end first."""
    returns = evaluate(lambda o: np.zeros(len(o), int), Countdown, episodes=200, envs=50)
    alone = evaluate(lambda o: np.zeros(len(o), int), Countdown, episodes=50, envs=50)
    assert returns.shape == (200,)
    assert set(returns) == {2.0, 3.0}
    np.testing.assert_array_equal(returns[:50], alone)
    starts = Interaction(make(Countdown, 50), 0).observation[:, 0]
    np.testing.assert_array_equal(returns[:50], np.where(starts == 2, 2, 3))  # 0 + 1 + 2, 1 + 2, 2


def test_evaluate_is_not_biased_to_short_episodes():
    """Episodes of length 1 or 100 with probability 1/2: with the first to end, nearly all would be short."""

    class Short(probe_environments.ProbeEnvironment):
        def first(self):
            return self._sign()

        def following(self):
            return self.o, self.o > 0 or self.t == 100, False

    returns = evaluate(lambda o: np.zeros(len(o), int), Short, episodes=100, envs=10)
    assert set(returns) == {1.0, 100.0}
    assert 30 <= (returns == 100).sum() <= 70


def test_evaluate_ends_where_a_reward_is_no_number():
    class Nothing(probe_environments.ProbeEnvironment):
        def reward(self, action):
            return np.nan

    returns = evaluate(lambda o: np.zeros(len(o), int), Nothing, episodes=3, envs=2)
    assert returns.shape == (3,)
    assert np.isnan(returns).all()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: make("CartPol-v1"), "CartPole-v1"),
        (lambda: make("xyz"), "There is no environment 'xyz'"),
        (lambda: make("CartPole-v1", envs=0), "envs must be a positive whole number"),
        (lambda: environments.discrete_actions(make("Pendulum-v1")), "needs actions 0, 1, …, n − 1"),
        (lambda: environments.continuous_actions(make("CartPole-v1")), "vector of numbers between finite bounds"),
        (lambda: environments.observation_shape(make("FrozenLake-v1")), "read arrays of numbers"),
        (lambda: Interaction(make("CartPole-v1", 2)).step(np.zeros(3, int)), "have the shape (2,), not (3,)"),
        (lambda: Interaction(make("CartPole-v1", 2)).step(np.zeros(2)), "are whole numbers"),
        (lambda: Interaction(make("CartPole-v1", 2)).step(np.array([0, 2])), "are not all in the action space"),
        (lambda: Interaction(make("Pendulum-v1", 1)).step(np.full((1, 1), np.nan)), "are not all in the action"),
        (lambda: make(probe_environments.ContinuousAction, continuous=False), "leave out continuous=False"),
    ],
)  # fmt: skip
def test_a_bad_argument_is_one_sentence(call, words):
    with pytest.raises(ValueError, match=re.escape(words)) as error:
        call()
    assert "\n" not in str(error.value)


def test_sizes_of_spaces():
    assert environments.observation_shape(make("CartPole-v1")) == (4,)
    assert environments.discrete_actions(make("CartPole-v1")) == 2
    size, low, high = environments.continuous_actions(make("Pendulum-v1"))
    assert (size, low.tolist(), high.tolist()) == (1, [-2.0], [2.0])


def test_without_gymnasium_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "gymnasium", None)
    with pytest.raises(CourseError, match=r"Gymnasium, which is not installed: pip install .*\[rl\]"):
        make("CartPole-v1")


def test_the_probes_can_be_imported_without_gymnasium(monkeypatch):
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name.split(".")[0] == "gymnasium":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    monkeypatch.setitem(sys.modules, "gymnasium", None)
    monkeypatch.delitem(sys.modules, "units.u09_reinforcement.probe_environments")
    from importlib import import_module

    fresh = import_module("units.u09_reinforcement.probe_environments")
    with pytest.raises(CourseError, match="not installed"):
        fresh.ConstantReward()


def test_a_library_that_an_environment_needs_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "Box2D", None)
    with pytest.raises(CourseError, match="LunarLander-v3 needs a library that is not installed"):
        make("LunarLander-v3")
