"""Networks with given weights: steps, bumps, staircases, hats, and a bump in the plane (§5.4)."""

import numpy as np
from keras import ops

from course.figures import COLOURS, CYCLE
from units.u04_feedforward.network import forward
from units.u04_feedforward.universal_approximation import (
    bump_2d_network,
    bump_network,
    hats_of,
    staircase_of,
)

WIDTH = 12


def f(x):
    """The function to approximate."""
    return np.sin(2 * np.pi * x) + 0.4 * np.cos(5 * np.pi * x) + 0.5 * x


def run(r):
    x = np.linspace(0, 1, 500).astype("float32")
    _, (steep, stairs) = r.figure("bumps", 1, 2, size=(8.5, 3.5))
    _, (hats, plane) = r.figure("hats_and_plane", 1, 2, size=(8.5, 3.5))

    for k, colour in zip((10, 40, 400), CYCLE, strict=False):
        steep.plot(x, _value(bump_network(0.3, 0.6, 1.0, k), x), color=colour, label=f"ω = {k}")
    steep.set(title="Two steep sigmoids: a bump", xlabel="x", ylabel="f(x)")

    network = staircase_of(f, 0, 1, WIDTH)
    stairs.plot(x, f(x), "--", color=COLOURS["black"], label="f")
    stairs.plot(x, _value(network, x), color=COLOURS["blue"], label=f"{len(network[0].b)} sigmoids")
    stairs.set(title="Bumps side by side: a staircase", xlabel="x")
    r.metric("error_of_stairs", np.abs(_value(network, x) - f(x)).max())

    network = hats_of(f, 0, 1, WIDTH)
    knots = -np.append(network[0].b, -1.0)
    for i in range(WIDTH + 1):
        hat = np.interp(x, knots, f(knots) * (np.arange(WIDTH + 1) == i))
        hats.plot(x, hat, color=COLOURS["grey"], linewidth=0.8, label="hats" if i == 0 else None)
    hats.plot(x, f(x), "--", color=COLOURS["black"], label="f")
    hats.plot(x, _value(network, x), color=COLOURS["red"], label=f"{len(network[0].b)} ReLUs")
    hats.set(title="ReLUs: hats instead of bumps", xlabel="x", ylabel="f(x)")
    r.metric("error_of_hats", np.abs(_value(network, x) - f(x)).max())
    r.metric("gap_of_hats_to_interpolation", np.abs(_value(network, x) - np.interp(x, knots, f(knots))).max())

    side = np.linspace(0, 1, 120)
    points = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    values = _value(bump_2d_network((0.3, 0.2), (0.6, 0.8), 60.0), points).reshape(120, 120)
    picture = plane.imshow(values, origin="lower", extent=(0, 1, 0, 1), vmin=0, vmax=1)
    plane.set(title="In the plane: 4 sigmoids and a fifth", xlabel="$x_1$", ylabel="$x_2$")
    plane.grid(False)
    plane.figure.colorbar(picture, ax=plane, label="f(x)")
    area = values.mean()
    r.metric("area_of_the_2d_bump", area)
    r.log(f"The rectangle has area 0.18; the mean of the network over the square is {area:.4f}.")
    for ax in (steep, stairs, hats):
        ax.legend()


def _value(layers, x):
    inputs = np.asarray(x, "float32").reshape(len(x), -1)
    return ops.convert_to_numpy(forward(inputs, layers).a[-1])[:, 0]
