"""Checks for ex01: one sample and one step at a time in NumPy."""

import numpy as np

from course.grading import close, part


def weights(rng, features, units):
    shapes = (features, units), (units, units), (units,)
    return [rng.normal(size=shape).astype("float32") for shape in shapes]


def recurrence(x, mask, W, U, b):
    result = np.zeros((*x.shape[:2], len(b)))
    for n in range(len(x)):
        h = np.zeros(len(b))
        for t in range(x.shape[1]):
            if mask[n, t]:
                h = np.tanh(x[n, t] @ W + h @ U + b)
            result[n, t] = h
    return result


def mean_state(states, mask):
    result = np.zeros((states.shape[0], states.shape[2]))
    for n in range(len(states)):
        true = [states[n, t] for t in range(states.shape[1]) if mask[n, t]]
        if true:
            result[n] = np.mean(true, axis=0)
    return result


MASKS = np.array([[1, 1, 1, 1], [1, 1, 0, 0], [0, 1, 0, 1], [0, 0, 0, 0]], "float32")


@part("all steps true", points=1, hint="the state of a step is an input of the next one")
def unmasked(candidate, rng):
    W, U, b = weights(rng, 2, 3)
    x = rng.normal(size=(2, 5, 2)).astype("float32")
    mask = np.ones((2, 5), "float32")
    got = candidate.recurrence(x, mask, W, U, b)
    close(got, recurrence(x, mask, W, U, b), inputs={"x": x}, rtol=1e-4, atol=1e-5)


@part("a masked step keeps the state", points=2, hint="what is h_t where m_t is 0?")
def masked(candidate, rng):
    W, U, b = weights(rng, 3, 2)
    x = rng.normal(size=(4, 4, 3)).astype("float32")
    got = candidate.recurrence(x, MASKS, W, U, b)
    close(got, recurrence(x, MASKS, W, U, b), inputs={"x": x, "mask": MASKS}, rtol=1e-4, atol=1e-5)


@part("the mean over the true steps", points=2, hint="divide by the number of true steps, which may be 0")
def means(candidate, rng):
    states = rng.normal(size=(4, 4, 3)).astype("float32")
    inputs = {"states": states, "mask": MASKS}
    close(candidate.mean_state(states, MASKS), mean_state(states, MASKS), inputs=inputs, rtol=1e-4, atol=1e-5)


@part("reversed sequences", points=2, hint="step t of a sequence of length l comes from step l − 1 − t")
def reversed_sequences(candidate, rng):
    x = rng.normal(size=(4, 5, 2)).astype("float32")
    lengths = np.array([5, 3, 1, 0])
    expected = x.copy()
    for n, l in enumerate(lengths):
        expected[n, :l] = x[n, :l][::-1]
    close(candidate.reverse(x, lengths), expected, inputs={"x": x, "lengths": lengths}, rtol=1e-6, atol=1e-6)
