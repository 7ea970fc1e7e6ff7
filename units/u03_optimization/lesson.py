"""Unit 3, walked through."""

# %% [markdown]
# # Unit 3: Optimization Algorithms
#
# Run it cell by cell in an editor that knows the percent format, or from top to bottom.

# %%
import keras
import numpy as np
from keras import ops

import course
from units import u03_optimization as u03

# %% [markdown]
# ## Part A: landscapes
#
# A test function knows its formula, its minima and where to draw it. The Hessian at a minimum says how narrow it is:
# its largest eigenvalue over its smallest is the condition number κ.

# %%
for f in u03.TEST_FUNCTIONS.values():
    H = u03.hessian(f, f.minima[0].astype("float32"))
    print(f"{f.name:22s} m, L = {u03.eigenvalues(H).round(2)}   κ = {u03.condition_number(H):,.1f}")

# %% [markdown]
# Himmelblau's function has four minima, and between them other points where the gradient vanishes. Newton's method,
# started on a grid, finds all nine:

# %%
grid = np.stack(np.meshgrid(*[np.linspace(-5, 5, 7)] * 2), axis=-1).reshape(-1, 2)
for point in u03.find_stationary_points(u03.HIMMELBLAU, grid):
    print(point.round(3), u03.classify(u03.hessian(u03.HIMMELBLAU, point.astype("float32"))))

# %% [markdown]
# Convex means that no chord runs below the graph. Draw thousands of chords at random and count those that do:

# %%
for f in (u03.LOGISTIC, u03.HIMMELBLAU, u03.SADDLE):
    share = u03.share_below_graph(f, f.domain, np.random.default_rng(0))
    print(f"{f.name:14s} {share:.1%} of the chords run below the graph")

# %% [markdown]
# ## Part B: first order
#
# One number decides over gradient descent on a quadratic: the learning rate, in units of 2/L.

# %%
bowl = u03.quadratic_bowl(10)
limit = u03.stability_limit(10)
for alpha in (0.1 * limit, u03.optimal_learning_rate(1, 10), 1.02 * limit):
    path = u03.gradient_descent(course.grad(bowl), bowl.start, alpha, steps=60)
    lengths = np.linalg.norm(path, axis=1)
    print(f"α = {alpha:.3f}: distance {lengths[0]:.2f} -> {lengths[-1]:.2e}")

# %% [markdown]
# The best α shrinks the distance by (κ − 1)/(κ + 1) in each step. Momentum replaces κ by its root:

# %%
alpha, beta, rho = u03.tuned_heavy_ball(1, 10)
path = u03.momentum_descent(course.grad(bowl), bowl.start, alpha, beta, steps=60)
print(f"heavy ball: {np.linalg.norm(path[-1]):.2e}")
print(
    f"factors: {u03.descent_rate(u03.optimal_learning_rate(1, 10), 1, 10):.3f} without, {rho:.3f} with momentum"
)

# %% [markdown]
# With single samples there is noise in the gradient, and a constant α ends in a ball around the minimum. To estimate a
# mean is the smallest example: C_i(θ) = ½ (θ − a_i)². With α_t = 1/(1 + t) the descent *is* the mean of the samples.

# %%
samples = np.random.default_rng(0).normal(3.0, 1.0, 300).astype("float32")
for name, rate in (("α = 0.3", 0.3), ("α_t = 1/(1 + t)", u03.InverseTimeDecay(1.0, 1, 1.0))):
    path = u03.stochastic_descent(lambda theta, a: theta - a, 0.0, rate, samples)
    print(f"{name:16s} last θ = {path[-1]:.3f}, mean of the samples = {samples.mean():.3f}")

# %% [markdown]
# The optimizers are written from their equations, are equal to Keras's own and go wherever those go: into `compile`,
# with schedules, clipping and weight decay. Here they race in Rosenbrock's valley.

# %%
racers = [u03.SGD(5e-4), u03.Momentum(5e-4, 0.9), u03.RMSprop(0.01), u03.Adam(0.1)]
paths = u03.optimizer_descent(u03.ROSENBROCK, u03.ROSENBROCK.start, racers, steps=200)
for racer, end in zip(racers, paths[:, -1], strict=True):
    print(f"{type(racer).__name__:9s} is at {np.round(end, 2)}, loss {float(u03.ROSENBROCK(end)):.4f}")

# %% [markdown]
# A clipped gradient keeps its direction and loses its length:

# %%
clipped, norm = u03.clip_by_global_norm([np.float32([30.0, 0.0]), np.float32([40.0])], limit=1.0)
print("norm before:", float(norm), " clipped:", *[ops.convert_to_numpy(g).round(2) for g in clipped])

# %% [markdown]
# ## Part C: second order
#
# How far along a direction? Armijo's condition asks for a loss that is low enough, the strong Wolfe conditions also for
# a slope that has nearly gone. On one line of Himmelblau's function:

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
# Rosenbrock's valley with curvature in five ways. Newton has the Hessian itself, BFGS learns it from gradients, L-BFGS
# keeps the last ten steps instead of a matrix.

# %%
for method in (u03.nonlinear_conjugate_gradient, u03.newton, u03.levenberg, u03.bfgs, u03.lbfgs):
    end = method(u03.ROSENBROCK, u03.ROSENBROCK.start)
    print(
        f"{method.__name__:30s} {end.steps:3d} steps, {end.evaluations:3d} gradients, "
        f"{end.products:2d} Hessian products, loss {end.value:.0e}"
    )

# %% [markdown]
# Newton's method is as happy in a saddle as in a minimum. Levenberg's lifts the eigenvalues first:

# %%
start = [1.0, 0.3]
print("Newton ends at   ", np.round(u03.newton(u03.SADDLE, start, damped=False).path[-1], 3))
print("Levenberg ends at", np.round(u03.levenberg(u03.SADDLE, start).path[-1], 3))

# %% [markdown]
# And on a model, through `fit`: L-BFGS needs no learning rate, but it does need the full batch in every step.

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
# The largest eigenvalue of a Hessian, from products with vectors alone, and the limit that it sets for the
# learning rate:

# %%
top, _, products = u03.top_eigenvalue(u03.ROSENBROCK, [np.array([1.0, 1.0], "float32")])
print(f"Rosenbrock's minimum: λ_max = {top:.1f} from {products} products, so α must stay below {2 / top:.5f}")

# %% [markdown]
# ## Part D: automatic differentiation
#
# Where do gradients come from? A quotient of differences loses digits whatever the step. At its best step, near 1e-8,
# the forward quotient typically keeps about half of the 16 digits. At a single point the errors of formula and rounding
# may cancel by chance, so here is the median over a thousand points:

# %%
points = np.linspace(0.5, 1.5, 1001)
slopes = np.exp(points) * (np.sin(points) + np.cos(points))
for h in (1e-4, 1e-8, 1e-12):
    quotients = u03.forward_difference(lambda x: np.exp(x) * np.sin(x), points, h)
    print(f"h = {h:.0e}: relative error {np.median(np.abs(quotients / slopes - 1)):.0e}")

# %% [markdown]
# A dual number carries its derivative along. The program does not change, only what it is run on:

# %%
x = u03.Dual(1.0, 1.0)
y = u03.dual.exp(x) * u03.dual.sin(x)
print(f"forward mode: {float(y.tangent):.7f}, by hand: {np.exp(1.0) * (np.sin(1.0) + np.cos(1.0)):.7f}")

# %% [markdown]
# Reverse mode writes a list of all operations and sweeps back over it. These are its lines, with the adjoint
# v̄ = ∂y/∂v of each: the first two are the gradient.

# %%
recorder = u03.Tape()
x1, x2 = recorder.watch(1.5), recorder.watch(0.5)
y = u03.worked(u03.tape, x1, x2)
for node, adjoint in zip(recorder.nodes, recorder.sweep(y), strict=True):
    print(f"{node!r:42s} adjoint {float(adjoint):.4f}")
print("by hand:", u03.gradient_by_hand(1.5, 0.5).round(4))

# %% [markdown]
# Forward mode gives the Jacobian column by column, reverse mode row by row. Of the 3 × 40 Jacobian of a layer the
# first needs 40 sweeps, the second 3; the result is the same, and the backend's as well.

# %%
rng = np.random.default_rng(1)
A, v = rng.normal(size=(3, 40)).astype("float32"), rng.normal(size=40).astype("float32")
by_columns = u03.dual.jacobian(lambda t: u03.dual.tanh(u03.dual.matmul(A, t)), v)
by_rows = u03.tape.jacobian(lambda t: u03.tape.tanh(u03.tape.matmul(A, t)), v)
print("largest difference:", float(ops.max(ops.abs(by_columns - by_rows))))

# %% [markdown]
# A loss has one output: one sweep back, for any number of parameters. That is what training rests on. Unit 4 builds
# networks of many layers, and derives this sweep for them in matrix form.
