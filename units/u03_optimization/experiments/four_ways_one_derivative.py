"""One gradient by quotients, by hand, by forward and reverse mode and by the backend; and the tape (§4.4)."""

import numpy as np
from keras import ops

import course
from course.figures import COLOURS
from units.u03_optimization import (
    Tape,
    best_central_step,
    central_difference,
    dual,
    forward_difference,
    gradient_by_hand,
    tape,
    worked,
)


def run(r):
    points = np.concatenate([[[1.5, 0.5]], r.rng.uniform(0.5, 2, size=(r.pick(quick=9, full=49), 2))])
    points = points.astype("float32")
    found = {name: np.array([way(p) for p in points]) for name, way in WAYS.items()}
    truth = np.array([gradient_by_hand(*p) for p in points])
    errors = {
        name: np.linalg.norm(g - truth, axis=1) / np.linalg.norm(truth, axis=1) for name, g in found.items()
    }
    for name, error in errors.items():
        r.metric("error_" + name.replace(",", "").replace(" ", "_"), error.max())
    r.table(
        ["way", "∂C/∂x₁", "∂C/∂x₂", "largest relative error"],
        [["by hand", *(f"{v:.8f}" for v in truth[0]), "(the reference)"]]
        + [[name, *(f"{v:.8f}" for v in g[0]), f"{errors[name].max():.1e}"] for name, g in found.items()],
        title="C = log(x₁² + exp x₂) sin(x₁x₂) at (1.5, 0.5)",
    )
    r.table(
        ["line", "value v", "tangent v̇ (for ẋ₁ = 1)", "adjoint v̄"],
        listing(points[0]),
        title="Its Wengert list",
    )

    _, ax = r.figure("errors", size=(7.5, 3.6))
    colours = ["grey", "grey", "grey", "blue", "orange", "green"]
    precision = ["", ", float64", ", float64", ", float32", ", float32", ", float32"]
    for k, (error, colour) in enumerate(zip(errors.values(), colours, strict=True)):
        spread = np.linspace(-0.2, 0.2, len(error))
        ax.plot(np.maximum(error, 1e-17), k + spread, "o", color=COLOURS[colour], alpha=0.8)
    for kind, style in (("float64", ":"), ("float32", "--")):
        eps = np.finfo(kind).eps
        ax.axvline(eps, color=COLOURS["red"], linestyle=style, linewidth=1.2, label=f"$ε_{{mach}}$ of {kind}")
    ax.set(
        xscale="log",
        xlabel="relative error of the gradient at a point",
        title="The quotients lose digits of their precision, the modes do not",
    )
    ax.set_yticks(range(len(errors)), [a + b for a, b in zip(errors, precision, strict=True)])
    ax.invert_yaxis()
    ax.legend(loc="lower left", bbox_to_anchor=(0.1, 0))


def quotient(way, step, dtype):
    """The gradient by a difference quotient in each coordinate, in NumPy."""

    def gradient(p):
        x1, x2 = p.astype(dtype)
        return [
            way(lambda v: worked(np, v, x2), x1, dtype(step)),
            way(lambda v: worked(np, x1, v), x2, dtype(step)),
        ]

    return gradient


WAYS = {
    "forward quotient, float32": quotient(forward_difference, np.sqrt(np.finfo("float32").eps), np.float32),
    "forward quotient": quotient(forward_difference, np.sqrt(np.finfo("float64").eps), np.float64),
    "central quotient": quotient(central_difference, best_central_step(1, 1), np.float64),
    "forward mode": lambda p: ops.convert_to_numpy(dual.jacobian(lambda x: worked(dual, x[0], x[1]), p)),
    "reverse mode": lambda p: ops.convert_to_numpy(tape.jacobian(lambda x: worked(tape, x[0], x[1]), p)),
    "backend": lambda p: ops.convert_to_numpy(course.grad(lambda x: worked(ops, x[0], x[1]))(p)),
}


def listing(point):
    """The lines of the tape with their adjoints, and the tangents of forward mode in the direction of x₁."""
    t = Tape()
    x1, x2 = t.watch(point[0]), t.watch(point[1])
    adjoints = t.sweep(worked(tape, x1, x2))
    tangents = {x1.index: 1.0, x2.index: 0.0}
    rows = []
    for node, adjoint in zip(t.nodes, adjoints, strict=True):
        if node.operands:  # v̇_k from the same pullbacks: a number's pullback multiplies with ∂ψ/∂v
            tangents[node.index] = sum(
                float(pull(ops.ones(()))) * tangents[v.index] for v, pull in node.operands
            )
        name = repr(node).rsplit(" = ", 1)[0]
        rows.append(
            [name, f"{float(node.value):.5f}", f"{tangents[node.index]:.5f}", f"{float(adjoint):.5f}"]
        )
    return rows
