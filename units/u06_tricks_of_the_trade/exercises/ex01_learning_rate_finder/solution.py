"""A range test for the learning rate, without the training."""

import numpy as np


def rates(low, high, steps):
    """Learning rates with the same ratio between neighbours.

    Args:
        low, high: the first and the last rate.
        steps: how many.

    Returns:
        Shape (steps,).
    """
    return np.exp(np.linspace(np.log(low), np.log(high), steps))


def smoothed(costs, gamma):
    """The exponential average of the costs so far, divided by the sum of its weights.

    Args:
        costs: C_1, C_2, …, shape (steps,).
        gamma: γ in [0, 1).

    Returns:
        Shape (steps,).
    """
    total, weight, averages = 0.0, 0.0, []
    for cost in costs:
        total = gamma * total + cost
        weight = gamma * weight + 1
        averages.append(total / weight)
    return np.array(averages)


def steps_run(average, factor):
    """After how many steps the test ends.

    Args:
        average: the averages, shape (steps,).
        factor: how far an average may be above the smallest one so far.

    Returns:
        An int from 1 to steps.
    """
    smallest = average[0]
    for t, value in enumerate(average, start=1):
        smallest = min(smallest, value)
        if value > factor * smallest:
            return t
    return len(average)


def suggestion(rates, average):
    """The rate where the average falls fastest, between two steps, not later than its smallest value.

    Args:
        rates: α_1, α_2, …, shape (steps,).
        average: the averages, shape (steps,).

    Returns:
        A number.
    """
    last = np.argmin(average)
    slopes = np.diff(average) / np.diff(np.log(rates))
    best = np.argmin(slopes[:last])
    return np.sqrt(rates[best] * rates[best + 1])
