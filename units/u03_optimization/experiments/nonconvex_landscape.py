"""The loss of a small network is not convex: a figure of it, and a proof by reordering its neurons (§4.1)."""

import math

import keras
import numpy as np
from keras import ops
from matplotlib.colors import BoundaryNorm

from course.figures import COLOURS
from units.u02_logistic_softmax import binary_cross_entropy
from units.u03_optimization import loss_surface, random_direction

HIDDEN = 6


def run(r):
    d = r.data(n=150, noise=0.15, seed=r.seed)
    x, y = d.features(), d.labels().astype("float32")
    model = keras.Sequential(
        [keras.Input((2,)), keras.layers.Dense(HIDDEN, activation="tanh"), keras.layers.Dense(1)]
    )
    model.compile(keras.optimizers.Adam(0.05), keras.losses.BinaryCrossentropy(from_logits=True))
    start = [r.rng.normal(size=w.shape) / np.sqrt(w.shape[0]) for w in model.get_weights()]
    model.set_weights([start[0], np.zeros(HIDDEN), start[2], np.zeros(1)])
    model.fit(x, y[:, None], batch_size=len(x), epochs=r.pick(quick=150, full=600), verbose=0)
    trained = model.get_weights()

    def loss(weights):
        z = network(weights, x)
        return ops.mean(binary_cross_entropy(ops.broadcast_to(y, z.shape), z), axis=-1)

    first, second = random_direction(trained, r.rng), random_direction(trained, r.rng)
    steps = np.linspace(-2, 2, r.pick(quick=61, full=151))
    surface = loss_surface(loss, trained, first, second, steps, steps)

    swapped = swap_units(trained, r.rng.permutation(HIDDEN))
    way = np.linspace(-0.25, 1.25, 121)
    towards = [b - a for a, b in zip(trained, swapped, strict=True)]
    line = loss_surface(loss, trained, towards, towards, way, [0.0])[0]
    at = {t: float(np.interp(t, way, line)) for t in (0, 1)}
    between = line[(way > 0) & (way < 1)]

    r.metric("loss_trained", surface[len(steps) // 2, len(steps) // 2])
    r.metric("gap_to_swapped", abs(at[0] - at[1]))
    r.metric("barrier", between.max() - max(at.values()))
    r.metric("share_of_negative_curvature", np.mean(curvature(surface) < 0))
    orders, signs = math.factorial(HIDDEN), 2**HIDDEN
    r.log(
        f"{HIDDEN}! = {orders} orders of the neurons, times 2^{HIDDEN} = {signs} choices of sign, since "
        f"tanh(−z) = −tanh(z): {orders * signs:,} weights with the same loss"
    )

    fig, (left, right) = r.figure("landscape", 1, 2, size=(10.8, 4.2))
    levels = np.geomspace(surface.min(), surface.max(), 24)
    lines = left.contourf(steps, steps, surface, levels=levels, norm=BoundaryNorm(levels, 256))
    fig.colorbar(lines, ax=left, format="%.2g", ticks=levels[::4]).ax.set_title("loss")
    left.plot(0, 0, "x", color=COLOURS["red"], markersize=9, markeredgewidth=2)
    left.set(xlabel="step along the random direction $d_1$", ylabel="step along $d_2$", aspect="equal")
    left.set_title("The loss around the trained weights (×)")
    right.plot(way, line, color=COLOURS["blue"], label="loss")
    right.plot([0, 1], list(at.values()), "x--", color=COLOURS["red"], label="chord: above, if convex")
    right.set(
        xlabel="from the trained weights (0) to reordered ones (1)",
        ylabel="loss C",
        title="Two equal minima, a barrier between them",
        ylim=(0, 1.3 * line.max()),
    )
    right.legend(loc="upper right")


def network(weights, x):
    """The logits for weights (points, ...): one network for each point of the grid, shape (points, batch)."""
    W1, b1, W2, b2 = weights
    a = ops.tanh(ops.matmul(x, W1) + ops.expand_dims(b1, 1))
    return ops.squeeze(ops.matmul(a, W2) + ops.expand_dims(b2, 1), -1)


def swap_units(weights, order):
    """The same network with its hidden units in another order; the identical order is excluded."""
    if (order == np.arange(len(order))).all():
        order = np.roll(order, 1)
    W1, b1, W2, b2 = weights
    return [W1[:, order], b1[order], W2[order], b2]


def curvature(surface):
    """The smaller eigenvalue of the Hessian within the plane, by differences, inside the grid."""
    a = surface[1:-1, 2:] - 2 * surface[1:-1, 1:-1] + surface[1:-1, :-2]
    c = surface[2:, 1:-1] - 2 * surface[1:-1, 1:-1] + surface[:-2, 1:-1]
    b = (surface[2:, 2:] - surface[2:, :-2] - surface[:-2, 2:] + surface[:-2, :-2]) / 4
    return (a + c) / 2 - np.hypot((a - c) / 2, b)
