"""Checks for ex09: loops, differences in float64, and a list of Python for the ring."""

import numpy as np

from course.grading import close, equal, part


def q(value, advantage):
    return np.array(
        [[v + a - max(row) for a in row] for (v,), row in zip(value, advantage, strict=True)], float
    )


def arrays(rng, batch, actions):
    advantage = np.stack([rng.permutation(actions) for _ in range(batch)]) + rng.uniform(
        -0.3, 0.3, (batch, actions)
    )
    return rng.normal(size=(batch, 1)) + 2, advantage - 1.5


@part("the dueling head", points=1, hint="the action with the largest advantage has Q = V")
def head(candidate, rng):
    for batch, actions in ((1, 2), (4, 3)):
        value, advantage = arrays(rng, batch, actions)
        inputs = {"value": value, "advantage": advantage}
        close(candidate.dueling(**inputs), q(value, advantage), inputs=inputs, rtol=1e-6)


@part("its gradients", points=3, hint="V and the largest advantage are in all entries of Q")
def gradients(candidate, rng):
    for batch, actions in ((1, 3), (4, 3), (3, 5)):
        value, advantage = arrays(rng, batch, actions)
        D, h = rng.normal(size=(batch, actions)) + 1, 1e-5
        by_value, by_advantage = np.zeros(value.shape), np.zeros(advantage.shape)
        for found, moved in ((by_value, value), (by_advantage, advantage)):
            for index in np.ndindex(*moved.shape):
                kept = moved[index]
                moved[index] = kept + h
                up = np.sum(D * q(value, advantage))
                moved[index] = kept - h
                found[index] = (up - np.sum(D * q(value, advantage))) / (2 * h)
                moved[index] = kept
        inputs = {"advantage": advantage, "D": D}
        got_value, got_advantage = candidate.dueling_gradients(**inputs)
        close(got_value, by_value, inputs=inputs, rtol=1e-4, atol=1e-6, message="the derivative by V")
        close(got_advantage, by_advantage, inputs=inputs, rtol=1e-4, atol=1e-6, message="the derivative by A")


@part("the order of the ring", points=2, hint="which number has the oldest transition that is still there?")
def ring(candidate, rng):
    for stored, capacity in ((0, 3), (2, 5), (5, 5), (6, 5), (13, 5), (int(rng.integers(8, 30)), 7)):
        rows = [None] * capacity
        for i in range(stored):
            rows[i % capacity] = i
        expected = sorted((k for k in range(capacity) if rows[k] is not None), key=lambda k: rows[k])
        inputs = {"stored": stored, "capacity": capacity}
        equal(candidate.oldest_first(**inputs), np.array(expected, int), inputs=inputs)


@part("priorities", points=4, hint="only the rows in use can be drawn, and n is their number")
def priorities(candidate, rng):
    for stored, capacity, power, correction in (
        (4, 6, 1.0, 1.0),
        (9, 6, 0.5, 0.5),
        (5, 5, 2.0, 0.4),
        (3, 8, 0.0, 1.0),
    ):
        p = rng.uniform(0.5, 4, size=capacity).round(2)
        n = min(stored, capacity)
        powers = [float(p[i]) ** power for i in range(n)]
        chances = [power / sum(powers) for power in powers]
        until = np.cumsum(chances)
        u = np.append((until + np.append(0.0, until[:-1])) / 2, [0.001, 0.999])
        rows = np.array([next(i for i in range(n) if until[i] > x) for x in u])
        weights = np.array([(n * chance) ** -correction for chance in chances])
        inputs = {"priorities": p, "stored": stored, "u": u, "power": power, "correction": correction}
        got_rows, got_weights = candidate.prioritized(**inputs)
        equal(got_rows, rows, inputs=inputs, message="the rows")
        close(got_weights, weights[rows] / weights.max(), inputs=inputs, rtol=1e-6, message="the weights")
    # P = (0.25, 0.75) without rounding; the row with the largest weight is not drawn
    inputs = {"priorities": np.array([1.0, 3.0]), "stored": 2, "u": np.array([0.25, 0.5])}
    inputs |= {"power": 1.0, "correction": 1.0}
    got_rows, got_weights = candidate.prioritized(**inputs)
    equal(got_rows, np.array([1, 1]), inputs=inputs, message="the rows")
    close(got_weights, [1 / 3, 1 / 3], inputs=inputs, rtol=1e-6, message="the weights")
