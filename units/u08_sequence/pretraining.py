"""How a language model is trained: AdamW or Muon, a warm-up, a cosine, clipped gradients (§7.5)."""

import keras

from units.u06_tricks_of_the_trade import Muon


def pretraining_optimizer(steps, learning_rate=1e-3, warmup=None, weight_decay=0.1, beta_2=0.99, muon=None):
    """The optimizer of a training run of a given length.

    The learning rate grows linearly to its largest value in the warm-up, then falls along a cosine to a tenth of it at
    the last step. The norm of all gradients together is at most 1. Biases, scales and embeddings are not decayed.

    Args:
        steps: number of updates.
        learning_rate: the largest value.
        warmup: number of steps of the warm-up; if None 5% of all, at least one step if there are two or more.
        weight_decay: of the kernels.
        beta_2: of Adam's mean of squares; windows of small batches are noisy, so it is not too near to 1.
        muon: the learning rate of Muon (unit 6), which then trains the kernels in the blocks, and AdamW the other
            variables; None for AdamW alone.

    Returns:
        A Keras optimizer.

    Raises:
        ValueError: there is no step, or the warm-up is not shorter than the run.
    """
    if steps < 1:
        raise ValueError(f"A run has at least one step, not {steps}.")
    warmup = min(max(steps // 20, 1), steps - 1) if warmup is None else warmup
    if not 0 <= warmup < steps:
        raise ValueError(f"The warm-up must be shorter than the run of {steps} steps, not {warmup}.")
    rate = learning_rate if muon is None else muon
    schedule = keras.optimizers.schedules.CosineDecay(
        rate / warmup if warmup else rate,
        steps - warmup,
        alpha=0.1,
        warmup_target=rate if warmup else None,
        warmup_steps=warmup,
    )
    common = {"beta_2": beta_2, "global_clipnorm": 1.0}
    if muon is None:
        optimizer = keras.optimizers.AdamW(schedule, weight_decay=weight_decay, **common)
    else:
        optimizer = Muon(
            schedule,
            weight_decay=weight_decay,
            adam_weight_decay=weight_decay,
            exclude_layers=["head"],
            **common,
        )
    optimizer.exclude_from_weight_decay(var_names=["bias", "scale", "gamma", "beta", "embedding"])
    return optimizer
