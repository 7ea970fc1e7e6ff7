"""The same product of Jacobians in two orders: forward is cheap for few inputs, reverse for few outputs (§A.3)."""

import time

import numpy as np
from keras import ops

from course.figures import COLOURS
from units.u00_mathematics import chain, multiplications

LAYERS = 6


def shapes(inputs, width, outputs):
    sizes = [inputs, *[width] * (LAYERS - 1), outputs]
    return list(zip(sizes[1:], sizes, strict=False))


def seconds(jacobians, order, repeats=5):
    """The shortest of some runs: what disturbs a run makes it longer."""
    found = []
    for _ in range(repeats):
        start = time.perf_counter()
        ops.convert_to_numpy(chain(jacobians, order))
        found.append(time.perf_counter() - start)
    return min(found)


def run(r):
    width = r.pick(quick=256, full=1024)
    cases = {
        "wide: n → 1": (width, 1),
        "square: n → n": (width, width),
        "tall: 1 → n": (1, width),
    }
    rows, bars = [], {"forward": [], "reverse": []}
    for name, (inputs, outputs) in cases.items():
        sizes = shapes(inputs, width, outputs)
        jacobians = [
            ops.convert_to_tensor(r.rng.normal(size=size) / np.sqrt(size[1]), "float32") for size in sizes
        ]
        forward, reverse = (ops.convert_to_numpy(chain(jacobians, order)) for order in bars)
        difference = np.abs(forward - reverse).max() / np.abs(reverse).max()
        r.metric(f"difference_{name.split(':')[0]}", difference)
        counts = [multiplications(sizes, order) for order in bars]
        for order in bars:
            bars[order].append(seconds(jacobians, order) * 1000)
        rows.append([name, *counts, *(f"{bars[order][-1]:.2f}" for order in bars)])
        r.metric(f"count_ratio_{name.split(':')[0]}", counts[0] / counts[1])
    r.table(
        ["Jacobian", "forward: multiplications", "reverse: multiplications", "forward: ms", "reverse: ms"],
        rows,
    )

    _, (left, right) = r.figure("orders", 1, 2, size=(8.5, 2.9))
    at = np.arange(len(cases))
    for shift, order, colour in ((-0.2, "forward", COLOURS["blue"]), (0.2, "reverse", COLOURS["orange"])):
        counts = [row[1 if order == "forward" else 2] for row in rows]
        left.bar(at + shift, counts, 0.4, color=colour, label=order)
        right.bar(at + shift, bars[order], 0.4, color=colour, label=order)
    left.set(title="Multiplications", ylabel="number", yscale="log", ylim=(1e5, 1e10))
    right.set(title="Time of the product", ylabel="milliseconds")
    right.set_ylim(0, 1.5 * max(map(max, bars.values())))
    for axes in (left, right):
        axes.set_xticks(at, [name.split(":")[0] for name in cases])
        axes.legend(loc="upper right", ncols=2)
    r.log(
        f"{LAYERS} Jacobians of width n = {width}; a cost has one output, so reverse order needs fewer multiplications."
    )
