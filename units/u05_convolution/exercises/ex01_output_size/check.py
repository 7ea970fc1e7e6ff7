"""Checks for ex01: windows are listed one by one."""

from course.grading import equal, part


def windows(n, layer):
    """The positions that every output reads, while they fit into the padded input."""
    k, s, d, p, e = layer
    found, start = [], -p
    while start + d * (k - 1) < n + e:
        found.append([start + d * u for u in range(k)])
        start += s
    return found


def random_layer(rng, padded=True):
    k, s, d = (int(v) for v in rng.integers((1, 1, 1), (6, 4, 4)))
    p, e = (int(v) for v in rng.integers(0, 3, size=2)) if padded else (0, 0)
    return [k, s, d, p, e]


@part(
    "one layer",
    points=1,
    hint="count the windows: the first begins at −p, and the last must end before n + e",
)
def one_layer(candidate, rng):
    for _ in range(12):
        n, layer = int(rng.integers(16, 40)), random_layer(rng)
        equal(candidate.sizes(n, [layer]), [len(windows(n, layer))], inputs={"n": n, "layers": [layer]})


@part("several layers", points=1, hint="the output of a layer is the input of the next one")
def several(candidate, rng):
    for _ in range(6):
        n, layers = int(rng.integers(180, 260)), [random_layer(rng) for _ in range(3)]
        expected, size = [], n
        for layer in layers:
            size = len(windows(size, layer))
            expected.append(size)
        equal(candidate.sizes(n, layers), expected, inputs={"n": n, "layers": layers})


@part(
    "what no window reaches",
    points=2,
    hint="where does the window of the last output end? It may end in the padding",
)
def not_read(candidate, rng):
    drawn = [(int(rng.integers(16, 40)), random_layer(rng)) for _ in range(14)]
    for n, layer in [
        (17, [2, 3, 1, 1, 0]),
        *drawn,
    ]:  # the last window ends one place before the end, because of p
        last = windows(n, layer)[-1][-1]
        equal(candidate.unread(n, layer), max(0, n - 1 - last), inputs={"n": n, "layer": layer})


@part(
    "the smallest input",
    points=2,
    hint="solve the formula for n: o outputs need s (o − 1) + d (k − 1) + 1 positions",
)
def smallest(candidate, rng):
    # the padding alone is enough for the last layer, and still it has an input
    cases = [(1, [[3, 1, 1, 2, 2]]), (1, [[3, 2, 1, 0, 0], [3, 1, 1, 2, 2]])]
    while len(cases) < 10:
        cases.append((int(rng.integers(6, 12)), [random_layer(rng) for _ in range(int(rng.integers(1, 4)))]))
    for o, layers in cases:
        n = 1
        while True:
            size = n
            for layer in layers:
                size = len(windows(size, layer)) if size else 0  # every layer has at least one input
            if size >= o:
                break
            n += 1
        equal(candidate.smallest_input(o, layers), n, inputs={"o": o, "layers": layers})


@part(
    "what an output sees",
    points=2,
    hint="go backwards: from the outputs of a layer to the interval that they read",
)
def field(candidate, rng):
    cases = [(0, [[3, 1, 1, 1, 1]]), (0, [[3, 2, 1, 1, 0]] * 2)]  # they begin in the padding
    while len(cases) < 10:
        cases.append((int(rng.integers(2, 9)), [random_layer(rng) for _ in range(int(rng.integers(1, 4)))]))
    for i, layers in cases:
        positions = {i}
        for k, s, d, p, _ in reversed(layers):
            positions = {s * t - p + d * u for t in positions for u in range(k)}
        equal(candidate.seen(i, layers), [min(positions), max(positions)], inputs={"i": i, "layers": layers})
