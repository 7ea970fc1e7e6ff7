"""An exponential average of the weights, for evaluation in place of the latest ones (§4.5)."""

import contextlib
import math

import keras
from keras import ops

from course.training.rules.kept_values import kept
from units.u03_optimization.hyperparameters import check_share


@keras.saving.register_keras_serializable("medl")
class WeightAverage(keras.layers.Layer):
    """θ̄_t: the mean of all weights so far, in which older ones count less.

    θ̄_t = ∑_i γ^{t−i} θ_i / ∑_i γ^{t−i},   i = 1, …, t

    From one step to the next this is an average whose γ warms up from γ_1 = 0:

    θ̄_t = γ_t θ̄_{t−1} + (1 − γ_t) θ_t,   γ_t = γ (1 − γ^{t−1}) / (1 − γ^t)

    ``corrected=False`` is Keras's ``use_ema``: θ̄_1 = θ_1, and then γ at
    once, so that θ_1 keeps the weight γ^{t−1}.

    It only follows ``update``; moving statistics of BatchNorm, which are averages already, stay as they are.

    Args:
        gamma: γ in [0, 1); about 1 / (1 − γ) steps count.
        corrected: whether the average is free of bias.

    Example:
    >>> w = keras.Variable([0.0])
    >>> average = WeightAverage(0.5)  # in practice an attribute of a course.Model
    >>> for value in 1.0, 3.0:
    ...     _ = w.assign([value])
    ...     average.update([w])  # in its train_step, after the optimizer
    >>> with average.swapped([w]):
    ...     print(ops.convert_to_numpy(w).round(4))
    [2.3333]
    """

    def __init__(self, gamma=0.99, corrected=True, **kwargs):
        super().__init__(**kwargs)
        self.gamma, self.corrected = check_share("gamma", gamma), corrected

    def build_for(self, variables):
        """Make one average for each variable, and the number of steps."""
        if self.built:
            return
        self.averages = [
            self.add_weight(
                shape=v.shape, initializer="zeros", dtype="float32", trainable=False, name=f"average_{i}"
            )
            for i, v in enumerate(variables)
        ]
        self.steps = self.add_weight(
            shape=(), initializer="zeros", dtype="float32", trainable=False, name="steps"
        )
        self.built = True

    def update(self, variables):
        """Add the weights as they are now."""
        self.build_for(variables)
        self.steps.assign_add(1.0)
        t = ops.convert_to_tensor(self.steps)
        if self.corrected:
            # γ_t = γ (1 − γ^{t−1}) / (1 − γ^t)
            gamma = self.gamma * self._sum_of_weights(t - 1) / self._sum_of_weights(t)
        else:
            gamma = ops.where(t > 1, self.gamma, 0.0)
        for average, v in zip(self.averages, variables, strict=True):
            # θ̄_t = γ_t θ̄_{t−1} + (1 − γ_t) θ_t
            average.assign(gamma * average + (1 - gamma) * ops.cast(v, "float32"))

    def _sum_of_weights(self, t):
        # 1 − γ^t, without the cancellation of float32
        return -ops.expm1(math.log(max(self.gamma, 1e-30)) * t)

    @contextlib.contextmanager
    def swapped(self, variables):
        """A block in which the variables hold the averages; afterwards they are what they were.

        Raises:
            ValueError: nothing has been averaged yet.
        """
        if not self.built or float(ops.convert_to_numpy(self.steps)) == 0:
            raise ValueError("There is no average yet: train at least one step.")
        with kept(variables):
            for average, v in zip(self.averages, variables, strict=True):
                v.assign(average.value)
            yield

    def get_config(self):
        """The arguments of ``__init__``."""
        return {**super().get_config(), "gamma": self.gamma, "corrected": self.corrected}


def variance_left(gamma, factor):
    """How much of the variance is left when noisy steps are averaged.

    Near a minimum stochastic descent is θ_{t+1} = (1 − α H) θ_t + noise, with the curvature H, so that two iterates
    with t steps between them have the correlation factor^t, factor = 1 − α H. Then

    Var θ̄ / Var θ = (1 − γ) / (1 + γ) · (1 + γ factor) / (1 − γ factor)

    Averaging helps if 1 / (1 − γ) steps are many compared with the 1 / (α H) steps after which noise is forgotten.

    Args:
        gamma: γ in [0, 1), a number or an array.
        factor: 1 − α H in (−1, 1), likewise.
    """
    # (1 − γ) / (1 + γ) · (1 + γ factor) / (1 − γ factor)
    return (1 - gamma) / (1 + gamma) * (1 + gamma * factor) / (1 - gamma * factor)
