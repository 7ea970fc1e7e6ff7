"""The variants of a case in one process: our ``fit``, Keras's ``fit``, the native loops; same weights, same batches."""

from importlib import import_module

import keras
import numpy as np

from course.backend import device
from course.bench.case import GROUP


class Fit:
    """Training by ``fit`` of a Keras model."""

    def __init__(self, case, model):
        self.case, self.model = case, model

    def run(self, arrays, batch, epochs=1):
        """Train; return the mean loss of the last epoch."""
        history = self.model.fit(
            **self.case.arguments(*arrays), batch_size=batch, epochs=epochs, shuffle=False, verbose=0
        )
        return float(history.history["loss"][-1])


class Variants:
    """Builds the variants of a case, each from the same weights.

    Args:
        name: of the case, which is that of the files of its native loops.
        case: the ``Case``.
        seed: of data and weights.
        steps: batches in an epoch.
        precision: ``"float32"`` or ``"bfloat16"``.
        fastest: whether there is the fastest kind of native loop too.
        plain: whether there is our ``fit`` without its fast paths too.
    """

    def __init__(self, name, case, seed=0, steps=None, precision="float32", fastest=True, plain=False):
        self.name, self.case, self.precision = name, case, precision
        self.fastest, self.plain = fastest, plain
        if precision == "bfloat16":
            keras.config.set_dtype_policy("mixed_bfloat16")
        keras.utils.set_random_seed(seed)
        self.backend = keras.backend.backend()
        steps = case.steps if steps is None else steps
        if steps > GROUP:
            steps -= steps % GROUP  # every group is whole
        self.arrays = case.data(np.random.default_rng(seed), steps * case.batch)
        self.steps = steps
        self.first_batch = tuple(a[: case.batch] for a in self.arrays)
        self.loops = import_module(f"course.bench.native.{self.backend}.loop").LOOPS
        self.weights = [_initial(w, [seed, i]) for i, w in enumerate(self._built(case.ours()).get_weights())]

    @property
    def names(self):
        """The variants that exist for this case on this backend."""
        names = ["ours", "ours_plain"] if self.plain else ["ours"]
        # A convolution inside a compiled loop of XLA is several times slower on a CPU, so only where it can win.
        if self.backend == "jax" and (self.case.small or device() != "cpu"):
            names.append("ours_scan")
        if self.backend == "tensorflow":
            names.append("ours_xla")
        if self.case.keras is not None:
            names.append("keras")
        return [*names, *(loop for loop in self.loops if self.fastest or loop == "native")]

    def make(self, variant):
        """Build one."""
        if variant in self.loops:
            build = import_module(f"course.bench.native.{self.backend}.{self.name}").build
            return self.loops[variant](build, [w.copy() for w in self.weights], self.precision)
        if variant == "keras":
            model = self.case.keras()
            model(self.case.arguments(*self.first_batch)["x"])
        else:
            model = self._built(self.case.ours())
            if variant == "ours_scan":
                model.steps_per_execution = GROUP
            elif variant == "ours_plain":
                model._fast = False  # as compile(fast=False) does
            elif variant == "ours_xla":
                model.jit_compile = True
        if [w.shape for w in model.get_weights()] != [w.shape for w in self.weights]:
            raise ValueError(f"{self.name}: the variant {variant} has other weights than ours.")
        model.set_weights(self.weights)
        return Fit(self.case, model)

    def _built(self, model):
        arguments = self.case.arguments(*self.first_batch)
        model.prepare((arguments["x"], arguments["y"]) if "y" in arguments else arguments["x"])
        return model


def _initial(weight, seed):
    """Matrices and kernels from NumPy, the same on every backend; vectors (biases, scales) as Keras made them."""
    if weight.ndim < 2:
        return weight
    fan_in = np.prod(weight.shape[:-1])
    return np.random.default_rng(seed).normal(0, fan_in**-0.5, weight.shape).astype("float32")
