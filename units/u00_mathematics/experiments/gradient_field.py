"""The gradient is orthogonal to the level sets and points to where the function grows fastest (§A.2)."""

import numpy as np
from keras import ops

import course
from course.figures import COLOURS
from units.u00_mathematics import angle_cosine, directional_derivative


def f(x):
    """f(x) = x_1² / 2 + x_2² + sin(2 x_1) / 2 + x_1 x_2 / 2 for points on the last axis."""
    x1, x2 = x[..., 0], x[..., 1]
    return x1**2 / 2 + x2**2 + ops.sin(2 * x1) / 2 + x1 * x2 / 2


def gradients(points):
    """The gradients at many points: each f(x_i) depends on x_i alone, so one sweep is enough."""
    return ops.convert_to_numpy(
        course.grad(lambda x: ops.sum(f(x)))(ops.convert_to_tensor(points, "float32"))
    )


def run(r):
    x1, x2 = np.meshgrid(np.linspace(-2, 2, 121), np.linspace(-1.5, 1.5, 91))
    height = ops.convert_to_numpy(f(ops.convert_to_tensor(np.stack([x1, x2], -1), "float32")))
    _, axes = r.figure("field", size=(7, 4.6))
    levels = axes.contour(x1, x2, height, levels=np.arange(-0.25, 5, 0.5), cmap="viridis")
    coarse = np.stack(np.meshgrid(np.linspace(-1.8, 1.8, 10), np.linspace(-1.3, 1.3, 8)), -1).reshape(-1, 2)
    axes.quiver(*coarse.T, *gradients(coarse).T, color=COLOURS["red"], width=0.004)
    axes.set(title="Level sets and gradients", xlabel="x₁", ylabel="x₂", aspect="equal")

    # the tangent of a level set, from two neighbouring points of the drawn curve, is orthogonal to the gradient
    curves = [path for level in levels.allsegs for path in level if len(path) > 10]
    tangents = np.concatenate([np.diff(curve, axis=0) for curve in curves])
    g = gradients(np.concatenate([(curve[1:] + curve[:-1]) / 2 for curve in curves]))
    long = (np.linalg.norm(tangents, axis=1) > 0.01) & (np.linalg.norm(g, axis=1) > 0.3)
    r.metric(
        "mean_cosine_with_the_level_set",
        np.abs(ops.convert_to_numpy(angle_cosine(tangents[long], g[long]))).mean(),
    )

    # of 60 directions of length 1 the steepest is the one next to the gradient
    x = ops.convert_to_tensor([1.0, -0.5])
    t = np.arange(60) * 2 * np.pi / 60
    directions = ops.convert_to_tensor(np.stack([np.cos(t), np.sin(t)], 1), "float32")
    slopes = np.array([float(directional_derivative(f, x, d)) for d in ops.unstack(directions)])
    g = gradients([[1.0, -0.5]])[0]
    apart = (np.degrees(t[slopes.argmax()] - np.arctan2(g[1], g[0])) + 180) % 360 - 180
    r.metric("degrees_between_steepest_and_gradient", abs(apart))
    r.metric("largest_slope_over_norm", slopes.max() / np.linalg.norm(g))
    r.log(
        f"‖∇f‖ = {np.linalg.norm(g):.3f}, and the largest of 60 directional derivatives is {slopes.max():.3f}."
    )
