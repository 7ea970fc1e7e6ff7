"""Gradual unfreezing: who trains when, what a step costs, and what batch normalization does meanwhile."""

import numpy as np


def learning_rates(layers, epoch, every, rate, decay):
    """The learning rate of every layer in an epoch.

    Args:
        layers: how many there are; layer 0 is at the input, the last one is the head.
        epoch: counted from 0.
        every: epochs after which one layer more is thawed; the head trains from the start.
        rate: of the head.
        decay: by how much the rate of a layer is smaller than that of the layer behind it, in (0, 1].

    Returns:
        A list of numbers, from the input to the head; 0 for frozen layers.
    """
    thawed = min(layers, epoch // every + 1)
    return [rate * decay ** (layers - 1 - i) if i >= layers - thawed else 0.0 for i in range(layers)]


def cost_of_step(forward, by_weights, by_inputs, trains):
    """The work of one training step.

    Args:
        forward: work of the forward pass of each layer, shape (layers,).
        by_weights: work of the gradient in its weights, shape (layers,).
        by_inputs: work of the gradient in its inputs, shape (layers,).
        trains: 1 for layers that train, 0 for frozen ones, shape (layers,).

    Returns:
        The sum of all work that is needed to update the layers that train.
    """
    trains = np.asarray(trains) > 0
    # the gradient goes back through a layer only if a layer in front of it trains
    needed = np.concatenate([[False], np.cumsum(trains)[:-1] > 0])
    return float(np.sum(forward) + np.sum(by_weights, where=trains) + np.sum(by_inputs, where=needed))


def normalize(z, mean, variance, momentum, epsilon, trainable, training):
    """Batch normalization with γ = 1 and β = 0, with the rule of Keras for frozen layers.

    Args:
        z: shape (batch, features).
        mean, variance: the moving statistics, shape (features,).
        momentum, epsilon: numbers.
        trainable: whether the layer trains; if it is frozen, it is in inference mode.
        training: the mode of the call.

    Returns:
        (output, mean, variance): the output, and the moving statistics after the call.
    """
    if not (trainable and training):
        return (z - mean) / np.sqrt(variance + epsilon), mean, variance
    now, spread = z.mean(axis=0), z.var(axis=0)
    output = (z - now) / np.sqrt(spread + epsilon)
    return output, momentum * mean + (1 - momentum) * now, momentum * variance + (1 - momentum) * spread


def steps_to_forget(momentum, share):
    """After how many steps on new data the old moving statistics have a weight of at most ``share``.

    Args:
        momentum: of the moving statistics, in (0, 1).
        share: in (0, 1).

    Returns:
        The smallest whole number of steps.
    """
    steps, weight = 0, 1.0
    while weight > share:
        weight *= momentum
        steps += 1
    return steps
