"""Chords, stationary points and second derivatives of a convex and of a nonconvex function (§4.1)."""

import numpy as np
from keras import ops

from course.figures import COLOURS
from units.u03_optimization import chord_gap, classify, find_stationary_points, hessian, share_below_graph

DOMAIN = (-3.2, 3.2)
STYLE = {"minimum": ("o", "green"), "maximum": ("^", "red"), "degenerate": ("s", "orange")}


def convex(x):
    """log cosh plus a linear function: convex, with the largest curvature at 0."""
    t = x[..., 0]
    return ops.log((ops.exp(1.5 * t) + ops.exp(-1.5 * t)) / 2) - 0.4 * t


def wavy(x):
    """Degree 6, four stationary points: two minima, a maximum, and one at which the second derivative is 0.

    C'(θ) = (θ + 2.5)(θ + 0.5)² (θ − 1.5)(θ − 2.6)/4
    """
    t = x[..., 0]
    slope = np.polymul(np.poly([-2.5, -0.5, -0.5]), np.poly([1.5, 2.6])) / 4
    value = 0.0
    for c in np.polyint(slope):  # Horner's scheme
        value = value * t + float(c)
    return value


def run(r):
    starts = np.linspace(*DOMAIN, 41)[:, None]
    points = {f.__name__: find_stationary_points(f, starts) for f in (convex, wavy)}
    share = {
        f.__name__: share_below_graph(f, [DOMAIN], r.rng, r.pick(quick=2000, full=20000))
        for f in (convex, wavy)
    }
    curve = np.linspace(*DOMAIN, 400).astype("float32")[:, None]
    curvature, kinds = {}, {}
    for f in (convex, wavy):
        found = points[f.__name__]
        at = np.concatenate([curve, np.resize(found, (4, 1))]).astype("float32")
        Hs = ops.convert_to_numpy(hessian(f, at))
        curvature[f.__name__] = Hs[:400, 0, 0]
        scale = np.abs(Hs[:400]).max()
        kinds[f.__name__] = [classify(H, tolerance=1e-2, scale=scale) for H in Hs[400 : 400 + len(found)]]

    r.metric("chords_below_convex", share["convex"])
    r.metric("chords_below_wavy", share["wavy"])
    r.metric("least_curvature_convex", curvature["convex"].min())
    r.metric("least_curvature_wavy", curvature["wavy"].min())
    r.metric("stationary_points_convex", len(points["convex"]))
    r.metric("stationary_points_wavy", len(points["wavy"]))
    r.metric("undecided_wavy", kinds["wavy"].count("degenerate"))
    rows = [
        [name, f"{p[0]:.3f}", kind]
        for name in points
        for p, kind in zip(points[name], kinds[name], strict=True)
    ]
    r.table(["function", "stationary at θ", "kind"], rows)

    _, axes = r.figure("extrema", 2, 2, size=(7.2, 4.7), sharex=True, height_ratios=[2, 1])
    for column, f in enumerate((convex, wavy)):
        name, (top, below) = f.__name__, axes[:, column]
        values = ops.convert_to_numpy(f(ops.convert_to_tensor(curve)))
        top.plot(curve, values, color=COLOURS["blue"])
        for point, kind in zip(points[name], kinds[name], strict=True):
            marker, colour = STYLE[kind]
            top.plot(
                point, f(point.astype("float32")), marker, color=COLOURS[colour], markersize=8, label=kind
            )
        ends = np.array([[-2.6], [2.0]], "float32")
        gap = float(chord_gap(f, ends[0], ends[1], 0.6))
        heights = ops.convert_to_numpy(f(ops.convert_to_tensor(ends)))
        top.plot(ends, heights, "--", color=COLOURS["black"], label="chord")
        between, chord = 0.6 * ends[0] + 0.4 * ends[1], 0.6 * heights[0] + 0.4 * heights[1]
        label = f"{abs(gap):.2f} {'above' if gap > 0 else 'below'}"
        top.plot([between] * 2, [chord, chord - gap], color=COLOURS["purple"], label=label)
        top.set(ylabel="C(θ)", title=f"{name}: {share[name]:.0%} of chords below")
        handles = dict(zip(*reversed(top.get_legend_handles_labels()), strict=True))
        low, high = top.get_ylim()
        top.set_ylim(low, high + 0.6 * (high - low))
        top.legend(handles.values(), handles.keys(), loc="upper center")
        below.plot(curve, curvature[name], color=COLOURS["purple"])
        below.fill_between(
            curve[:, 0], curvature[name], 0, where=curvature[name] < 0, color=COLOURS["red"], alpha=0.3
        )
        below.axhline(0, color=COLOURS["grey"], linewidth=1)
        below.set(xlabel="θ", ylabel="C''(θ)", ylim=(None, min(12, 1.1 * curvature[name].max())))
