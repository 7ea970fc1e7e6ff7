"""Lottery tickets: prune a trained network, and train what is left again from its first weights (☆)."""

import numpy as np
from keras import ops


def lottery_tickets(model, start, sparsities, train):
    """Iterative magnitude pruning with rewinding.

    1. θ ← m ⊙ θ_0, and train.
    2. m ← the mask that keeps the largest weights of the trained network, with more zeros than before.
    3. Go to 1, with the same θ_0.

    The hypothesis: a network holds a small part, the winning ticket, which trains as well as the whole when it starts
    from the weights that it had in the whole network. To test it, train the same mask from other random weights
    (``model.network.set_weights`` and ``model.use_masks``).

    Args:
        model: a compiled ``PrunedClassifier``.
        start: θ_0, the list ``model.network.get_weights()`` of a network that is not trained.
        sparsities: Z_1 < Z_2 < …, one for each round.
        train: a function without arguments that trains the model from the weights which it has, with a new state of
            the optimizer.

    Yields:
        ``(Z, masks)`` with the model trained at this sparsity: first 0 and masks of ones, then each Z_i.

    References: Frankle and Carbin, "The lottery ticket hypothesis: finding sparse, trainable neural networks" (2019).
    """
    masks = [np.ones(m.shape, "float32") for m in model.masks]
    for at, sparsity in enumerate([0.0, *sparsities]):
        if at:
            model.prune(sparsity)
            masks = [ops.convert_to_numpy(m) for m in model.masks]
        # θ ← m ⊙ θ_0
        model.network.set_weights(start)
        model.use_masks(masks)
        train()
        yield sparsity, masks
