"""A ``LossScaleOptimizer`` divides the gradients by its scale, so the step must multiply the loss by it."""

import contextlib
import functools

import keras

from course.context import set_attribute


def checked(model, step):
    """The training step, which raises an error if it trains with a loss that was not scaled.

    With the dtype policy ``"mixed_float16"`` Keras's ``compile`` puts a ``LossScaleOptimizer`` around the optimizer.
    The steps of Keras scale the loss; a step of one's own that does not do so would train with gradients that are
    32,768 times too small, without a message.

    Raises:
        ValueError: ``apply`` of such an optimizer was called, and its ``scale_loss`` was not.
    """

    @functools.wraps(step)
    def run(data):
        scaling = [o for o in model.optimizers if isinstance(o, keras.optimizers.LossScaleOptimizer)]
        with contextlib.ExitStack() as blocks:
            calls = [blocks.enter_context(_calls_of(optimizer)) for optimizer in scaling]
            logs = step(data)
        if any("apply" in names and "scale_loss" not in names for names in calls):
            raise ValueError(
                f"{type(model).__name__}.train_step: a LossScaleOptimizer divides the gradients by its scale, and the "
                "loss was not multiplied by it: differentiate self.optimizer.scale_loss(loss), or call "
                "compile(..., auto_scale_loss=False)."
            )
        return logs

    return run


@contextlib.contextmanager
def _calls_of(optimizer):
    """The names of the methods that are called inside the block."""
    names = set()

    def noted(name):
        method = getattr(optimizer, name)

        def call(*args, **kwargs):
            names.add(name)
            return method(*args, **kwargs)

        return call

    with (
        set_attribute(optimizer, "apply", noted("apply")),
        set_attribute(optimizer, "scale_loss", noted("scale_loss")),
    ):
        yield names
