"""L-BFGS as a Keras optimizer: its memory in Keras variables, its steps compiled by ``fit`` (§4.6)."""

import keras
from keras import ops

import course
from units.u03_optimization.hyperparameters import check_positive, check_size
from units.u03_optimization.lbfgs import remember
from units.u03_optimization.lbfgs_matrix import matrix_form
from units.u03_optimization.wolfe_loop import strong_wolfe_loop


@keras.saving.register_keras_serializable("medl")
class LBFGS(keras.optimizers.Optimizer):
    """L-BFGS with strong Wolfe steps, for a loss that is the same function in every step.

    d = −B g by ``matrix_form``, which is ``two_loop`` in fewer operations,   θ ← θ + α d,   α by ``strong_wolfe_loop``

    The line search needs the loss at several points, so a gradient is not enough, and the optimizer has
    ``minimize(loss, variables)`` instead of ``apply``. One call makes several iterations, each with one or a few new
    gradients. It begins with a new evaluation of the loss, because the data or the weights may have changed.

    Args:
        memory: m, how many steps are remembered.
        iterations: iterations for each call of ``minimize``.
        tolerance: there is no further iteration when max_j |∂C/∂θ_j| is at most this.
        max_trials: gradients for one line search, at most.
        name: its name.

    State: S and Y of shape (memory, features), where the features are all parameters, and two counts,
    ``gradient_evaluations`` and ``steps_taken``; all of them are saved with the model.

    Raises:
        ValueError: memory, iterations or max_trials is no whole number of at least 1, or the tolerance is negative.

    References: Liu and Nocedal, "On the limited memory BFGS method", Math. Programming 45 (1989).
    """

    def __init__(self, memory=10, iterations=10, tolerance=1e-6, max_trials=25, name="lbfgs"):
        super().__init__(learning_rate=1.0, name=name)  # the first trial is α = 1, Newton's step
        self.memory = check_size("memory", memory)
        self.iterations_per_call = check_size("iterations", iterations)
        self.max_trials = check_size("max_trials", max_trials)
        self.tolerance = check_positive("tolerance", tolerance, zero=True)

    def build(self, variables):
        """Create S, Y and the counts for these variables."""
        if self.built:
            return
        super().build(variables)
        n = sum(_size(v) for v in variables)
        self.S = self.add_variable((self.memory, n), name="steps")
        self.Y = self.add_variable((self.memory, n), name="changes")
        self.gradient_evaluations = self.add_variable((), dtype="int32", name="gradient_evaluations")
        self.steps_taken = self.add_variable((), dtype="int32", name="steps_taken")

    def apply(self, grads, trainable_variables=None):
        """Raise an error: a gradient alone does not allow a line search."""
        raise ValueError(
            "LBFGS cannot apply gradients: it has to evaluate the loss itself. Train with an LBFGSModel, or call "
            "optimizer.minimize(loss, variables) in your train_step."
        )

    def minimize(self, loss, variables):
        """Make the iterations of one call, and assign the variables where they ended.

        Args:
            loss: a function without arguments that returns a scalar and reads the variables; it may assign nothing.
            variables: θ, a list of Keras variables.

        Returns:
            ``(C(θ), max_j |∂C/∂θ_j|)`` at the new θ.
        """
        if course.is_tracing():  # Keras builds the optimizer for the variables that it sees here
            self.apply(variables, variables)
            return loss(), loss()
        if not self.built:
            self.build(variables)
        f = course.pure(loss, variables)

        def look(theta):
            value, pullback = course.vjp(lambda t: f(*_split(t, variables)), theta)
            return value, pullback(ops.ones_like(value))[0]

        def goes_on(k, moved, theta, value, gradient, *_):
            # max_j |∂C/∂θ_j| > tolerance
            steep = ops.max(ops.abs(gradient)) > self.tolerance
            return ops.logical_and(ops.logical_and(k < self.iterations_per_call, moved), steep)

        def iterate(k, moved, theta, value, gradient, S, Y, evaluations):
            # d = −B g
            d = -matrix_form(gradient, S, Y)
            down = ops.sum(gradient * d) < 0  # if not, because of rounding, clear the memory
            d = ops.where(down, d, -gradient)
            S, Y = _clear_unless(down, S, Y)
            # α = 1, or min(1, 1/‖g‖) without memory
            known = ops.sum(S[-1] * Y[-1]) > 0
            one = ops.ones_like(value)
            step = ops.where(known, one, ops.minimum(one, 1 / ops.norm(gradient)))
            step, new_value, new_gradient, trials = strong_wolfe_loop(
                look, theta, d, value, gradient, step, max_trials=self.max_trials
            )
            # s = α d,   y = ∇C(θ + α d) − ∇C(θ)
            S, Y = remember(S, Y, step * d, new_gradient - gradient)
            moved = step > 0
            # after a search without success the memory is cleared: the next call uses −g as direction
            S, Y = _clear_unless(moved, S, Y)
            # θ ← θ + α d
            return k + 1, moved, theta + step * d, new_value, new_gradient, S, Y, evaluations + trials

        theta = ops.concatenate([ops.reshape(v, (-1,)) for v in variables])
        value, gradient = look(theta)
        count = ops.zeros_like(value, dtype="int32")
        k, _, theta, value, gradient, S, Y, evaluations = ops.while_loop(
            goes_on,
            iterate,
            (
                count,
                count == 0,
                theta,
                value,
                gradient,
                *map(ops.convert_to_tensor, (self.S, self.Y)),
                count + 1,
            ),
        )
        for variable, part in zip(variables, _split(theta, variables), strict=True):
            variable.assign(part)
        self.S.assign(S)
        self.Y.assign(Y)
        self.gradient_evaluations.assign_add(evaluations)
        self.steps_taken.assign_add(k)
        self._iterations.assign_add(1)
        return value, ops.max(ops.abs(gradient))

    def get_config(self):
        """The arguments of ``__init__``, for saving."""
        return {
            "memory": self.memory,
            "iterations": self.iterations_per_call,
            "tolerance": self.tolerance,
            "max_trials": self.max_trials,
            "name": self.name,
        }


def _size(variable):
    size = 1
    for n in variable.shape:
        size *= n
    return size


def _split(theta, variables):
    """The long vector as one tensor for each variable, of its shape."""
    parts, start = [], 0
    for v in variables:
        parts.append(ops.reshape(theta[start : start + _size(v)], v.shape))
        start += _size(v)
    return parts


def _clear_unless(kept, S, Y):
    """S and Y as they are, or zeros."""
    kept = ops.cast(kept, S.dtype)
    return kept * S, kept * Y
