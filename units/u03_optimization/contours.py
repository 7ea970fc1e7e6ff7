"""Contour lines of a function of two variables, and the path of a descent (§4.1)."""

import numpy as np
from keras import ops
from matplotlib.colors import BoundaryNorm, LinearSegmentedColormap

from course.figures import COLOURS

# From grey for low values to nearly white: every colour of a path is visible on it.
GREYS = LinearSegmentedColormap.from_list("depth", ["#5f6b76", "#cfd6dc"])


def draw_contours(ax, f, levels=24, resolution=241, minima=True):
    """Draw the contour lines of a test function over its domain, and its minima as crosses.

    The values of the lines are spaced evenly, or with ``f.levels == "log"`` by equal factors above the lowest
    minimum: then a narrow valley has lines as well.

    Args:
        ax: Matplotlib axes; their limits are set to the domain and stay there.
        f: a ``TestFunction``.
        levels: the number of lines, or their values in ascending order.
        resolution: points of the grid along each axis.
        minima: whether to mark the minima.

    Returns:
        The values of the lines, an array.
    """
    (left, right), (bottom, top) = f.domain
    first, second = np.meshgrid(np.linspace(left, right, resolution), np.linspace(bottom, top, resolution))
    points = np.stack([first, second], axis=-1).astype("float32")
    values = ops.convert_to_numpy(f(points)).astype("float64")
    if np.ndim(levels) == 0:
        levels = _levels(values, f, int(levels))
    ax.contour(first, second, values, levels=levels, cmap=GREYS, norm=_rank(levels), linewidths=0.8)
    ax.set(xlim=(left, right), ylim=(bottom, top), xlabel="$θ_1$", ylabel="$θ_2$")
    ax.grid(False)
    ax.autoscale(False)
    if minima:
        ax.plot(*f.minima.T, "x", color=COLOURS["black"], markersize=7, markeredgewidth=1.8, zorder=5)
    return np.asarray(levels)


def draw_path(ax, path, colour, label=None, marker=".", zorder=4):
    """Draw the iterates of a descent: a line, a ring where it starts, a disc where it ends.

    Args:
        ax: Matplotlib axes, with ``draw_contours`` already on them.
        path: θ^(0), θ^(1), … as an array of shape (steps + 1, 2). It is drawn until it stops being finite.
        colour: a colour of Matplotlib.
        label: its name in the legend, or None.
        marker: the marker of the points in between; "" for none.
        zorder: what is drawn over what.

    Raises:
        ValueError: ``path`` has not the shape (steps + 1, 2).
    """
    path = np.asarray(path, "float64")
    if path.ndim != 2 or path.shape[1] != 2 or len(path) == 0:
        raise ValueError(f"a path has shape (steps + 1, 2), not {path.shape}.")
    finite = np.isfinite(path).all(axis=1)
    if not finite.all():
        path = path[: finite.argmin()]
    path = np.clip(
        path, -1e4, 1e4
    )  # a diverging path leaves the picture; Matplotlib cannot draw huge numbers
    ax.plot(*path.T, color=colour, label=label, marker=marker, markersize=4, linewidth=1.4, zorder=zorder)
    if len(path):
        ring = {"color": colour, "markersize": 7, "markeredgewidth": 1.5, "zorder": zorder}
        ax.plot(*path[0], "o", markerfacecolor="white", **ring)
        ax.plot(*path[-1], "o", **ring)


def _levels(values, f, count):
    if f.levels == "linear":
        return np.linspace(values.min(), values.max(), count + 2)[1:-1]
    lowest = float(ops.convert_to_numpy(f(f.minima.astype("float32"))).min())
    above = values - lowest
    return lowest + np.geomspace(max(np.quantile(above, 0.002), 1e-3 * np.median(above)), above.max(), count)


def _rank(levels):
    """Colours by the rank of a line, not by its value: otherwise all low lines look alike."""
    return BoundaryNorm(levels, GREYS.N, extend="max") if len(levels) > 1 else None
