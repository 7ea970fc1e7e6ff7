"""A range test for the learning rate: one short run in which the rate grows in every step (§4.2)."""

from typing import NamedTuple

import keras
import numpy as np

from course.training.rules.kept_values import kept
from course.validation import numbers
from units.u03_optimization.hyperparameters import check_positive, check_share


class RangeTest(NamedTuple):
    """What ``find_learning_rate`` measured: one entry for each step, and the rate to begin with."""

    rates: np.ndarray  # α_t
    losses: np.ndarray  # C_t, of one mini-batch each
    smoothed: np.ndarray  # their averages, without bias
    suggestion: float  # the rate at which the smoothed cost falls fastest


def rising_rates(low, high, steps):
    """Learning rates with a constant ratio between neighbours.

    α_t = low (high / low)^{t / (steps − 1)},   t = 0, …, steps − 1
    """
    if not check_positive("low", low) < check_positive("high", high):
        raise ValueError(f"low must be smaller than high, and they are {low!r} and {high!r}.")
    if not isinstance(steps, int) or steps < 3:
        raise ValueError(f"steps must be a whole number ≥ 3, not {steps!r}.")
    # α_t = low (high / low)^{t / (steps − 1)}
    return low * (high / low) ** (np.arange(steps) / (steps - 1))


def moving_average(losses, gamma=0.9):
    """An exponential average that does not start at 0.

    smoothed_t = ∑_i γ^{t−i} C_i / ∑_i γ^{t−i},   i = 1, …, t

    Args:
        losses: C_1, C_2, …, shape (steps,).
        gamma: γ in [0, 1).

    Returns:
        Shape (steps,).
    """
    losses, gamma = numbers(losses, name="losses"), check_share("gamma", gamma)
    smoothed, total = np.empty(len(losses)), 0.0
    for t, loss in enumerate(losses, start=1):
        total = gamma * total + (1 - gamma) * loss
        # With the factor 1 − γ the weights of C_1, …, C_t add up to 1 − γ^t
        smoothed[t - 1] = total / (1 - gamma**t)
    return smoothed


def steepest_rate(rates, smoothed):
    """The rate at which the smoothed cost falls fastest, on a logarithmic axis.

    argmin_t d smoothed / d log α, before the smallest value: what comes later is on the way to divergence

    Args:
        rates: α_t, shape (steps,).
        smoothed: of ``moving_average``, shape (steps,).
    """
    rates = numbers(rates, name="rates")
    smoothed = numbers(smoothed, rows=len(rates), name="smoothed", of="rates")
    if len(rates) < 3 or not (rates > 0).all() or not (np.diff(rates) > 0).all():
        raise ValueError("rates must be three or more positive numbers that grow.")
    slope = np.gradient(smoothed, np.log(rates))
    return float(rates[np.argmin(slope[: max(2, np.argmin(smoothed) + 1)])])


def find_learning_rate(model, x, y, batch_size=32, low=1e-5, high=10.0, steps=100, gamma=0.9, stop=4.0):
    """Train with a rate that grows from ``low`` to ``high``, and put the model back as it was.

    The run ends when the smoothed cost is above ``stop`` times its smallest value so far, or not finite; where the
    smallest value c is negative, when it is above c + (stop − 1) |c|. Afterwards the weights, the random states, the
    optimizer with its learning rate, and the metrics are what they were before.

    Args:
        model: a compiled ``keras.Model`` whose optimizer has a plain learning rate.
        x, y: training data; mini-batches are taken in order, again from the beginning when the data end.
        batch_size: size of the mini-batches.
        low, high, steps: of ``rising_rates``.
        gamma: of ``moving_average``.
        stop: how many times its smallest value the smoothed cost may reach.

    Returns:
        A ``RangeTest``.

    Raises:
        ValueError: the learning rate follows a schedule; there is less than one mini-batch; or the run diverges within
            three steps.

    Example:
    >>> model = keras.Sequential([keras.layers.Dense(1)])
    >>> model.compile("sgd", loss="mse")
    >>> x = np.linspace(-1, 1, 64).reshape(-1, 1)
    >>> found = find_learning_rate(model, x, 3 * x, batch_size=16)
    >>> model.optimizer.learning_rate = found.suggestion

    References: Smith, "Cyclical learning rates for training neural networks" (2017), for the test.
    """
    rates = rising_rates(low, high, steps)
    whole = len(x) // batch_size
    if whole == 0:
        raise ValueError(f"{len(x)} samples do not fill one mini-batch of {batch_size}.")
    _require_plain_rate(getattr(model, "optimizer", None))
    _build(model, x[:batch_size], y[:batch_size])
    variables = [*model.variables, *model.optimizer.variables, *model.metrics_variables]
    rate_before, losses, smallest = float(model.optimizer.learning_rate), [], np.inf
    try:
        with kept(variables):
            for t, rate in enumerate(rates):
                model.optimizer.learning_rate = rate
                model.reset_metrics()  # otherwise the loss is the mean of all steps so far
                rows = slice(t % whole * batch_size, (t % whole + 1) * batch_size)
                loss = float(model.train_on_batch(x[rows], y[rows], return_dict=True)["loss"])
                if not np.isfinite(loss):
                    break
                losses.append(loss)
                latest = moving_average(losses, gamma)[-1]
                smallest = min(smallest, latest)
                if latest > smallest + (stop - 1) * abs(smallest):
                    break
    finally:
        model.optimizer.learning_rate = rate_before
    if len(losses) < 3:
        raise ValueError(f"The run diverged after {len(losses)} steps: choose a smaller low than {low:g}.")
    rates, losses = rates[: len(losses)], np.array(losses)
    smoothed = moving_average(losses, gamma)
    return RangeTest(rates, losses, smoothed, steepest_rate(rates, smoothed))


def _require_plain_rate(optimizer):
    if optimizer is None:
        raise ValueError("The model is not compiled: call model.compile(optimizer=…) first.")
    for one in getattr(optimizer, "members", [optimizer]):
        inner = getattr(one, "inner_optimizer", one)
        if isinstance(inner._learning_rate, keras.optimizers.schedules.LearningRateSchedule):
            raise ValueError(
                "The learning rate follows a schedule: compile the model with a number for the test."
            )


def _build(model, x, y):
    """Make all variables, so that there is something to put back."""
    if hasattr(model, "prepare"):
        model.prepare((x, y))
    elif not model.built:
        model(x)
    if not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)
