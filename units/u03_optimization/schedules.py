"""Learning-rate schedules: α as a function of the step t (§4.2, §4.3)."""

import math

import keras
from keras import ops

from units.u03_optimization.hyperparameters import check_positive, check_share


class _Schedule(keras.optimizers.schedules.LearningRateSchedule):
    """The base class of the schedules below: their arguments are their configuration."""

    def __init__(self, **config):
        self.config = config
        for name, value in config.items():
            setattr(self, name, value)

    def get_config(self):
        """The arguments of ``__init__``."""
        return dict(self.config)


class _Geometric(_Schedule):
    def __init__(self, initial_learning_rate, decay_steps, decay_rate):
        super().__init__(
            initial_learning_rate=check_positive("initial_learning_rate", initial_learning_rate),
            decay_steps=check_positive("decay_steps", decay_steps),
            decay_rate=check_positive("decay_rate", decay_rate),
        )


@keras.saving.register_keras_serializable("medl")
class StepDecay(_Geometric):
    """Multiply the learning rate by a factor after every T steps.

    α_t = α_0 q^⌊t/T⌋

    Args:
        initial_learning_rate: α_0 > 0.
        decay_steps: T > 0, the number of steps with the same α.
        decay_rate: q > 0, the factor.
    """

    def __call__(self, step):
        """α_t at t = ``step``."""
        t = ops.cast(step, "float32")
        # α_0 q^⌊t/T⌋
        return self.initial_learning_rate * ops.power(self.decay_rate, ops.floor(t / self.decay_steps))


@keras.saving.register_keras_serializable("medl")
class ExponentialDecay(_Geometric):
    """Multiply the learning rate by the same factor in every step.

    α_t = α_0 q^{t/T}

    The sum of all steps is finite, about α_0 T / log(1/q): a minimum that is farther away is never reached.

    Args:
        initial_learning_rate: α_0 > 0.
        decay_steps: T > 0, the steps in which α is multiplied by q.
        decay_rate: q > 0.
    """

    def __call__(self, step):
        """α_t at t = ``step``."""
        t = ops.cast(step, "float32")
        # α_0 q^{t/T}
        return self.initial_learning_rate * ops.power(self.decay_rate, t / self.decay_steps)


@keras.saving.register_keras_serializable("medl")
class PolynomialDecay(_Schedule):
    """Decrease to an end value by a polynomial; linearly for power 1.

    α_t = (α_0 − α_T) (1 − t/T)^p + α_T   for t ≤ T, and α_T from then on

    Args:
        initial_learning_rate: α_0 > 0.
        decay_steps: T > 0.
        end_learning_rate: α_T ≥ 0.
        power: p > 0.
    """

    def __init__(self, initial_learning_rate, decay_steps, end_learning_rate=0.0001, power=1.0):
        super().__init__(
            initial_learning_rate=check_positive("initial_learning_rate", initial_learning_rate),
            decay_steps=check_positive("decay_steps", decay_steps),
            end_learning_rate=check_positive("end_learning_rate", end_learning_rate, zero=True),
            power=check_positive("power", power),
        )

    def __call__(self, step):
        """α_t at t = ``step``."""
        t = ops.minimum(ops.cast(step, "float32"), self.decay_steps)
        drop = self.initial_learning_rate - self.end_learning_rate
        # (α_0 − α_T) (1 − t/T)^p + α_T
        return drop * ops.power(1 - t / self.decay_steps, self.power) + self.end_learning_rate


@keras.saving.register_keras_serializable("medl")
class InverseTimeDecay(_Schedule):
    """Decrease as 1/t, the schedule of Robbins and Monro.

    α_t = α_0 / (1 + q t/T)

    With q > 0 it meets both conditions under which stochastic gradient descent converges: ∑ α_t = ∞, so that it can
    go any distance, and ∑ α_t² < ∞, so that the noise dies out. With α_0 = q/T = 1, on half the squared distance to
    data, the iterate is the mean of the data so far.

    Args:
        initial_learning_rate: α_0 > 0.
        decay_steps: T > 0.
        decay_rate: q ≥ 0.

    References: Robbins and Monro, "A stochastic approximation method", Annals of Mathematical Statistics 22 (1951).
    """

    def __init__(self, initial_learning_rate, decay_steps, decay_rate):
        super().__init__(
            initial_learning_rate=check_positive("initial_learning_rate", initial_learning_rate),
            decay_steps=check_positive("decay_steps", decay_steps),
            decay_rate=check_positive("decay_rate", decay_rate, zero=True),
        )

    def __call__(self, step):
        """α_t at t = ``step``."""
        t = ops.cast(step, "float32")
        # α_0 / (1 + q t/T)
        return self.initial_learning_rate / (1 + self.decay_rate * t / self.decay_steps)


@keras.saving.register_keras_serializable("medl")
class CosineDecay(_Schedule):
    """A linear warm-up, then half a cosine.

    α_t = α_0 + (α_max − α_0) t/W                              for t < W, the warm-up
    α_t = α_max (q + (1 − q) ½ (1 + cos(π (t − W)/T)))         for W ≤ t ≤ W + T
    α_t = q α_max                                              from then on

    Without a warm-up W = 0 and α_max = α_0. With a warm-up the first steps are small, because there the curvature
    is largest and Adam's means have seen few gradients. The small α at the end reduces the noise.

    Args:
        initial_learning_rate: α_0 ≥ 0.
        decay_steps: T > 0, the number of steps of the cosine.
        alpha: q in [0, 1), the share of α_max that is left at the end.
        warmup_target: α_max > 0, or None for no warm-up.
        warmup_steps: W ≥ 0; > 0 if there is a target.

    Raises:
        ValueError: a target without steps, or steps without a target.

    References: Loshchilov and Hutter, "SGDR: Stochastic gradient descent with warm restarts", ICLR 2017; Goyal et al.,
    "Accurate, large minibatch SGD", arXiv:1706.02677 (2017), for the warm-up.
    """

    def __init__(self, initial_learning_rate, decay_steps, alpha=0.0, warmup_target=None, warmup_steps=0):
        if (warmup_target is None) != (warmup_steps == 0):
            raise ValueError("A warm-up needs both warmup_target and warmup_steps > 0.")
        warm = warmup_target is not None
        super().__init__(
            initial_learning_rate=check_positive("initial_learning_rate", initial_learning_rate, zero=warm),
            decay_steps=check_positive("decay_steps", decay_steps),
            alpha=check_share("alpha", alpha),
            warmup_target=check_positive("warmup_target", warmup_target) if warm else None,
            warmup_steps=check_positive("warmup_steps", warmup_steps) if warm else 0,
        )

    def __call__(self, step):
        """α_t at t = ``step``."""
        t = ops.cast(step, "float32")
        top = self.initial_learning_rate if self.warmup_target is None else self.warmup_target
        done = ops.clip((t - self.warmup_steps) / self.decay_steps, 0.0, 1.0)
        # α_max (q + (1 − q) ½ (1 + cos(π (t − W)/T)))
        fall = top * (self.alpha + (1 - self.alpha) * 0.5 * (1 + ops.cos(math.pi * done)))
        if self.warmup_target is None:
            return fall
        # α_0 + (α_max − α_0) t/W
        climb = self.initial_learning_rate + (top - self.initial_learning_rate) * t / self.warmup_steps
        return ops.where(t < self.warmup_steps, climb, fall)
