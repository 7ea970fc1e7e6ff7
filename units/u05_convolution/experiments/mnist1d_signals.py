"""The signals of MNIST-1D: ten shapes, hidden in smooth noise, then with their positions shuffled (§6.2)."""

import numpy as np

from course import figures
from course.data.generated.mnist1d import shapes


def neighbours(x):
    """The correlation of x[i] and x[i + 1], over all signals and positions."""
    return np.corrcoef(x[:, :-1].ravel(), x[:, 1:].ravel())[0, 1]


def run(r):
    d, shuffled = (r.data("mnist1d", shuffled=each) for each in (False, True))
    for name, data in (("in_order", d), ("shuffled", shuffled)):
        r.metric(f"correlation_of_neighbours_{name}", neighbours(data.x))
    # sums over positions do not depend on their order: a fully connected layer can undo the shuffling
    r.metric("gap_of_norms", np.abs(np.linalg.norm(d.x, axis=1) - np.linalg.norm(shuffled.x, axis=1)).max())
    fig, axes = r.figure("signals", 4, 10, size=(11, 4.5), sharex="row", sharey="row")
    for digit in range(10):
        first, second = np.flatnonzero(d.y == digit)[:2]
        rows = (shapes()[digit], d.x[first], d.x[second], shuffled.x[second])
        for ax, values, colour in zip(axes[:, digit], rows, [0, 1, 1, 2], strict=True):
            ax.plot(values, color=figures.CYCLE[colour])
            ax.set(xticks=[], yticks=[])
        axes[0, digit].set_title(str(digit))
    for ax, label in zip(axes[:, 0], ("shape", "a signal", "another", "shuffled"), strict=True):
        ax.set_ylabel(label)
    fig.supxlabel("position: 12 numbers of a shape, 40 of a signal")
