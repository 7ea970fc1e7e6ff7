"""Checks for ex11: lists of sequences, and all sequences one by one."""

import itertools

import numpy as np

from course.grading import close, equal, part

INF = np.inf


def log(p):
    with np.errstate(divide="ignore"):
        return np.log(np.asarray(p, "float64"))


def chain(rng, vocabulary):
    """Some tokens never follow some others; the last token is the end."""
    first, table = (
        rng.uniform(0.1, 1, size=vocabulary),
        rng.uniform(0.1, 1, size=(vocabulary, vocabulary)) ** 2,
    )
    first[-1] = 0.05
    table[0, 1] = 0.0
    return log(first / first.sum()), log(table / table.sum(axis=1, keepdims=True))


# greedy takes token 0, which is followed by nothing likely; the best sequence begins with 1
TRAP = log([0.5, 0.4, 0.1]), log([[0.3, 0.4, 0.3], [0.02, 0.03, 0.95], [0.9, 0.05, 0.05]])


def probability(sequence, first, table):
    return first[sequence[0]] + sum(table[i, j] for i, j in itertools.pairwise(sequence))


def with_lists(first, table, end, width, length):
    beams = [((j,), first[j]) for j in range(len(first))]
    for _ in range(length):
        beams = sorted(beams, key=lambda b: -b[1])[:width]
        kept, longer = beams, []
        for s, p in beams:
            if s[-1] == end:
                longer.append(((*s, end), p))
            else:
                longer += [((*s, j), p + table[s[-1], j]) for j in range(len(first))]
        beams = longer
    return np.array([s for s, _ in kept]), np.array([p for _, p in kept])


def all_finished(first, table, end, length):
    others = [j for j in range(len(first)) if j != end]
    for n in range(length):
        for s in itertools.product(others, repeat=n):
            yield (*s, end), probability((*s, end), first, table)


@part("the best lengthened beginnings", points=2, hint="each sentence of the batch has its own best ones")
def lengthened(candidate, rng):
    for batch, beams, vocabulary, width in ((1, 1, 4, 3), (3, 2, 5, 4)):
        total = -rng.uniform(0, 4, size=(batch, beams))
        total[:, -1] = -0.1
        log_p = log(rng.dirichlet(np.ones(vocabulary), size=(batch, beams)))
        expected = []
        for b in range(batch):
            every = [(total[b, i] + log_p[b, i, j], i, j) for i in range(beams) for j in range(vocabulary)]
            expected.append(sorted(every, reverse=True)[:width])
        values, parents, tokens = np.moveaxis(np.array(expected), 2, 0)
        got = candidate.best_lengthened(total, log_p, width)
        inputs = {"total": total, "log_p": log_p, "width": width}
        close(got[0], values, inputs=inputs, rtol=1e-6, atol=1e-9, message="the log probabilities")
        equal(got[1], parents.astype(int), inputs=inputs, message="the beginnings")
        equal(got[2], tokens.astype(int), inputs=inputs, message="the tokens")


@part(
    "beam search",
    points=4,
    hint="a finished sequence keeps its log probability; the rows go along with their beginnings",
)
def search(candidate, rng):
    for (first, table), width, length in (
        (TRAP, 1, 4),
        (TRAP, 2, 3),
        (chain(rng, 5), 3, 5),
        (chain(rng, 4), 2, 4),
    ):
        end = len(first) - 1
        inputs = {"first": first, "table": table, "end": end, "width": width, "length": length}
        sequences, total = candidate.beam_search(first, table, end, width, length)
        expected, logs = with_lists(first, table, end, width, length)
        close(total, logs, inputs=inputs, rtol=1e-6, atol=1e-9, message="the log probabilities")
        equal(sequences, expected, inputs=inputs, message="the sequences")


@part("the length penalty", points=2, hint="n counts the tokens up to the first end token, with it")
def penalty(candidate, rng):
    # with the whole length for all, without the constant 5, and without the power the order is another one
    fixed = np.array([[3, 3, 3, 3, 3, 3], [0, 1, 0, 1, 0, 3], [0, 1, 3, 3, 3, 3], [0, 1, 0, 1, 0, 1]])
    drawn = rng.permuted(np.array([[0, 1, 2, 3, 3, 3]] * 4), axis=1)
    drawn = np.where(np.cumsum(drawn == 3, axis=1) > 0, 3, drawn)
    logs = np.array([-1.0, -1.6, -1.3, -1.61])
    for sequences, total in ((fixed, logs), (drawn, logs + 0.001 * rng.uniform(size=4))):
        for alpha in (0.0, 0.6, 1.0):
            n = np.array([s.tolist().index(3) + 1 if 3 in s.tolist() else len(s) for s in sequences])
            score = total / ((5 + n) / 6) ** alpha
            while np.diff(np.sort(score)).min() < 1e-6:
                total = total - 0.001 * np.arange(4)
                score = total / ((5 + n) / 6) ** alpha
            expected = np.array(sorted(range(4), key=lambda i: -score[i]))
            inputs = {"sequences": sequences, "total": total, "end": 3, "alpha": alpha}
            equal(candidate.order(sequences, total, 3, alpha), expected, inputs=inputs)


@part(
    "the exact search",
    points=2,
    hint="nothing follows an end token, and a shorter sequence may be the best one",
)
def exact(candidate, rng):
    early = log([0.1, 0.3, 0.6]), log([[0.1, 0.1, 0.8], [0.2, 0.7, 0.1], [0.4, 0.5, 0.1]])
    for (first, table), length in ((TRAP, 3), (early, 3), (TRAP, 1), (chain(rng, 4), 5)):
        end = len(first) - 1
        inputs = {"first": first, "table": table, "end": end, "length": length}
        expected = max(p for _, p in all_finished(first, table, end, length))
        close(candidate.most_likely(first, table, end, length), expected, inputs=inputs, rtol=1e-6, atol=1e-9)
