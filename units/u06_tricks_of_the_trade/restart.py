"""Train a compiled model again from new weights, without compiling it again."""

import keras
import numpy as np


def restart(model, network, learning_rate, seed):
    """Draw new weights and set the optimizer to its start; the compiled step stays.

    A new model for each seed or each setting would be compiled again.

    Args:
        model: a compiled model whose optimizer is built. The optimizer's state starts at zero, as that of momentum,
            Adam and Muon does.
        network: the part of the model that is trained: a model with ``layers`` such as ``Dense`` or ``Conv2D``.
        learning_rate: α from now on.
        seed: of the new weights, and of the order of the mini-batches.
    """
    keras.utils.set_random_seed(seed)
    for layer in network.layers:
        for name in ("kernel", "bias"):
            variable = getattr(layer, name, None)
            if variable is not None:
                initializer = getattr(layer, f"{name}_initializer").clone()
                variable.assign(initializer(variable.shape, dtype=variable.dtype))
    for variable in model.optimizer.variables:
        variable.assign(np.zeros(variable.shape, variable.dtype))
    model.optimizer.learning_rate = learning_rate
