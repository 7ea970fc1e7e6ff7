"""What is known about the probes agrees with playing them; Gymnasium's own checker accepts them."""

import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from units.u09_reinforcement import PROBES, Interaction, make

pytestmark = pytest.mark.backend_independent
GAMMA = 0.9


def played(probe, policy, steps=60, **options):
    """Transitions of 8 copies under a policy ``(observation, rng) → action``, the valid ones."""
    interaction = Interaction(make(probe.environment, 8, **options), seed=3)
    rng, rows = np.random.default_rng(0), []
    for _ in range(steps):
        done = interaction.step(policy(interaction.observation, rng))
        rows += [tuple(field[i] for field in done) for i in np.flatnonzero(done.valid)]
    return rows


def index(probe, observation):
    found = np.flatnonzero((probe.observations == observation).all(axis=1))
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize("name", PROBES)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_gymnasium_accepts_it(name):
    check_env(PROBES[name].environment(), skip_render_check=True)


@pytest.mark.parametrize("name", [n for n, p in PROBES.items() if not p.continuous])
def test_action_values_satisfy_the_optimality_equation(name):
    """Q*(s, a) = E[r + γ (1 − terminated) V*(s')], estimated from random play of deterministic probes: exactly."""
    probe = PROBES[name]
    q, v = probe.action_values(GAMMA), probe.values(GAMMA)
    np.testing.assert_allclose(v, q.max(axis=1))
    seen = set()
    for s, a, r, following, terminated, *_ in played(probe, lambda o, rng: rng.integers(2, size=8)):
        future = 0.0 if terminated else v[index(probe, following)]
        np.testing.assert_allclose(q[index(probe, s), a], r + GAMMA * future, rtol=1e-6)
        seen.add((index(probe, s), int(a)))
    assert len(seen) == q.size
    if probe.actions is None:
        assert (q == q[:, :1]).all()
    else:
        np.testing.assert_array_equal(q.argmax(axis=1), probe.actions)


def test_the_continuous_probe():
    probe = PROBES["continuous action"]
    best = probe.actions[:, None].astype("float32")

    def act(o, rng):
        return np.where(o < 0, best[0], best[1])

    assert all(r == 0 and terminated for _, _, r, _, terminated, *_ in played(probe, act))
    rows = played(probe, lambda o, rng: act(o, rng) + 0.25)
    np.testing.assert_allclose([row[2] for row in rows], -0.0625)


@pytest.mark.parametrize("name", ["constant reward", "observed reward", "delayed reward", "endless"])
def test_the_variant_with_a_continuous_action(name):
    probe = PROBES[name]
    rows = played(
        probe, lambda o, rng: rng.uniform(-2, 2, (8, 1)).astype("float32"), steps=25, continuous=True
    )
    v = probe.values(GAMMA)
    for s, _, r, following, terminated, *_ in rows:
        future = 0.0 if terminated else v[index(probe, following)]
        np.testing.assert_allclose(v[index(probe, s)], r + GAMMA * future, rtol=1e-6)


def test_endless_is_truncated_and_never_terminated():
    rows = played(PROBES["endless"], lambda o, rng: np.zeros(8, int))
    assert not any(row[4] for row in rows)
    assert sum(row[5] for row in rows) == 8 * (60 // 11)
