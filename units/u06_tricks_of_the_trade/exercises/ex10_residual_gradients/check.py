"""Checks for ex10: differences of the network in float64, a list of all paths, and the closed form."""

from itertools import product

import numpy as np

from course.grading import close, part


def network(rng, layers, batch=3, units=4):
    blocks = rng.normal(size=(layers, units, units)) / np.sqrt(units)
    arrays = rng.normal(size=(batch, units)), blocks, rng.normal(size=units)
    return tuple(array.astype("float32").astype("float64") for array in arrays)


def run(a, blocks, psi, shortcut):
    signals = [a]
    for W in blocks:
        branch = psi * np.maximum(signals[-1], 0) @ W
        signals.append(signals[-1] + branch if shortcut else branch)
    return np.stack(signals)


def along(path, signals, blocks, w, psi):
    """The gradient along one path: for each block, branch (1) or shortcut (0)."""
    g = np.broadcast_to(w, signals[0].shape)
    for l in reversed(range(len(blocks))):
        g = psi * (signals[l] > 0) * (g @ blocks[l].T) if path[l] else g
    return g


def small(*arrays):
    return tuple(array.astype("float32") for array in arrays)


@part("the signals", points=1)
def values(candidate, rng):
    for layers, psi, shortcut in ((1, 1.0, True), (4, 0.5, True), (3, 2.0, False)):
        a, blocks, _ = network(rng, layers)
        got = candidate.forward(*small(a, blocks), psi, shortcut)
        inputs = {"a": a, "blocks": blocks, "psi": psi, "shortcut": shortcut}
        close(got, run(a, blocks, psi, shortcut), inputs=inputs, rtol=1e-4, atol=1e-5)


@part("the gradient by the input", points=3, hint="which blocks see the gradient of a later block directly?")
def gradient(candidate, rng):
    for layers, psi, shortcut in ((1, 1.0, True), (4, 0.5, True), (5, 1.0, True), (3, 2.0, False)):
        a, blocks, w = network(rng, layers)
        signals = run(a, blocks, psi, shortcut)
        expected = np.zeros_like(a)
        for place in np.ndindex(a.shape):
            step = np.zeros_like(a)
            step[place] = 1e-7
            ends = [run(a + sign * step, blocks, psi, shortcut)[-1] @ w for sign in (1, -1)]
            expected[place] = (ends[0] - ends[1]).sum() / 2e-7
        got = candidate.input_gradient(*small(signals, blocks, w), psi, shortcut)
        inputs = {"signals": signals, "blocks": blocks, "w": w, "psi": psi, "shortcut": shortcut}
        close(got, expected, inputs=inputs, rtol=1e-3, atol=1e-4)


@part("the slope at 0", points=1, hint="a unit with a = 0 is not active")
def zero(candidate, rng):
    a, blocks, w = network(rng, 2)
    a[:, ::2] = 0
    signals = run(a, blocks, 1.0, True)
    expected = sum(along(path, signals, blocks, w, 1.0) for path in product((0, 1), repeat=2))
    got = candidate.input_gradient(*small(signals, blocks, w), 1.0, True)
    inputs = {"signals": signals, "blocks": blocks, "w": w, "psi": 1.0, "shortcut": True}
    close(got, expected, inputs=inputs, rtol=1e-3, atol=1e-4)


@part(
    "paths by their number of branches",
    points=3,
    hint="what does one more block do to the sum of k branches?",
)
def paths(candidate, rng):
    for layers, psi in ((1, 1.0), (2, 0.5), (4, 1.0)):
        a, blocks, w = network(rng, layers)
        signals = run(a, blocks, psi, True)
        expected = np.zeros((layers + 1, *a.shape))
        for path in product((0, 1), repeat=layers):
            expected[sum(path)] += along(path, signals, blocks, w, psi)
        got = candidate.path_gradients(*small(signals, blocks, w), psi)
        inputs = {"signals": signals, "blocks": blocks, "w": w, "psi": psi}
        close(got, expected, inputs=inputs, rtol=1e-3, atol=1e-4)


@part("gradients at two inputs", points=2, hint="how many entries pass one ReLU, and how many pass both?")
def two(candidate, rng):
    cases = [(1, 1.0, True, 0.75), (6, 1.0, True, 0.75**6), (3, 1.0, False, 1 / 8), (4, 0.5, False, 1 / 16)]
    cases += [(5, 0.5, True, (1.125 / 1.25) ** 5), (100, 0.1, True, (1.005 / 1.01) ** 100)]
    psi = float(rng.uniform(0.3, 2))
    cases += [(3, psi, True, ((1 + psi**2 / 2) / (1 + psi**2)) ** 3), (2, psi, False, 1 / 4)]
    for depth, psi, shortcut, expected in cases:
        got = candidate.correlation(depth, psi, shortcut)
        close(got, expected, inputs={"depth": depth, "psi": psi, "shortcut": shortcut}, rtol=1e-4)
