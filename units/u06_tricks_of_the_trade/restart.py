"""Train a compiled model again from new weights, without compiling it again."""

import keras
import numpy as np

from units.u03_optimization import Adagrad, Nadam
from units.u06_tricks_of_the_trade.weight_average import WeightAverage

NOT_FROM_ZERO = (  # their state begins at other numbers than 0
    Adagrad,
    Nadam,
    keras.optimizers.Adagrad,
    keras.optimizers.Ftrl,
    keras.optimizers.LossScaleOptimizer,
    keras.optimizers.Nadam,
)


def restart(model, network, learning_rate=None, seed=None, fresh=None):
    """Give the network new weights, and set the optimizer and averages of weights to their start.

    The compiled step stays. A new model for each seed or each setting would be compiled again.

    Args:
        model: a compiled model whose optimizer is built. The optimizer's state starts at zero, as that of momentum,
            Adam and Muon does. Every ``WeightAverage`` that is an attribute of the model is emptied.
        network: the part of the model that is trained, or the model itself.
        learning_rate: α from now on; None keeps it, as it must be kept if the optimizer has a schedule.
        seed: of the new weights, and of the order of the mini-batches; None does not set a seed.
        fresh: a network like this one, whose weights are taken. None draws the kernels and biases of
            ``network.layers`` again from their initializers; other weights then stay as they are.

    Raises:
        ValueError: the weights of ``fresh`` have other shapes, or the optimizer's state does not start at zero.
    """
    if isinstance(model.optimizer, NOT_FROM_ZERO) or getattr(model.optimizer, "use_ema", False):
        raise ValueError(
            f"The state of {type(model.optimizer).__name__} does not start at zero, or it averages the weights: make "
            "a new model and compile it."
        )
    if seed is not None:
        keras.utils.set_random_seed(seed)
    if fresh is None:
        _draw_again(network)
    else:
        network.set_weights(fresh.get_weights())
    averages = [v for part in model.layers if isinstance(part, WeightAverage) for v in part.variables]
    rate = getattr(model.optimizer, "learning_rate", None)
    for variable in [*averages, *model.optimizer.variables]:
        if variable is not rate:
            variable.assign(np.zeros(variable.shape, variable.dtype))
    if learning_rate is not None:
        model.optimizer.learning_rate = learning_rate


def _draw_again(network):
    for layer in network.layers:
        for name in ("kernel", "bias"):
            variable = getattr(layer, name, None)
            if variable is not None:
                initializer = getattr(layer, f"{name}_initializer").clone()
                variable.assign(initializer(variable.shape, dtype=variable.dtype))
