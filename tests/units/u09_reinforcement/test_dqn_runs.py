"""A short run with its evaluations, and an episode as pictures."""

import numpy as np
import pytest

from units import u09_reinforcement as u09

SIZES = {
    "envs": 4, "batch": 8, "begin": 32, "every": 32, "updates": 8, "exploration": 64,
    "evaluations": 2, "episodes": 3, "last": 4,
}  # fmt: skip


def test_a_run_leaves_evaluations_and_the_shares_of_its_time():
    run = u09.dqn_run("CartPole-v1", 160, model={"hidden": (8,)}, learning_rate=1e-2, **SIZES)
    assert run.returns.shape == (2, 3)
    assert run.final.shape == (4,)
    assert (run.final >= 8).all()
    assert 160 <= run.agent.interaction.steps < 164
    assert [entry["updates"] for entry in run.agent.history] == [8, 16, 24, 32, 40][: len(run.agent.history)]
    assert run.agent.history[-1]["epsilon"] == pytest.approx(0.04)
    ends, interaction = np.array(run.agent.interaction.ends), run.agent.interaction
    assert (np.diff(ends) >= 0).all()
    assert len(ends) == len(interaction.returns) == len(interaction.lengths)
    assert interaction.returns == interaction.lengths  # CartPole: the reward of each step is 1
    words = u09.where_the_time_goes(run.agent)
    assert all(part in words for part in ("environment steps a second", "acting", "environment", "learning"))


@pytest.mark.backend_independent
@pytest.mark.filterwarnings("ignore:pkg_resources is deprecated")
def test_an_episode_as_pictures():
    frames, total = u09.episode_frames(lambda o: np.zeros(len(o), int), "CartPole-v1", seed=1, every=4)
    assert 8 <= total <= 11  # always to the left
    assert len(frames) == 1 + -(-int(total) // 4)
    assert frames[0].dtype == np.uint8
    assert frames[0].ndim == 3
    assert (frames[0] != frames[-1]).any()
    cut, part = u09.episode_frames(lambda o: np.zeros(len(o), int), "CartPole-v1", seed=1, longest=2)
    assert len(cut) == 3
    assert part == 2.0
