"""The leaderboard as a figure: a panel for each group of two rows or more, a point for each row."""

from matplotlib.figure import Figure

from course import figures

BACKENDS = {"jax": "blue", "tensorflow": "orange", "torch": "red"}
COLUMNS = 2
HEAD, LINE = 1.5, 0.26  # inches of a panel without its rows, and of a row


def draw(board):
    """Return the figure, or None if no group has two rows."""
    columns = [[] for _ in range(COLUMNS)]
    for group in board.groups:
        if len(group.rows) > 1:
            min(columns, key=_height).append(group)  # the column that is shortest so far
    if not columns[0]:
        return None
    fig = Figure(figsize=(14, max(map(_height, columns)) + 0.5))
    shown = {}
    for part, groups in zip(fig.subfigures(1, COLUMNS), columns, strict=True):
        if groups:
            heights = [_height([group]) for group in groups]
            axes = part.subplots(len(groups), 1, squeeze=False, gridspec_kw={"height_ratios": heights})
            for ax, group in zip(axes.flat, groups, strict=True):
                _panel(ax, group, shown)
    fig.suptitle("Every model of the course, by task")
    fig.legend(shown.values(), shown.keys(), loc="upper right", ncols=len(shown))
    return fig


def _height(groups):
    return sum(HEAD + LINE * len(group.rows) for group in groups)


def _panel(ax, group, shown):
    """One group, the best model at the top."""
    places = range(len(group.rows), 0, -1)
    for place, row in zip(places, group.rows, strict=True):
        colour = figures.COLOURS[BACKENDS.get(row.backend, "black")]
        point = ax.errorbar(row.score, place, xerr=row.half, fmt="o", capsize=3, color=colour)
        shown.setdefault(row.backend, point)
    ax.set_yticks(list(places), [row.model for row in group.rows])
    of_data = f"{group.data}, " if group.data else ""
    ax.set_title(f"{group.task}\n{of_data}{group.mode} runs; {group.better} is better", loc="left")
    ax.set_xlabel(group.score)
    scores = [row.score for row in group.rows]
    if min(scores) > 0 and max(scores) > 30 * min(scores):
        ax.set_xscale("log")
    ax.set_ylim(0.4, len(group.rows) + 0.6)
