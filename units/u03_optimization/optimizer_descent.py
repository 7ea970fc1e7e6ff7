"""Several Keras optimizers on the same function of a few variables (§4.3)."""

import numpy as np
from keras import ops

import course
from units.u03_optimization.hyperparameters import check_size


class ParallelDescent(course.Model):
    """Several optimizers, each with its own θ, on one function, in one compiled step.

    The sum of all losses is differentiated. Each term depends on one θ only, so each optimizer gets the gradient of its
    own loss, and the function is differentiated once instead of once for each optimizer.

    Args:
        f: a function of tensors (..., features) to (...), such as a test function.
        start: θ^(0), shape (features,) or (descents, features).
        optimizers: a list of fresh Keras optimizers.
        steps: how many steps can be recorded.

    Raises:
        ValueError: an optimizer has been used before (its averages would not start at zero), or is given twice.
    """

    def __init__(self, f, start, optimizers, steps):
        if any(o.built for o in optimizers) or len({id(o) for o in optimizers}) < len(optimizers):
            raise ValueError("Each optimizer must be new and given once: make a new one for every descent.")
        super().__init__()
        start = np.asarray(start, "float32")
        self.f = f
        self.methods = list(optimizers)
        self.thetas = [
            self.add_weight(shape=start.shape, initializer=lambda *_, **__: ops.convert_to_tensor(start))
            for _ in optimizers
        ]
        # θ of every optimizer after every step: (steps, optimizers, *start.shape)
        self.record = self.add_weight(
            shape=(steps, len(optimizers), *start.shape), initializer="zeros", trainable=False
        )

    def train_step(self, row):
        """One update of every θ. ``row``, shape (1, steps), has a 1 at the step to be recorded, else 0."""
        before = ops.stack([v.value for v in self.thetas])
        gradients = course.grad(lambda x: ops.sum(self.f(x)))(before)
        for i, (optimizer, theta) in enumerate(zip(self.methods, self.thetas, strict=True)):
            optimizer.apply([gradients[i]], [theta])
        now = ops.stack([v.value for v in self.thetas])[None]
        here = ops.reshape(row, (-1, *[1] * (len(now.shape) - 1)))
        self.record.assign(ops.where(here > 0, now, self.record.value))
        return {"loss": ops.sum(self.f(before))}


def optimizer_descent(f, start, optimizers, steps):
    """The paths of several optimizers on one function.

    Args:
        f: a function of tensors (..., features) to (...), such as a test function.
        start: θ^(0), shape (features,) or (descents, features).
        optimizers: a list of fresh Keras optimizers.
        steps: the number of updates, at least 1.

    Returns:
        A NumPy array of shape (optimizers, steps + 1, *start.shape).

    Raises:
        ValueError: an optimizer has been used before, or is given twice, or there is no step.
    """
    steps = check_size("steps", steps)
    model = ParallelDescent(f, start, optimizers, steps)
    model.compile()
    model.fit(np.eye(steps, dtype="float32"), batch_size=1, shuffle=False, verbose=0)
    first = np.broadcast_to(np.asarray(start, "float32"), model.record.shape[1:])
    return np.concatenate([first[None], model.record.numpy()]).swapaxes(0, 1)
