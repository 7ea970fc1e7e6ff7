"""What Newton–Schulz does to singular values: cubic and quintic, against the singular value decomposition (☆)."""

import numpy as np
from keras import ops

from course import figures
from units.u06_tricks_of_the_trade.newton_schulz import (
    CUBIC,
    QUINTIC,
    fixed_points,
    orthogonalize,
    polynomial,
)

KINDS = {"cubic": CUBIC, "quintic": QUINTIC}
SHAPE, STEPS = (48, 32), 12


def run(r):
    # a gradient is far from orthogonal: singular values from 1 down to 0.001 of the largest
    U, _, Vt = np.linalg.svd(r.rng.normal(size=SHAPE), full_matrices=False)
    G = (U * np.geomspace(1, 1e-3, SHAPE[1]) @ Vt).astype("float32")
    _, (ax, *axes) = r.figure("singular_values", 1, 3, size=(12, 3.9))
    s = np.linspace(0, 1.3, 300)
    ax.plot(s, s, ":", color=figures.COLOURS["grey"], label="s")
    for (name, coefficients), panel, colour in zip(KINDS.items(), axes, figures.CYCLE, strict=False):
        ax.plot(s, polynomial(s, coefficients), color=colour, label=f"{name}")
        for at, slope in fixed_points(coefficients):
            ax.plot([at], [at], "o", color=colour)
            r.log(f"{name}: P(s) = s at s = {at:.4f}, where the slope is {slope:.2f}.")
        values = [
            np.linalg.svd(ops.convert_to_numpy(orthogonalize(G, t, coefficients)), compute_uv=False)
            for t in range(STEPS + 1)
        ]
        # the same by the polynomial alone
        alone = [np.linalg.svd(G / np.linalg.norm(G), compute_uv=False)]
        for _ in range(STEPS):
            alone.append(polynomial(alone[-1], coefficients))
        gap = max(np.abs(v - np.sort(p)[::-1]).max() for v, p in zip(values, alone, strict=True))
        r.metric(f"{name}_gap_to_the_polynomial", gap)
        panel.semilogy(range(STEPS + 1), np.array(alone)[:, ::4], color=colour, linewidth=1.2)
        panel.axvline(5, linestyle=":", color=figures.COLOURS["grey"])
        panel.set(title=f"Singular values, {name}", xlabel="step $t$", ylim=(1e-4, 2))
        r.metric(f"{name}_smallest_after_5", values[5].min())
        r.metric(f"{name}_largest_after_5", values[5].max())
    r.metric("gap_to_the_svd", np.abs(ops.convert_to_numpy(orthogonalize(G, 40, CUBIC)) - U @ Vt).max())
    ax.set(title="One step, and fixed points", xlabel="singular value $s$", ylabel="$P(s)$")
    ax.legend()
