"""Draw a grid world with the value of each state, and an arrow for each action of a policy."""

import numpy as np
from matplotlib.patches import Rectangle

from course import figures
from units.u09_reinforcement.grid_world import MOVES

NAMES = {"S": "start", "G": "goal", "H": "hole", "C": "cliff"}


def draw_grid(ax, world, V, policy=None, digits=2, low=None, high=None):
    """Draw the cells in the colour of their value, the numbers, and the actions as arrows.

    Args:
        ax: Matplotlib axes.
        world: a ``GridWorld``.
        V: value of each state, shape (states,).
        policy: one action for each state, shape (states,), or probabilities, shape (states, actions), of which every
            likeliest action gets an arrow; None draws no arrow.
        digits: digits after the point.
        low, high: values of the darkest and the lightest colour; the extremes of V if None.

    Raises:
        ValueError: V has another shape.
    """
    V = np.asarray(V, "float64")
    if V.shape != (world.states,):
        raise ValueError(
            f"V needs a value for each of the {world.states} states, and its shape is {V.shape}."
        )
    cells = world.cells
    closed = np.isin(cells, list("HC"))
    shown = np.where(closed | (cells == "G"), np.nan, V.reshape(cells.shape))
    low, high = np.nanmin(shown) if low is None else low, np.nanmax(shown) if high is None else high
    ax.imshow(shown, cmap="viridis", vmin=low, vmax=high)
    pi = None if policy is None else world.probabilities(policy)
    for s in range(world.states):
        row, column = np.unravel_index(s, cells.shape)
        letter = cells[row, column]
        if letter in "HCG":
            colour = figures.COLOURS["green"] if letter == "G" else figures.COLOURS["black"]
            ax.add_patch(
                Rectangle((column - 0.5, row - 0.5), 1, 1, color=figures.pale(colour, 0.3), linewidth=0)
            )
            ax.text(column, row, NAMES[letter], ha="center", va="center", color="white")
            continue
        ink = "white" if (V[s] - low) < 0.6 * (high - low) else "black"
        ax.text(column, row - 0.22, f"{V[s]:.{digits}f}", ha="center", va="center", color=ink)
        if pi is None:
            continue
        for a in np.flatnonzero(pi[s] == pi[s].max()):
            down, right = 0.24 * MOVES[a]
            ax.annotate(
                "",
                (column + right, row + 0.22 + down * 0.75),
                (column - right, row + 0.22 - down * 0.75),
                arrowprops={"arrowstyle": "-|>", "color": ink, "lw": 1.6},
            )
    ax.set(xticks=[], yticks=[])
    ax.grid(visible=False)
