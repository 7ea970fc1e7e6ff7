"""The largest Hessian eigenvalue of a network without its Hessian, and the stability limit 2/λ (§4.6)."""

import keras
import numpy as np
from keras import ops

import course
from course.figures import COLOURS
from units.u03_optimization.lbfgs_model import LBFGSModel
from units.u03_optimization.lbfgs_optimizer import LBFGS
from units.u03_optimization.top_eigenvalue import top_eigenvalue

STEPS, PUSH = 24, 2e-3


def run(r):
    d = r.data("moons", n=100, noise=0.15, seed=r.seed)
    x, y = d.features(), d.labels().astype("float32")[:, None]
    start = keras.initializers.GlorotUniform(seed=r.seed)
    options = {"kernel_initializer": start, "kernel_regularizer": keras.regularizers.L2(1e-3)}
    network = keras.Sequential(
        [keras.Input((2,)), keras.layers.Dense(4, "tanh", **options), keras.layers.Dense(1, **options)]
    )
    model = LBFGSModel(network)
    model.compile(optimizer=LBFGS(iterations=100, tolerance=1e-5), loss="mse")
    history = model.fit(x, y, batch_size=len(x), epochs=5, verbose=0).history
    theta = model.trainable_variables

    def loss():
        return ops.mean((network(x) - ops.convert_to_tensor(y)) ** 2) + sum(network.losses)

    top, v, products = top_eigenvalue(loss, theta, tolerance=1e-5)
    values = np.linalg.eigvalsh(full_hessian(loss, theta))
    best = [ops.convert_to_tensor(np.array(w)) for w in theta]
    shares = {0.95: "green", 1.05: "red"}
    distance = {share: descend(loss, theta, best, v, share * 2 / top) for share in shares}
    factor = {share: (d[-1] / d[0]) ** (1 / STEPS) for share, d in distance.items()}

    r.metric("gradient_size_at_the_minimum", history["gradient_size"][-1])
    r.metric("relative_error_of_top_eigenvalue", abs(top / values[-1] - 1))
    r.metric("factor_below_the_limit", factor[0.95])  # |1 − αλ| = 0.9
    r.metric("factor_above_the_limit", factor[1.05])  # 1.1
    r.log(f"{len(values)} parameters: λ_max = {top:.4f} from {products} products, 2/λ_max = {2 / top:.4f}")

    _, (left, right) = r.figure("eigenvalue", 1, 2, size=(11, 4.2))
    rank = np.arange(len(values), 0, -1)
    left.plot(rank, values, "o", color=COLOURS["grey"], label="eigenvalues of the whole Hessian")
    left.axhline(top, color=COLOURS["blue"], label="power iteration")
    left.set_yscale("symlog", linthresh=1e-3)
    left.set(xlabel="rank", ylabel="eigenvalue", title=f"{len(values)} parameters, at a minimum")
    left.set_ylim(min(values[0], 0) - 1e-3, 20 * top)
    left.legend()
    for share, colour in shares.items():
        label = f"α = {share} · 2/λ: factor {factor[share]:.3f} a step"
        right.semilogy(distance[share], color=COLOURS[colour], label=label)
    right.set(xlabel="step of gradient descent", ylabel="distance from the minimum along v")
    right.set_title("The stability limit 2/λ")
    right.legend()


def descend(loss, theta, best, v, alpha):
    """Gradient descent from a small push along v: the distance from the minimum along v, by step."""
    for w, value, u in zip(theta, best, v, strict=True):
        w.assign(value + PUSH * u)
    distance = []
    for _ in range(STEPS + 1):
        moved = [ops.sum((w.value - b) * u) for w, b, u in zip(theta, best, v, strict=True)]
        distance.append(abs(sum(float(ops.convert_to_numpy(m)) for m in moved)))
        _, gradients = course.value_and_grad(loss, theta)
        for w, g in zip(theta, gradients, strict=True):
            w.assign(w - alpha * g)
    return np.array(distance)


def full_hessian(loss, theta):
    """All n columns, each a product with a unit vector, symmetric up to rounding."""
    f = course.pure(loss, theta)
    shapes = [tuple(w.shape) for w in theta]
    ends = np.cumsum([int(np.prod(s)) for s in shapes])
    columns = []
    for e in np.eye(ends[-1], dtype="float32"):
        parts = [p.reshape(s) for p, s in zip(np.split(e, ends[:-1]), shapes, strict=True)]
        products = course.hvp(f, [w.value for w in theta], parts)
        columns.append(np.concatenate([np.ravel(ops.convert_to_numpy(h)) for h in products]))
    H = np.stack(columns).astype("float64")
    return (H + H.T) / 2
