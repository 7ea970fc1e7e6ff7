"""Grid worlds as decision processes: the cliff walk and the frozen lake (§8.4)."""

import numpy as np

from units.u09_reinforcement.mdp import MDP

ACTIONS = ("left", "down", "right", "up")
MOVES = np.array([(0, -1), (1, 0), (0, 1), (-1, 0)])  # rows and columns
CLIFF = ("............", "............", "............", "SCCCCCCCCCCG")
LAKES = {
    4: ("S...", ".H.H", "...H", "H..G"),
    8: ("S.......", "........", "...H....", ".....H..", "...H....", ".HH...H.", ".H..H.H.", "...H...G"),
}


class GridWorld(MDP):
    """A grid of cells; each state is a cell, counted row by row, and the actions are left, down, right, up.

    A move against the border leaves the state as it is. The letter of a cell says what happens to who enters it:

        S start   . free   H hole: the episode ends   G goal: the episode ends   C cliff: back to the start

    Args:
        layout: the rows of the grid, strings of equal length with one S.
        gamma: γ in [0, 1].
        rewards: reward for entering a cell by its letter, such as ``{"G": 1}``; other letters have 0.
        slip: probability of going to each side of the chosen direction, at most ½.

    Raises:
        ValueError: rows of different lengths, unknown letters in the layout or in ``rewards``, not exactly one S, or
            ``slip`` outside [0, ½].
    """

    def __init__(self, layout, gamma, rewards, slip=0.0):
        cells = np.array([list(row) for row in layout]) if len({len(row) for row in layout}) == 1 else None
        if cells is None or not np.isin(cells, list("S.HGC")).all() or (cells == "S").sum() != 1:
            raise ValueError(
                "A layout has rows of equal length with the letters S . H G C, and S exactly once."
            )
        if not set(rewards) <= set("S.HGC"):
            raise ValueError(f"rewards has the letters S . H G C as keys, not {sorted(map(str, rewards))}.")
        if not 0 <= slip <= 0.5:
            raise ValueError(f"slip is the probability of each side and lies in [0, 0.5], not {slip}.")
        self.cells, self.start = cells, int(np.flatnonzero(cells.ravel() == "S")[0])
        states, actions = cells.size, len(MOVES)
        P, R = np.zeros((2, states, actions, states))
        for s in range(states):
            if cells.flat[s] in "HG":
                P[s, :, s] = 1
                continue
            for a in range(actions):
                for direction, p in ((a, 1 - 2 * slip), (a - 1, slip), ((a + 1) % actions, slip)):
                    entered, to = self._entered(s, MOVES[direction])
                    P[s, a, to] += p
                    R[s, a, to] += p * rewards.get(cells.flat[entered], 0)
        # several ways may lead to one state: the reward of the transition is their mean
        super().__init__(P, np.divide(R, P, out=np.zeros_like(R), where=P > 0), gamma)

    def _entered(self, s, move):
        shape = self.cells.shape
        row, column = np.clip(np.array(np.unravel_index(s, shape)) + move, 0, np.array(shape) - 1)
        entered = int(row * shape[1] + column)
        return entered, self.start if self.cells.flat[entered] == "C" else entered

    def path(self, policy, most=100):
        """The states of one episode from the start, when each action does what it is most likely to do."""
        states = [self.start]
        while not self.ends[states[-1]] and len(states) <= most:
            states.append(int(self.P[states[-1], policy[states[-1]]].argmax()))
        return states


def cliff_walk(gamma=1.0):
    """Walk from one end of a cliff to the other: −1 a step, −100 and back to the start for a fall.

    References: Sutton, Barto (2018), example 6.6.
    """
    rewards = {letter: -1 for letter in "S.G"} | {"C": -100}
    return GridWorld(CLIFF, gamma, rewards)


def frozen_lake(size=4, gamma=0.99, slippery=True):
    """Cross a frozen lake with holes: reward 1 at the goal. On slippery ice each side is as likely as the direction.

    Args:
        size: 4 or 8, the maps of Gymnasium's FrozenLake.
        gamma: γ in [0, 1].
        slippery: whether the probability of each side is 1/3, instead of 0.
    """
    if size not in LAKES:
        raise ValueError(f"There are lakes of size 4 and 8, and not of size {size}.")
    return GridWorld(LAKES[size], gamma, {"G": 1}, slip=1 / 3 if slippery else 0.0)
