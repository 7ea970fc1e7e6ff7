"""A Markov decision process with finitely many states and actions, as arrays (§8.4)."""

import numpy as np


class MDP:
    """States, actions, transition probabilities P, rewards R and a discount factor γ.

        P[s, a, s'] = P(s' | s, a),   R(s, a) = ∑_{s'} P(s' | s, a) R[s, a, s']

    The state comes first, so that ``P[s, a]`` is the distribution of the next state, and ``P @ V`` holds the expected
    value of the next state for each state and action. An episode ends in a state that is never left and pays nothing:
    such states are found, and ``mdp.ends`` marks them. All numbers are float64 NumPy arrays: planning has no parameters
    to train, and in float32 its methods could agree to 1e-6 only, not to 1e-8.

    Args:
        P: probabilities, shape (states, actions, states).
        R: expected rewards, shape (states, actions), or the reward of each transition, shape (states, actions, states).
        gamma: γ in [0, 1]. With γ = 1 a value is finite only where every episode ends.

    Raises:
        ValueError: shapes that do not fit, a row of P that is no distribution, a reward that is not finite, or γ
            outside [0, 1].
    """

    def __init__(self, P, R, gamma):
        self.P, R = np.array(P, "float64"), np.array(R, "float64")
        if self.P.ndim != 3 or self.P.shape[0] != self.P.shape[2] or 0 in self.P.shape:
            raise ValueError(f"P must have the shape (states, actions, states), not {self.P.shape}.")
        self.states, self.actions = self.P.shape[:2]
        if R.shape == (self.states, self.actions):
            R = np.broadcast_to(R[:, :, None], self.P.shape)
        if R.shape != self.P.shape:
            raise ValueError(
                f"R must have the shape {self.P.shape[:2]} or {self.P.shape} to fit P, not {R.shape}."
            )
        wrong = (self.P < 0).any(axis=-1) | ~(np.abs(self.P.sum(axis=-1) - 1) < 1e-9)
        if wrong.any():
            s, a = np.argwhere(wrong)[0]
            raise ValueError(
                f"P[{s}, {a}] is no distribution: its entries must not be negative and must sum to 1, "
                f"and they sum to {self.P[s, a].sum():g}."
            )
        if not np.isfinite(R).all():
            raise ValueError("The rewards R must be finite numbers.")
        if not 0 <= gamma <= 1:
            raise ValueError(f"gamma must lie in [0, 1], not {gamma}.")
        self.rewards, self.gamma = R, float(gamma)
        # R(s, a) = ∑_{s'} P(s' | s, a) R[s, a, s']
        self.R = np.sum(self.P * R, axis=-1)
        stays = np.diagonal(self.P, axis1=0, axis2=2).T == 1
        self.ends = (stays & (self.R == 0)).all(axis=-1)
        self._until = np.cumsum(self.P, axis=-1)
        self._until[..., -1] = 1

    def step(self, s, a, rng):
        """Draw the next state; return it with the reward of the transition."""
        following = int(self._until[s, a].searchsorted(rng.random(), side="right"))
        return following, float(self.rewards[s, a, following])

    def require_state(self, s):
        """Raise ValueError unless ``s`` is the number of a state: NumPy would count a negative one from the end."""
        if not 0 <= s < self.states:
            raise ValueError(f"A state is a whole number from 0 to {self.states - 1}, not {s}.")

    def action_values(self, V):
        """Q(s, a) = R(s, a) + γ ∑_{s'} P(s' | s, a) V(s'), shape (states, actions)."""
        return self.R + self.gamma * (self.P @ V)

    def probabilities(self, policy):
        """π(a | s), shape (states, actions), of a policy that may also be given by one action for each state.

        Raises:
            ValueError: another shape, a number that is no action, or a row that is no distribution.
        """
        policy = np.asarray(policy)
        if policy.shape == (self.states,) and np.isin(policy, np.arange(self.actions)).all():
            return np.eye(self.actions)[policy.astype(int)]
        fits = policy.shape == (self.states, self.actions)
        if not fits or (policy < 0).any() or not (np.abs(policy.sum(axis=-1) - 1) < 1e-9).all():
            raise ValueError(
                f"A policy is one of {self.actions} actions for each of {self.states} states, or a distribution over "
                "the actions for each state."
            )
        return policy.astype("float64")

    @classmethod
    def from_table(cls, table, gamma):
        """Read the table of a Gymnasium environment, such as ``gymnasium.make("FrozenLake-v1").unwrapped.P``.

        ``table[s][a]`` is a list of (probability, next state, reward, whether the episode ends). A state in which the
        episode ends is never left and pays nothing; if a state is also reached without an end, one more state stands
        for the end.
        """
        entries = [
            (s, a, p, s_, r, end) for s in table for a in table[s] for p, s_, r, end in table[s][a] if p > 0
        ]
        last = {s_ for _, _, _, s_, _, end in entries if end}
        mixed = any(s not in last and s_ in last for s, _, _, s_, _, end in entries if not end)
        states, actions = len(table) + mixed, len(table[0])
        P, R = np.zeros((2, states, actions, states))
        for s, a, p, s_, r, end in entries:
            if mixed or s not in last:
                to = states - 1 if mixed and end else s_
                P[s, a, to] += p
                R[s, a, to] += p * r
        for s in [states - 1] if mixed else last:
            P[s, :, s], R[s] = 1, 0
        return cls(P, np.divide(R, P, out=np.zeros_like(R), where=P > 0), gamma)
