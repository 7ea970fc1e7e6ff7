"""What JAX and TensorFlow do not allow in a step, and torch does, is found on torch too (``step_rules``)."""

import contextlib
import functools
import sys

import torch
from keras.src.backend.torch import random as keras_random
from torch.overrides import TorchFunctionMode

from course.context import set_attribute
from course.training.rules import step_rules
from course.training.rules.user_lines import written_by_user

DRAWS = (
    "normal",
    "categorical",
    "uniform",
    "randint",
    "truncated_normal",
    "dropout",
    "shuffle",
    "gamma",
    "binomial",
    "beta",
)
_TENSOR = torch.Tensor
_READS = {
    _TENSOR.__bool__, _TENSOR.__float__, _TENSOR.__int__, _TENSOR.__index__, _TENSOR.__complex__, _TENSOR.__array__,
    _TENSOR.item, _TENSOR.tolist, _TENSOR.numpy,
}  # fmt: skip
# Functions of Keras that hand a user's question on to torch.
_HANDED_ON = {"convert_to_numpy", "transform", "numpy", "__array__", "__float__", "__int__", "__index__"}


@contextlib.contextmanager
def refusing(name):
    """While a step runs abstractly, draws need seeds, and with ``COURSE_STRICT=1`` nobody reads numbers.

    An abstract run on torch draws nothing, so that a seed is asked for where Keras would draw.
    """

    def seeded(draw):
        @functools.wraps(draw)
        def run(*args, seed=None, **kwargs):
            if seed is None:
                raise step_rules.unseeded(name, "without a seed")
            return draw(*args, seed=seed, **kwargs)

        return run

    with contextlib.ExitStack() as stack:
        for draw in DRAWS:
            stack.enter_context(set_attribute(keras_random, draw, seeded(getattr(keras_random, draw))))
        if step_rules.strict():
            stack.enter_context(_NumbersRefused(name))
        yield


class _NumbersRefused(TorchFunctionMode):
    """While this lasts, a user's line that asks a tensor for its numbers is an error; Keras may ask."""

    def __init__(self, name):
        super().__init__()
        self.name = name

    def __torch_function__(self, func, types, args=(), kwargs=None):
        """Call ``func``, unless a user's line reads numbers by it."""
        reads = func in _READS or (func is _TENSOR.__format__ and args[1])  # f"{tensor}" names it, as on JAX
        if reads and written_by_user(_asking()):
            raise step_rules.reads_numbers(self.name)
        return func(*args, **(kwargs or {}))


def _asking():
    """The file of the line that asks: the innermost that does not only hand the question on."""
    frame = sys._getframe(2)
    while frame.f_back is not None and (
        frame.f_globals.get("__name__", "").startswith("torch.") or frame.f_code.co_name in _HANDED_ON
    ):
        frame = frame.f_back
    return frame.f_code.co_filename
