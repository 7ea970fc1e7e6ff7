"""The leaderboard as a figure: a panel for each group of two rows or more, a point for each row."""

from matplotlib.figure import Figure

from course import figures

BACKENDS = {"jax": "blue", "tensorflow": "orange", "torch": "red"}
PANELS = 2  # side by side


def draw(board):
    """Return the figure, or None if no group has two rows."""
    groups = [group for group in board.groups if len(group.rows) > 1]
    if not groups:
        return None
    pairs = [groups[i : i + PANELS] for i in range(0, len(groups), PANELS)]
    heights = [1.3 + 0.24 * max(len(group.rows) for group in pair) for pair in pairs]
    fig = Figure(figsize=(14, sum(heights) + 0.6))
    axes = fig.subplots(len(pairs), PANELS, squeeze=False, gridspec_kw={"height_ratios": heights})
    shown = {}
    for ax, group in zip(axes.flat, groups, strict=False):
        _panel(ax, group, shown)
    for ax in axes.flat[len(groups) :]:
        ax.set_axis_off()
    fig.legend(shown.values(), shown.keys(), loc="outside upper center", ncols=len(shown))
    return fig


def _panel(ax, group, shown):
    """One group, the best model at the top."""
    places = range(len(group.rows), 0, -1)
    for place, row in zip(places, group.rows, strict=True):
        colour = figures.COLOURS[BACKENDS.get(row.backend, "black")]
        handle = ax.errorbar(
            row.score,
            place,
            xerr=row.half,
            fmt="o",
            capsize=3,
            color=colour,
        )
        shown.setdefault(row.backend, handle)
    ax.set_yticks(list(places), [row.model for row in group.rows])
    ax.set(title=group.title, xlabel=f"{group.score} ({group.better} is better)")
    scores = [row.score for row in group.rows]
    if min(scores) > 0 and max(scores) > 30 * min(scores):
        ax.set_xscale("log")
    ax.set_ylim(0.4, len(group.rows) + 0.6)
