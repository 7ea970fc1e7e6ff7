"""Adversarial examples: a small change of an input, after which a classifier is wrong (epilogue of the book)."""

import keras
import numpy as np
from keras import ops

import course
from course.validation import class_labels, floats
from units.u02_logistic_softmax import cross_entropy


def fgsm(model, x, y, radius, low=0.0, high=1.0):
    """The fast gradient sign method: one step of full length in each input.

    x̃ = clip(x + ε sign(∇_x C(x, y)), low, high)

    For a linear model with two classes it is the worst change of all with ‖x̃ − x‖_∞ ≤ ε: the difference of the logits
    falls by ε ‖w‖₁, where w is the difference of the two columns of the kernel (if clip changes nothing).

    Args:
        model: maps x to logits (batch, classes); called as at inference.
        x: inputs, shape (batch, …).
        y: class numbers, shape (batch,).
        radius: ε ≥ 0, in units of x: a number, or a scalar tensor in a function that is compiled once for all radii.
        low, high: the smallest and the largest value that an input can have.

    Returns:
        x̃, of the shape of x.

    Raises:
        ValueError: a negative or infinite radius, low ≥ high, or inputs outside [low, high].

    References: Goodfellow, Shlens and Szegedy, "Explaining and harnessing adversarial examples" (2015).
    """
    x = _inputs(x, radius, low, high)
    y = class_labels(y, model(x[:1]).shape[-1], shape=(x.shape[0],))
    # x̃ = clip(x + ε sign(∇_x C), low, high)
    return ops.clip(x + radius * ops.sign(_slope(model, x, y)), low, high)


def pgd(model, x, y, radius, steps=10, step_size=None, low=0.0, high=1.0, seed=None):
    """Projected gradient descent: several small steps, each projected back to the allowed changes.

    x̃_0 = x + u,   x̃_{t+1} = Π(x̃_t + η sign(∇_x C(x̃_t, y))),   Π: to |x̃ − x| ≤ ε and to [low, high]

    Args:
        model, x, y, radius, low, high: as for ``fgsm``.
        steps: number of steps.
        step_size: η; 2.5 ε / steps if None, so that the steps can cross the whole region.
        seed: a number or a SeedGenerator for the random start u, uniform in [−ε, ε]; None starts at x itself.

    Returns:
        x̃, of the shape of x.

    Raises:
        ValueError: as for ``fgsm``, fewer than one step, or a step size that is not positive.

    References: Madry, Makelov, Schmidt, Tsipras and Vladu, "Towards deep learning models resistant to adversarial
    attacks" (2018).
    """
    x = _inputs(x, radius, low, high)
    y = class_labels(y, model(x[:1]).shape[-1], shape=(x.shape[0],))
    if steps < 1 or steps != int(steps):
        raise ValueError(f"PGD needs at least one step, and a whole number of them, not {steps}.")
    if step_size is not None and not step_size > 0:
        raise ValueError(f"The step size must be positive, not {step_size}.")
    eta = 2.5 * radius / steps if step_size is None else step_size
    attacked = x
    if seed is not None:
        attacked = ops.clip(x + keras.random.uniform(ops.shape(x), -radius, radius, seed=seed), low, high)

    def step(_, attacked):
        attacked = attacked + eta * ops.sign(_slope(model, attacked, y))
        # Π: to |x̃ − x| ≤ ε and to [low, high]
        return ops.clip(ops.clip(attacked, x - radius, x + radius), low, high)

    return ops.fori_loop(0, int(steps), step, attacked)


def robust_accuracy(model, x, y, attack, batch_size=500):
    """The share of samples that are still classified right after an attack.

    Args:
        model: maps x to logits (batch, classes).
        x, y: NumPy arrays of inputs and class numbers.
        attack: ``(x, y)`` → x̃, for example ``lambda x, y: pgd(model, x, y, 0.1)``.
        batch_size: samples that are attacked at once.
    """
    y = ops.convert_to_numpy(class_labels(y, shape=(len(x),)))
    right = 0
    for i in range(0, len(x), batch_size):
        labels = y[i : i + batch_size]
        z = ops.convert_to_numpy(model(attack(x[i : i + batch_size], labels)))
        class_labels(labels, classes=z.shape[-1])
        right += np.sum(z.argmax(-1) == labels)
    return float(right / len(x))


def _slope(model, x, y):
    """∇_x of the cost of each sample: the samples do not depend on each other, so the sum has all gradients."""
    return course.grad(lambda inputs: ops.sum(cross_entropy(y, model(inputs, training=False))))(x)


def _inputs(x, radius, low, high):
    if len(np.shape(radius)) or not (ops.is_tensor(radius) or 0 <= radius < np.inf):
        raise ValueError(f"The radius must be one number of at least 0, not {radius}.")
    if not low < high:
        raise ValueError(f"low must be below high, but low is {low} and high is {high}.")
    if not ops.is_tensor(x):
        x = np.asarray(x)
        check_range(x, low, high)
    return floats(x)


def check_range(x, low, high):
    """Raise a ValueError if an input is outside [low, high], where an attack would clip it."""
    if x.size and not (x.min() >= low and x.max() <= high):
        raise ValueError(
            f"x has values from {x.min():g} to {x.max():g}, but inputs lie between {low:g} and {high:g}. "
            "Give the range of your inputs as low and high."
        )
