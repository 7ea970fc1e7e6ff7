"""Checks for ex03: the reference sorts plain lists."""

import math

import numpy as np

from course.grading import close, equal, part


def rounds(n, eta, first):
    yield n, first
    if n > 1:
        yield from rounds(max(1, n // eta), eta, first * eta)


def best(curves, eta, first):
    alive = list(range(len(curves)))
    plan = list(rounds(len(alive), eta, first))
    for i in range(len(plan) - 1):
        column = min(plan[i][1], len(curves[0])) - 1
        key = {s: (math.isnan(curves[s][column]), curves[s][column], s) for s in alive}
        key = {s: (bad, 0.0 if bad else cost, s) for s, (bad, cost, s) in key.items()}
        alive = sorted(alive, key=key.get)[: plan[i + 1][0]]
    return alive[0]


def table(rng, settings, epochs, digits=2, bad=0.0):
    """Costs with ties that fall from epoch to epoch, and some trainings that diverge."""
    curves = np.round(np.cumsum(rng.uniform(0, 1, size=(settings, epochs)), axis=1)[:, ::-1], digits)
    curves[rng.uniform(size=settings) < bad, 1:] = np.nan
    return curves


def search(rng):
    """n, η and the epochs of the first round: two rounds or more."""
    eta = int(rng.integers(2, 6))
    return int(rng.integers(eta**2, 120)), eta, int(rng.integers(1, 5))


@part("the rounds", points=2, hint="the last round has one setting, whatever η is")
def plan(candidate, rng):
    for n, eta, first in [(5, 3, 1), (1, 4, 5), (10, 20, 1), *(search(rng) for _ in range(5))]:
        got = candidate.plan(n, eta, first)
        equal(
            got, [list(pair) for pair in rounds(n, eta, first)], inputs={"n": n, "eta": eta, "first": first}
        )


@part("the winner", points=2, hint="in every round only the costs after that round's epochs count")
def winner(candidate, rng):
    for settings, epochs, eta, first in [(9, 9, 3, 1), (12, 20, 2, 2), (16, 4, 2, 1), (6, 3, 5, 3)]:
        curves = table(rng, settings, epochs, digits=6)
        inputs = {"curves": curves, "eta": eta, "first": first}
        equal(candidate.winner(curves, eta, first), best(curves.tolist(), eta, first), inputs=inputs)


@part("ties and trainings that diverge", points=1, hint="of equal costs the smaller number; NaN is the worst")
def ties(candidate, rng):
    for _ in range(6):
        curves = np.round(table(rng, 12, 8, digits=6, bad=0.3) / 2)
        inputs = {"curves": curves, "eta": 2, "first": 1}
        equal(candidate.winner(curves, 2, 1), best(curves.tolist(), 2, 1), inputs=inputs)


@part("what it costs", points=2, hint="a setting that goes on trains the difference to the round before")
def spent(candidate, rng):
    searches = [search(rng) for _ in range(6)]
    # longest: in the first half nothing is cut off, in the second half the last rounds are
    limits = [1000] * 3 + [first * eta for _, eta, first in searches[3:]]
    for (n, eta, first), longest in zip(searches, limits, strict=True):
        going_on = again = before = 0
        for m, epochs in rounds(n, eta, first):
            going_on, again = going_on + m * (min(epochs, longest) - before), again + m * min(epochs, longest)
            before = min(epochs, longest)
        inputs = {"n": n, "eta": eta, "first": first, "longest": longest}
        equal(candidate.epochs_spent(n, eta, first, longest), [going_on, again], inputs=inputs)


@part("the regret", points=1, hint="compare the last column of the winner with the lowest number there")
def regret(candidate, rng):
    for _ in range(5):
        curves = rng.uniform(size=(9, 9))  # curves that cross
        curves[rng.uniform(size=9) < 0.3, -1] = np.nan
        cost = curves[best(curves.tolist(), 3, 1), -1]
        expected = math.inf if math.isnan(cost) else cost - np.nanmin(curves[:, -1])
        inputs = {"curves": curves, "eta": 3, "first": 1}
        close(candidate.regret(curves, 3, 1), expected, inputs=inputs, rtol=1e-6, atol=1e-7, finite=False)
