"""Checks for ex15: total probability, loops over tokens, and trees of what may be kept."""

import itertools

import numpy as np

from course.grading import close, equal, part


def distributions(rng, rows, vocabulary):
    return rng.dirichlet(np.ones(vocabulary), size=rows)


def rest(p, q):
    """The residual distribution as the missing part of p."""
    missing = p - np.array([min(a, b) for a, b in zip(p, q, strict=True)])
    return missing / missing.sum()


PAIRS = [
    (np.array([0.5, 0.5]), np.array([0.8, 0.2])),
    (np.array([0.1, 0.2, 0.3, 0.4]), np.array([0.4, 0.0, 0.5, 0.1])),
]


@part("the residual distribution", points=2, hint="what is missing to p, divided by its sum")
def residuals(candidate, rng):
    for p, q in [*PAIRS, tuple(distributions(rng, 2, 6))]:
        close(candidate.residual(p, q), rest(p, q), inputs={"p": p, "q": q}, rtol=1e-6, atol=1e-9)
    p = np.array([0.25, 0.5, 0.25])
    close(candidate.residual(p, p), p, inputs={"p": p, "q": p}, rtol=1e-6, atol=1e-9, message="p = q")


@part("the distribution does not change", points=2, hint="each row of R sums to 1, and q R = p")
def total(candidate, rng):
    for p, q in [*PAIRS, tuple(distributions(rng, 2, 5))]:
        R = candidate.outcome(p, q)
        inputs = {"p": p, "q": q}
        close(q @ np.asarray(R), p, inputs=inputs, rtol=1e-6, atol=1e-9, message="q R")
        expected = np.zeros((len(p), len(p)))
        for x, y in itertools.product(range(len(p)), repeat=2):
            kept = 1.0 if q[x] <= p[x] else p[x] / q[x]
            expected[x, y] = kept * (x == y) + (0 if kept == 1 else (1 - kept) * rest(p, q)[y])
        close(R, expected, inputs=inputs, rtol=1e-6, atol=1e-9, message="R")


def expected_tokens(p, q, drafted, u, v):
    new, law = [], p[-1]
    for i, x in enumerate(drafted):
        if u[i] < p[i, x] / q[i, x]:
            new.append(int(x))
        else:
            law = rest(p[i], q[i])
            break
    y, so_far = 0, law[0]
    while so_far <= v:
        y += 1
        so_far += law[y]
    new.append(y)
    return np.array(new + [-1] * (len(drafted) + 1 - len(new)))


def clear(p, q, drafted, u, v):
    """No number is so near to a border that rounding decides."""
    laws = [p[-1], *(rest(a, b) for a, b in zip(p, q, strict=False))]
    borders = np.concatenate([np.cumsum(law)[:-1] for law in laws])
    ratio = [p[i, x] / q[i, x] for i, x in enumerate(drafted)]
    return np.abs(borders - v).min() > 1e-6 and np.abs(np.array(ratio) - u).min() > 1e-6


@part("one call", points=3, hint="everything after the first rejected token is dropped")
def call(candidate, rng):
    p = np.array([[0.5, 0.3, 0.2], [0.2, 0.2, 0.6], [0.3, 0.6, 0.1], [0.15, 0.8, 0.05]])
    q = np.array([[0.3, 0.4, 0.3], [0.6, 0.3, 0.1], [0.1, 0.7, 0.2]])
    cases = [
        (p, q, np.array([0, 2, 1]), np.array([0.9, 0.9, 0.5]), 0.9),  # all kept
        (
            p,
            q,
            np.array([0, 0, 1]),
            np.array([0.9, 0.5, 0.5]),
            0.1,
        ),  # the second is rejected, the third would be kept
        (p, q, np.array([2, 2, 1]), np.array([0.9, 0.2, 0.2]), 0.35),  # the first is rejected
        (p, q, np.array([0, 2, 1]), np.array([0.1, 0.2, 0.95]), 0.6),  # the last is rejected
    ]
    while len(cases) < 12:
        p, q = distributions(rng, 4, 5), distributions(rng, 3, 5)
        case = p, q, np.array([rng.choice(5, p=row) for row in q]), rng.uniform(size=3), float(rng.uniform())
        if clear(*case):
            cases.append(case)
    # p(0) = 0: token 0 is not kept even if u = 0, and it does not come out even if v = 0
    p, q = np.array([[0.0, 0.25, 0.75], [0.5, 0.25, 0.25]]), np.array([[0.5, 0.25, 0.25]])
    cases.append((p, q, np.array([0]), np.array([0.0]), 0.0))
    for case in cases:
        inputs = dict(zip(("p", "q", "drafted", "u", "v"), case, strict=True))
        equal(candidate.verified(*case), expected_tokens(*case), inputs=inputs)


def mean_tokens(a):
    """Over all the ways in which drafted tokens are kept or not."""
    mean = 0.0
    for kept in itertools.product((True, False), repeat=len(a)):
        probability = np.prod([x if k else 1 - x for x, k in zip(a, kept, strict=True)])
        mean += probability * ((*kept, False).index(False) + 1)
    return mean


@part("the mean number of tokens", points=2, hint="token i counts only if all before it were kept")
def number(candidate, rng):
    for a in (np.array([0.8, 0.5]), np.array([0.9, 0.9, 0.9]), rng.uniform(0.2, 0.9, size=5)):
        close(candidate.tokens_of_a_call(a), mean_tokens(a), inputs={"a": a}, rtol=1e-6)


@part("how many tokens to draft", points=1, hint="compare the tokens in a unit of time for 0, 1, …, k")
def drafts(candidate, rng):
    cases = [([0.8, 0.5], 0.3), ([0.2, 0.9], 0.5), ([0.9, 0.9, 0.8, 0.2], 0.05), ([0.95, 0.9, 0.9], 0.01)]
    drawn = np.sort(rng.uniform(0.3, 0.95, size=6))[::-1]
    for each, cost in [*cases, (drawn, float(rng.uniform(0.05, 0.2)))]:
        a = np.array(each)
        rates = np.array([mean_tokens(a[:n]) / (1 + n * cost) for n in range(len(a) + 1)])
        if np.sort(rates)[-1] - np.sort(rates)[-2] > 1e-6:
            equal(candidate.best_number(a, cost), int(rates.argmax()), inputs={"a": a, "cost": cost})
