"""The lesson of unit 3: loss landscapes, first-order and second-order methods, automatic differentiation."""

# %% [markdown]
# # Unit 3: Optimization Algorithms
#
# Run this file cell by cell in an editor that supports the percent format (`# %%`), or as a whole with Python.

# %%
import keras
import numpy as np
from keras import ops

import course
from units import u03_optimization as u03

# %% [markdown]
# ## Part A: landscapes
#
# A test function has a formula, its minima and the region for its plots. The Hessian at a minimum describes the shape
# of the valley: its largest eigenvalue divided by its smallest is the condition number κ.

# %%
for f in u03.TEST_FUNCTIONS.values():
    H = u03.hessian(f, f.minima[0].astype("float32"))
    print(f"{f.name:22s} m, L = {u03.eigenvalues(H).round(2)}   κ = {u03.condition_number(H):,.1f}")

# %% [markdown]
# Himmelblau's function has four minima, and between them other points where the gradient vanishes. Newton's method,
# started from the points of a grid, finds all nine:

# %%
grid = np.stack(np.meshgrid(*[np.linspace(-5, 5, 7)] * 2), axis=-1).reshape(-1, 2)
for point in u03.find_stationary_points(u03.HIMMELBLAU, grid):
    print(point.round(3), u03.classify(u03.hessian(u03.HIMMELBLAU, point.astype("float32"))))

# %% [markdown]
# A function is convex if no chord runs below its graph. We draw thousands of random chords and count those that do:

# %%
for f in (u03.LOGISTIC, u03.HIMMELBLAU, u03.SADDLE):
    share = u03.share_below_graph(f, f.domain, np.random.default_rng(0))
    print(f"{f.name:14s} {share:.1%} of the chords run below the graph")

# %% [markdown]
# ## Part B: first order
#
# On a quadratic the learning rate decides whether gradient descent converges: the limit is 2/L.

# %%
bowl = u03.quadratic_bowl(10)
limit = u03.stability_limit(10)
for alpha in (0.1 * limit, u03.optimal_learning_rate(1, 10), 1.02 * limit):
    path = u03.gradient_descent(course.grad(bowl), bowl.start, alpha, steps=60)
    lengths = np.linalg.norm(path, axis=1)
    print(f"α = {alpha:.3f}: distance {lengths[0]:.2f} -> {lengths[-1]:.2e}")

# %% [markdown]
# With the best α each step multiplies the distance to the minimum by (κ − 1)/(κ + 1). Momentum replaces κ by its
# square root:

# %%
alpha, beta, rho = u03.tuned_heavy_ball(1, 10)
path = u03.momentum_descent(course.grad(bowl), bowl.start, alpha, beta, steps=60)
print(f"heavy ball: {np.linalg.norm(path[-1]):.2e}")
print(
    f"factors: {u03.descent_rate(u03.optimal_learning_rate(1, 10), 1, 10):.3f} without, {rho:.3f} with momentum"
)

# %% [markdown]
# With single samples the gradient is noisy, and with a constant α the iterates stay in a ball around the minimum. The
# simplest example is the estimation of a mean: C_i(θ) = ½ (θ − a_i)². With α_t = 1/(1 + t) the result *is* the mean of
# the samples.

# %%
samples = np.random.default_rng(0).normal(3.0, 1.0, 300).astype("float32")
for name, rate in (("α = 0.3", 0.3), ("α_t = 1/(1 + t)", u03.InverseTimeDecay(1.0, 1, 1.0))):
    path = u03.stochastic_descent(lambda theta, a: theta - a, 0.0, rate, samples)
    print(f"{name:16s} last θ = {path[-1]:.3f}, mean of the samples = {samples.mean():.3f}")

# %% [markdown]
# The optimizers are written from their equations and give the same numbers as Keras's own. They can be used like
# those: in `compile`, with schedules, clipping and weight decay. Here we compare them on Rosenbrock's function.

# %%
optimizers = [u03.SGD(5e-4), u03.Momentum(5e-4, 0.9), u03.RMSprop(0.01), u03.Adam(0.1)]
paths = u03.optimizer_descent(u03.ROSENBROCK, u03.ROSENBROCK.start, optimizers, steps=200)
for optimizer, end in zip(optimizers, paths[:, -1], strict=True):
    print(f"{type(optimizer).__name__:9s} is at {np.round(end, 2)}, loss {float(u03.ROSENBROCK(end)):.4f}")

# %% [markdown]
# Clipping by the global norm keeps the direction of a gradient and reduces its norm:

# %%
clipped, norm = u03.clip_by_global_norm([np.float32([30.0, 0.0]), np.float32([40.0])], limit=1.0)
print("norm before:", float(norm), " clipped:", *[ops.convert_to_numpy(g).round(2) for g in clipped])

# %% [markdown]
# ## Part C: second order
#
# How long should a step along a direction be? The Armijo condition requires a sufficient decrease of the loss. The
# strong Wolfe conditions also require a small slope. On one line of Himmelblau's function:

# %%
here = u03.Descent(u03.HIMMELBLAU, [4.9, 4.6])
d = -here.gradient / ops.norm(here.gradient)
phi = here.along(d)
for name, step in (
    ("Armijo", u03.armijo(phi, here.value, here.slope(d), step=10.0)),
    ("strong Wolfe", u03.strong_wolfe(phi, here.value, here.slope(d), c2=0.1)),
):
    value, slope = phi(step)
    print(
        f"{name:12s} step {step:.3f}: loss {here.value:.1f} -> {value:.2f}, slope left {slope / here.slope(d):.3f}"
    )

# %% [markdown]
# Five methods that use curvature, on Rosenbrock's function. Newton's method uses the Hessian itself, BFGS approximates
# it from gradients, and L-BFGS stores the last ten steps instead of a matrix.

# %%
for method in (u03.nonlinear_conjugate_gradient, u03.newton, u03.levenberg, u03.bfgs, u03.lbfgs):
    end = method(u03.ROSENBROCK, u03.ROSENBROCK.start)
    print(
        f"{method.__name__:30s} {end.steps:3d} steps, {end.evaluations:3d} gradients, "
        f"{end.products:2d} Hessian products, loss {end.value:.0e}"
    )

# %% [markdown]
# Newton's method converges to a saddle as well as to a minimum. Levenberg's method first makes the eigenvalues
# positive:

# %%
start = [1.0, 0.3]
print("Newton ends at   ", np.round(u03.newton(u03.SADDLE, start, damped=False).path[-1], 3))
print("Levenberg ends at", np.round(u03.levenberg(u03.SADDLE, start).path[-1], 3))

# %% [markdown]
# L-BFGS can also train a model with `fit`. It needs no learning rate, but it needs the full batch in every step.

# %%
digits = course.data.load("digits")
x, y = digits.features("train"), digits.labels("train")
model = u03.LBFGSModel(keras.Sequential([keras.layers.Dense(digits.classes, kernel_regularizer="l2")]))
model.compile(
    optimizer=u03.LBFGS(iterations=10), loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True)
)
history = model.fit(x, y, batch_size=len(x), epochs=4, verbose=0).history
print("gradients:", [int(n) for n in history["gradient_evaluations"]])
print("loss:     ", [round(c, 4) for c in history["loss"]])

# %% [markdown]
# The largest eigenvalue of a Hessian can be computed with Hessian-vector products only. It gives the limit for the
# learning rate:

# %%
top, _, products = u03.top_eigenvalue(u03.ROSENBROCK, [np.array([1.0, 1.0], "float32")])
print(f"Rosenbrock's minimum: λ_max = {top:.1f} from {products} products, so α must stay below {2 / top:.5f}")

# %% [markdown]
# ## Part D: automatic differentiation
#
# How are gradients computed? A difference quotient loses significant digits for every step h. At its best step, near
# 1e-8, the forward quotient typically keeps about half of the 16 digits. At a single point the errors of formula and
# rounding may cancel by chance, so here is the median over a thousand points:

# %%
points = np.linspace(0.5, 1.5, 1001)
slopes = np.exp(points) * (np.sin(points) + np.cos(points))
for h in (1e-4, 1e-8, 1e-12):
    quotients = u03.forward_difference(lambda x: np.exp(x) * np.sin(x), points, h)
    print(f"h = {h:.0e}: relative error {np.median(np.abs(quotients / slopes - 1)):.0e}")

# %% [markdown]
# A dual number holds a value and a derivative. The program stays the same; only its input changes:

# %%
x = u03.Dual(1.0, 1.0)
y = u03.dual.exp(x) * u03.dual.sin(x)
print(f"forward mode: {float(y.tangent):.7f}, by hand: {np.exp(1.0) * (np.sin(1.0) + np.cos(1.0)):.7f}")

# %% [markdown]
# Reverse mode records a list of all operations and then goes through it backwards. The program prints its lines with
# the adjoint v̄ = ∂y/∂v of each: the first two are the gradient.

# %%
recorder = u03.Tape()
x1, x2 = recorder.watch(1.5), recorder.watch(0.5)
y = u03.worked(u03.tape, x1, x2)
for node, adjoint in zip(recorder.nodes, recorder.sweep(y), strict=True):
    print(f"{node!r:42s} adjoint {float(adjoint):.4f}")
print("by hand:", u03.gradient_by_hand(1.5, 0.5).round(4))

# %% [markdown]
# Forward mode gives the Jacobian column by column, reverse mode row by row. For the 3 × 40 Jacobian of a layer
# forward mode needs 40 passes and reverse mode 3 passes; both results are the same.

# %%
rng = np.random.default_rng(1)
A, v = rng.normal(size=(3, 40)).astype("float32"), rng.normal(size=40).astype("float32")
by_columns = u03.dual.jacobian(lambda t: u03.dual.tanh(u03.dual.matmul(A, t)), v)
by_rows = u03.tape.jacobian(lambda t: u03.tape.tanh(u03.tape.matmul(A, t)), v)
print("largest difference:", float(ops.max(ops.abs(by_columns - by_rows))))

# %% [markdown]
# A loss has one output, so reverse mode needs one backward pass for any number of parameters. Therefore training uses
# reverse mode. Unit 4 builds networks of many layers and derives their backward pass in matrix form.
