"""Checks for ex01: definitions with loops, and a search over mixtures on a grid."""

import numpy as np

from course.grading import close, equal, part


def saddles(costs):
    found = []
    for i in range(costs.shape[0]):
        for j in range(costs.shape[1]):
            if all(costs[i, j] <= costs[k, j] for k in range(costs.shape[0])) and all(
                costs[i, j] >= costs[i, k] for k in range(costs.shape[1])
            ):
                found.append([i, j])
    return found


def solved(costs):
    """The row player's mixture of two rows: the lowest point of the upper envelope of two lines, and the other way."""

    def lowest(two):
        shares = [0.0, 1.0]
        slope = (two[0, 0] - two[1, 0]) - (two[0, 1] - two[1, 1])
        if slope != 0:
            shares.append((two[1, 1] - two[1, 0]) / slope)
        shares = [s for s in shares if 0 <= s <= 1]
        return min(((s * two[0] + (1 - s) * two[1]).max(), s) for s in shares)

    value, row = lowest(costs)
    _, column = lowest(-costs.T)
    return [value, row, column]


@part(
    "saddle points", points=2, hint="the row player pays: the smallest of the column, the largest of the row"
)
def saddle(candidate, rng):
    for shape in ((1, 1), (3, 2), (4, 4), (2, 5)):
        for _ in range(3):
            costs = rng.integers(0, 3, size=shape).astype("float64")
            equal(candidate.saddle_points(costs), saddles(costs), inputs={"costs": costs})
    for _ in range(3):
        by_row, by_column = rng.permutation(4), rng.permutation(5)
        costs = (by_row[:, None] - by_column[None, :]).astype("float64")  # exactly one
        equal(candidate.saddle_points(costs), saddles(costs), inputs={"costs": costs})


@part(
    "two rows and two columns", points=2, hint="a mixture makes the other player's two choices equally good"
)
def two_by_two(candidate, rng):
    for _ in range(4):
        low, high = rng.uniform(-3, 0, size=2), rng.uniform(1, 4, size=2)
        costs = np.array([[low[0], high[0]], [high[1], low[1]]])[rng.permutation(2)]
        close(candidate.mixture(costs), solved(costs), inputs={"costs": costs}, rtol=1e-6, atol=1e-7)


@part(
    "two rows and two columns with a saddle point",
    points=1,
    hint="the formula of the mixture holds without one",
)
def pure(candidate, rng):
    for i in (0, 1):
        for j in (0, 1):
            costs = np.zeros((2, 2))
            middle = rng.uniform(-1, 1)
            costs[i, j], costs[1 - i, j], costs[i, 1 - j] = middle, middle + rng.uniform(1, 2), middle - 1
            costs[1 - i, 1 - j] = rng.uniform(-4, 4)
            close(
                candidate.mixture(costs),
                [middle, 1 - i, 1 - j],
                inputs={"costs": costs},
                rtol=1e-6,
                atol=1e-7,
            )


@part("best answers", points=1, hint="the best answer to a strategy is one row, or one column")
def best_answers(candidate, rng):
    for rows, columns in ((3, 3), (2, 6), (5, 1)):
        costs = rng.normal(size=(rows, columns))
        r, c = rng.dirichlet(np.ones(rows)), rng.dirichlet(np.ones(columns))
        now = sum(r[i] * costs[i, j] * c[j] for i in range(rows) for j in range(columns))
        row = now - min(sum(costs[i, j] * c[j] for j in range(columns)) for i in range(rows))
        column = max(sum(r[i] * costs[i, j] for i in range(rows)) for j in range(columns)) - now
        inputs = {"costs": costs, "r": r, "c": c}
        close(candidate.gains(costs, r, c), [row, column], inputs=inputs, rtol=1e-6, atol=1e-7)


@part(
    "play by turns",
    points=2,
    hint="the column of a round answers the rows up to this round, its own included",
)
def turns(candidate, rng):
    drawn = [(rng.normal(size=shape), rounds) for shape, rounds in (((3, 3), 12), ((2, 4), 30), ((4, 3), 1))]
    # no two numbers of a player are equal, so that it does not matter whether they are computed by counts or by shares
    without_saddle = np.array([[2.0, -1.0], [-1.0, 1.0]]) + rng.uniform(-0.1, 0.1, size=(2, 2))
    for costs, rounds in [(without_saddle, 12), *drawn]:
        rows, columns = costs.shape
        first = int(rng.integers(rows))
        counts = [0] * rows, [0] * columns
        i = first
        for _ in range(rounds):
            counts[0][i] += 1
            earned = [sum(counts[0][k] * costs[k, j] for k in range(rows)) for j in range(columns)]
            counts[1][earned.index(max(earned))] += 1
            paid = [sum(counts[1][j] * costs[k, j] for j in range(columns)) for k in range(rows)]
            i = paid.index(min(paid))
        got = candidate.play_by_turns(costs, first, rounds)
        inputs = {"costs": costs, "first": first, "rounds": rounds}
        close(got[0], np.array(counts[0]) / rounds, inputs=inputs, rtol=1e-6, atol=1e-7)
        close(got[1], np.array(counts[1]) / rounds, inputs=inputs, rtol=1e-6, atol=1e-7)
    # equally good: columns 1 and 2 against row 0, then rows 1, 2 and 3 against column 1
    costs = np.array([[1, 2, 2], [0, 1, 0], [3, 1, 0], [0, 1, 5]]) + float(rng.integers(-9, 9))
    got = candidate.play_by_turns(costs, 0, 2)
    inputs = {"costs": costs, "first": 0, "rounds": 2}
    close(got[0], [0.5, 0.5, 0, 0], inputs=inputs, atol=1e-7, message="equally good rows")
    close(got[1], [0, 1, 0], inputs=inputs, atol=1e-7, message="equally good columns")
