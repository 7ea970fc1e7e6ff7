"""Q-learning: learn the values of the best policy, whichever policy acts (§8.4)."""

from units.u09_reinforcement.control import td_control


def q_learning(mdp, start, episodes, alpha, epsilon, rng, most=10_000):
    """Learn from s, a, r, s': the next action is thought to be the best one, whether it will be taken or not.

        Q(s, a) ← Q(s, a) + α (r + γ max_{a'} Q(s', a') − Q(s, a))

    The values converge to Q* if every pair is visited again and again and α decays as in ``step_sizes``.

    Args:
        mdp, start, episodes, alpha, epsilon, rng, most: as in ``td_control``. The next action is drawn before the
            update, with the same values in SARSA and in Q-learning, so that the two differ in the target alone.

    Returns:
        ``Learned``.

    References: Watkins, Dayan, "Q-learning" (1992); Sutton, Barto (2018), §6.5.
    """
    return td_control(mdp, start, episodes, lambda values, _: values.max(), alpha, epsilon, rng, most)
