"""The replay buffer against a list of Python, its draws against the uniform distribution."""

import numpy as np
import pytest
from scipy import stats

from course.errors import CourseError
from units.u09_reinforcement import ReplayBuffer, Transitions

pytestmark = pytest.mark.backend_independent


def transitions(first, envs, valid=None):
    """Transition number i has i in all its fields."""
    i = np.arange(first, first + envs)
    column = np.stack([i, -i], axis=1).astype("float32")
    valid = np.ones(envs, bool) if valid is None else np.array(valid)
    return Transitions(column, i, i.astype("float32"), column + 1, i % 2 == 1, i % 3 == 1, valid)


def filled(capacity, pieces, seed=0):
    buffer, kept, number = ReplayBuffer(capacity, (2,), seed=seed), [], 0
    for valid in pieces:
        buffer.add(transitions(number, len(valid), valid))
        kept += [number + i for i, v in enumerate(valid) if v]
        number += len(valid)
    return buffer, kept[-capacity:]


@pytest.mark.parametrize(
    "pieces",
    [
        [[1, 0, 1]],
        [[1, 1, 1], [0, 1, 1], [1, 0, 0]] * 4,
        [[1] * 12],
        [[1, 1], [1] * 9 + [0] * 3],
        [[0, 0]] * 3,
    ],
)
@pytest.mark.parametrize("capacity", [1, 6, 7])
def test_it_holds_the_last_valid_transitions(pieces, capacity):
    buffer, kept = filled(capacity, [np.array(p, bool) for p in pieces])
    assert len(buffer) == len(kept)
    assert sorted(buffer.arrays["action"][: len(buffer)]) == kept
    if kept:
        batch = buffer.sample(500)
        assert set(batch["action"]) == set(kept)
        i = batch["action"].astype("float32")
        np.testing.assert_array_equal(batch["observation"], np.stack([i, -i], 1))
        np.testing.assert_array_equal(batch["next_observation"], np.stack([i, -i], 1) + 1)
        np.testing.assert_array_equal(batch["reward"], i)
        np.testing.assert_array_equal(batch["terminated"], i % 2)  # not those that were only truncated


def test_draws_are_uniform():
    """χ² of 7,000 draws from 7 rows, also where the ring has begun anew."""
    buffer, kept = filled(7, [np.ones(4, bool)] * 5)
    counts = np.bincount(buffer.sample(7000)["action"], minlength=20)[kept]
    assert stats.chisquare(counts).pvalue > 0.01


def test_save_and_load(tmp_path):
    buffer, _ = filled(7, [np.ones(4, bool)] * 2, seed=3)
    buffer.sample(2)
    buffer.save(tmp_path / "memory.npz")
    again = ReplayBuffer.load(tmp_path / "memory.npz")
    for _ in range(2):
        for one, other in zip(buffer.sample(5).values(), again.sample(5).values(), strict=True):
            np.testing.assert_array_equal(one, other)
            assert one.dtype == other.dtype
        buffer.add(transitions(50, 3))
        again.add(transitions(50, 3))
    (tmp_path / "other.npz").write_bytes(b"not a buffer")
    (tmp_path / "empty.npz").write_bytes(b"")
    np.save(tmp_path / "one.npy", np.zeros(3))
    for name in ("other.npz", "missing.npz", "empty.npz", "one.npy"):
        with pytest.raises(CourseError, match="holds no replay buffer"):
            ReplayBuffer.load(tmp_path / name)


def test_bad_arguments():
    with pytest.raises(ValueError, match="capacity must be a positive whole number"):
        ReplayBuffer(0, (2,))
    buffer = ReplayBuffer(5, (3,))
    with pytest.raises(ValueError, match="The buffer is empty"):
        buffer.sample(4)
    with pytest.raises(ValueError, match=r"stores observation of shape \(3,\), not \(2,\)"):
        buffer.add(transitions(0, 2))
    torque = transitions(0, 2)._replace(observation=np.zeros((2, 3)), action=np.array([0.7, 1.2]))
    with pytest.raises(ValueError, match="stores action as whole numbers, not as float64"):
        buffer.add(torque)
    with pytest.raises(ValueError, match=r"valid has 2 entries, so reward needs as many, not \(1,\)"):
        ReplayBuffer(5, (2,)).add(transitions(0, 2)._replace(reward=np.ones(1)))
    assert len(buffer) == 0
