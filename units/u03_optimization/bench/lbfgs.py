"""L-BFGS through ``fit`` beside SciPy's L-BFGS-B and torch's own, on softmax regression of digits (§4.6).

SciPy and torch are given the same loss, written and compiled in the backend itself, so that what is compared is what
each does around a gradient: two-loop recursion, line search, loop.
"""

import keras
import numpy as np
from keras import ops
from scipy import optimize

import course
from course.bench.contest import Contest, native
from units.u03_optimization.lbfgs_model import LBFGSModel
from units.u03_optimization.lbfgs_optimizer import LBFGS

MEMORY, TOLERANCE, PENALTY, CLASSES = 10, 1e-4, 1e-3, 10


def data(rng):
    """Standardized pixels (1437, 64), labels (1437,)."""
    digits = course.data.load("digits")
    x = digits.features("train")
    return (x - x.mean(0)) / np.maximum(x.std(0), 1e-3), digits.labels("train")


def ours(x, y):
    """One epoch of ``fit`` from W = 0: a compiled step of many iterations."""
    models = {}

    def model(evaluations):
        layer = keras.layers.Dense(
            CLASSES, kernel_initializer="zeros", kernel_regularizer=keras.regularizers.L2(PENALTY)
        )
        found = LBFGSModel(keras.Sequential([keras.Input((x.shape[1],)), layer]))
        # each iteration asks for one gradient or a few, and one is asked for at the start
        optimizer = LBFGS(memory=MEMORY, iterations=max(1, evaluations - 1), tolerance=TOLERANCE)
        found.compile(optimizer, keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        found.prepare((x, y))
        return found

    def run(evaluations):
        if evaluations not in models:
            models[evaluations] = model(evaluations)
        chosen = models[evaluations]
        for v in (*chosen.trainable_variables, *chosen.optimizer.variables[2:]):  # its rate and count stay
            v.assign(ops.zeros(v.shape, dtype=v.dtype))
        history = chosen.fit(x, y, batch_size=len(x), epochs=1, shuffle=False, verbose=0).history
        return int(history["gradient_evaluations"][0]), history["loss"][0]

    return run


def scipy(x, y):
    """SciPy's L-BFGS-B."""
    f = native("lbfgs").gradient(x, y, CLASSES, PENALTY)
    start = np.zeros((x.shape[1] + 1) * CLASSES)

    def run(evaluations):
        seen = []

        def noted(theta):
            value, gradient = f(theta)
            seen.append(value)
            return value, gradient

        options = {
            "maxcor": MEMORY,
            "gtol": TOLERANCE,
            "ftol": 0.0,
            "maxfun": evaluations,
            "maxiter": evaluations,
        }
        optimize.minimize(noted, start, jac=True, method="L-BFGS-B", options=options)
        return len(seen), min(seen[:evaluations])

    return run


def torch(x, y):
    """torch.optim.LBFGS."""
    minimize = native("lbfgs").minimize(x, y, CLASSES, PENALTY, MEMORY, TOLERANCE)

    def run(evaluations):
        seen = minimize(evaluations)
        return len(seen), min(seen[:evaluations])

    return run


CASE = Contest(
    title="L-BFGS to max|∂C/∂θ| = 1e-4, softmax regression on 1,437 digits",
    unit="gradient evaluation",
    data=data,
    variants=lambda backend: (
        {"ours": ours, "scipy": scipy} | ({"torch": torch} if backend == "torch" else {})
    ),
    amount=100,
    proofs=(10, 20, 100),
    tolerance=0.05,
    warm=25,  # on torch a step is recorded after 20
)
