"""The test functions: contours, all stationary points, condition numbers (§4.1)."""

import numpy as np
from keras import ops

from course.figures import COLOURS
from units.u03_optimization import (
    TEST_FUNCTIONS,
    classify,
    condition_number,
    draw_contours,
    eigenvalues,
    find_stationary_points,
    hessian,
    share_below_graph,
)

SIZE = (8, 3.3)  # one row: its text can be read on a slide
MARKERS = {"saddle": ("D", "orange"), "maximum": ("^", "red")}


def run(r):
    upper, first = r.figure("gallery", 1, 3, size=SIZE)
    lower, second = r.figure("gallery_continued", 1, 3, size=SIZE)
    rows, largest_gap = [], 0.0
    counted = {"minimum": 0, "saddle": 0, "maximum": 0}
    for ax, f in zip((*first, *second), TEST_FUNCTIONS.values(), strict=True):
        points = find_stationary_points(f, grid_of(f.domain, r.pick(quick=9, full=17)))
        inside = [all(low < v < high for v, (low, high) in zip(p, f.domain, strict=True)) for p in points]
        points = points[inside]
        filled = np.resize(points, (12, 2)).astype("float32")  # one shape for all: it is compiled once
        Hs = ops.convert_to_numpy(hessian(f, filled))[: len(points)]
        kinds = [classify(H) for H in Hs]
        found = points[[kind == "minimum" for kind in kinds]]
        for minimum in f.minima:
            largest_gap = max(largest_gap, np.linalg.norm(found - minimum, axis=1).min())
        kappa = [condition_number(H) for H, kind in zip(Hs, kinds, strict=True) if kind == "minimum"]
        for kind in kinds:
            counted[kind] += 1
        if f.name == "Rosenbrock":
            r.metric("condition_number_rosenbrock", kappa[0])
        if f.name == "Himmelblau":
            r.metric("chords_below_himmelblau", share_below_graph(f, f.domain, r.rng))
        rows += [
            [f.name, f"({p[0]:.3f}, {p[1]:.3f})", kind, "{:.3g}, {:.3g}".format(*eigenvalues(H))]
            for p, kind, H in zip(points, kinds, Hs, strict=True)
        ]
        draw_contours(ax, f, resolution=481)
        for kind, (marker, colour) in MARKERS.items():
            at = points[[k == kind for k in kinds]]
            if len(at):
                ax.plot(*at.T, marker, color=COLOURS[colour], markersize=7, label=kind)
        kappas = "κ = " + " to ".join(
            dict.fromkeys(f"{k:.4g}"[:4].rstrip(".") for k in (min(kappa), max(kappa)))
        )
        ax.set_title(f.name if "κ" in f.name else f"{f.name}\n{kappas}")
        if "saddle" in kinds:
            ax.lines[0].set_label("minimum")  # the crosses of draw_contours
    for fig, ax in ((upper, first[2]), (lower, second[0])):
        fig.legend(*ax.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    for kind, plural in (("minimum", "minima"), ("saddle", "saddles"), ("maximum", "maxima")):
        r.metric(plural, counted[kind])
    r.metric("largest_gap_to_known_minima", largest_gap)
    r.table(["function", "stationary point", "kind", "eigenvalues of the Hessian"], rows)


def grid_of(domain, n):
    """n × n points in the domain, a little off its symmetries, shape (n², 2)."""
    (left, right), (bottom, top) = domain
    first, second = np.meshgrid(np.linspace(left, right, n) + 0.013, np.linspace(bottom, top, n) + 0.007)
    return np.stack([first.ravel(), second.ravel()], axis=1)
