"""Checks for ex14: softmax over all keys at once in float64, and differences of a cost."""

import numpy as np

from course.grading import close, part

INF = np.inf


def attention(e, v, mask):
    """Output, log of the sum, weights; zeros for a query without an allowed key."""
    e, v = np.float64(e), np.float64(v)
    output, logs, weights = np.zeros((len(e), v.shape[1])), np.zeros((len(e), 1)), np.zeros(e.shape)
    for t in range(len(e)):
        keys = np.flatnonzero(mask[t])
        if len(keys):
            top = e[t, keys].max()
            each = np.exp(e[t, keys] - top)
            weights[t, keys] = each / each.sum()
            output[t], logs[t] = weights[t] @ v, top + np.log(each.sum())
    return output, logs, weights


def parts(e, v, mask):
    """The carried parts of some keys."""
    queries, channels = len(e), v.shape[1]
    a, l, n = np.full((queries, 1), -INF), np.zeros((queries, 1)), np.zeros((queries, channels))
    for t in range(queries):
        keys = np.flatnonzero(mask[t])
        if len(keys):
            a[t] = e[t, keys].max()
            each = np.exp(np.float64(e[t, keys]) - a[t])
            l[t], n[t] = each.sum(), each @ v[keys]
    return [x.astype("float32") for x in (a, l, n)]


def finite(x):
    """−∞ cannot be subtracted from itself: it becomes a number that no score has."""
    return np.maximum(np.asarray(x, "float64"), -1e30)


def drawn(rng, queries=4, keys=7, channels=3, scale=2.0):
    """Query 0 sees all keys, query 1 none of the first four, query 2 none of the last three, query 3 only key 1."""
    e = (scale * rng.normal(size=(queries, keys))).astype("float32")
    v = (1 + rng.normal(size=(keys, channels))).astype("float32")
    mask = rng.uniform(size=(queries, keys)) < 0.7
    mask[0], mask[1, :4], mask[1, 4], mask[2, 4:], mask[2, 0] = True, False, True, False, True
    mask[3], mask[3, 1] = False, True
    e[0, 5] = e[0].max() + 1  # the largest score grows in the second block …
    e[2, 0] = 3.0
    e[1, 0], e[3, 0] = 9.0, 9.0  # … and the largest score of all keys is one that is not allowed
    return e, v, mask


def compare(got, expected, inputs, message=""):
    for name, x, y in zip(("largest", "total", "numerator"), got, expected, strict=True):
        close(finite(x), finite(y), inputs=inputs, rtol=1e-4, atol=1e-5, message=f"{name} {message}".strip())


@part("one more block", points=3, hint="what was carried has to be put on the scale of the new largest score")
def block(candidate, rng):
    e, v, mask = drawn(rng)
    first, second = slice(0, 4), slice(4, 7)
    carry = parts(e[:, :0], v[:0], mask[:, :0])
    for keys, until in ((first, 4), (second, 7)):
        inputs = {"carried": carry, "scores": e[:, keys], "values": v[keys], "mask": mask[:, keys]}
        got = candidate.carried(*carry, e[:, keys], v[keys], mask[:, keys])
        carry = parts(e[:, :until], v[:until], mask[:, :until])
        compare(got, carry, inputs)


@part("large scores", points=1, hint="exp(200) overflows; exp(e − a) does not, if a is the largest score")
def large(candidate, rng):
    e, v, mask = drawn(rng, scale=200.0)
    carry = parts(e[:, :4], v[:4], mask[:, :4])
    got = candidate.carried(*carry, e[:, 4:], v[4:], mask[:, 4:])
    compare(got, parts(e, v, mask), {"scores": e[:, 4:]})


@part("two halves", points=2, hint="both halves have a scale of their own, and either may be the larger one")
def halves(candidate, rng):
    e, v, mask = drawn(rng)
    mask[3] = False  # a query without any key
    first, second = parts(e[:, :4], v[:4], mask[:, :4]), parts(e[:, 4:], v[4:], mask[:, 4:])
    expected = parts(e, v, mask)
    for one, two in ((first, second), (second, first)):
        compare(candidate.merged(one, two), expected, {"first": one, "second": two})


@part("output and logarithm", points=2, hint="L = a + log l; a query without a key has l = 0")
def end(candidate, rng):
    e, v, mask = drawn(rng)
    mask[3] = False
    carry = parts(e, v, mask)
    output, log_total = candidate.finished(*carry)
    expected, logs, _ = attention(e, v, mask)
    close(output, expected, inputs={"carried": carry}, rtol=1e-4, atol=1e-5)
    close(log_total, logs, inputs={"carried": carry}, rtol=1e-4, atol=1e-5, message="the logarithm")


@part("the derivative by the scores of a block", points=2, hint="D · y is over the keys of all blocks")
def derivative(candidate, rng):
    e, v, mask = drawn(rng)
    mask[3] = False
    output, logs, _ = attention(e, v, mask)
    D = rng.normal(size=output.shape).astype("float32")
    expected, step = np.zeros(e.shape), 1e-5
    for t in range(e.shape[0]):
        for s in range(e.shape[1]):
            change = np.zeros(e.shape)
            change[t, s] = step
            up, down = (attention(e + sign * change, v, mask)[0] for sign in (1, -1))
            expected[t, s] = ((up - down) * D).sum() / (2 * step)
    output, logs = output.astype("float32"), logs.astype("float32")
    for keys in (slice(0, 4), slice(4, 7)):
        got = candidate.score_gradient(e[:, keys], v[keys], mask[:, keys], output, logs, D)
        inputs = {"scores": e[:, keys], "values": v[keys], "mask": mask[:, keys], "output": output, "D": D}
        close(got, expected[:, keys], inputs=inputs, rtol=1e-3, atol=1e-4)
