"""What is changed in Keras while a strategy on several torch processes is active, and restored after it.

Keras's own models (Sequential, functional) learn to train on all processes, and ``BatchNormalization`` learns
``synchronized=True``, which Keras refuses on torch.
"""

import contextlib
import functools
from unittest import mock

import torch
from keras.src.backend.torch import nn as keras_nn
from keras.src.backend.torch.trainer import TorchTrainer

from course.distribution import torch as peers
from course.distribution import torch_loops, torch_steps
from course.errors import CourseError


@contextlib.contextmanager
def patched():
    """Keras with these changes."""
    from course.training.model import Model

    changes = _trainer(Model) | {"_forward": Model._forward}
    with contextlib.ExitStack() as stack:
        stack.enter_context(mock.patch.object(keras_nn, "moments", _moments(keras_nn.moments)))
        for name, function in changes.items():
            stack.enter_context(mock.patch.object(TorchTrainer, name, function, create=True))
        yield


def _moments(original):
    def moments(x, axes, keepdims=False, synchronized=False):
        if not synchronized:
            return original(x, axes, keepdims)
        axes, kind = tuple(axes), x.dtype
        x = x.float() if kind in (torch.float16, torch.bfloat16) else x
        # μ = Σ w_r μ_r, then σ² = Σ w_r mean((x − μ)²): in two passes, for precision.
        over_all = (lambda t: t) if x.device.type == "meta" else (lambda t: peers.mean([t])[0])
        mean = over_all(torch.mean(x, dim=axes, keepdim=True))
        variance = over_all(torch.mean(torch.square(x - mean), dim=axes, keepdim=True))
        if not keepdims:
            mean, variance = torch.squeeze(mean, axes), torch.squeeze(variance, axes)
        return mean.to(kind), variance.to(kind)

    return moments


def _trainer(model_class):
    """The methods of a plain Keras model; a ``course.Model`` has its own in front of them."""
    from course.training.torch import Trainer, place

    own = {name: getattr(TorchTrainer, name) for name in ("fit", "evaluate", "predict", "get_metrics_result")}
    steps = {"train": (TorchTrainer.train_step, model_class.train_step),
             "test": (TorchTrainer.test_step, model_class.test_step)}  # fmt: skip

    def loop(name):
        @functools.wraps(own[name])
        def run(self, *args, **kwargs):
            call = own[name].__get__(self)
            return (
                call(*args, **kwargs) if isinstance(self, Trainer) else torch_loops.looped(call, args, kwargs)
            )

        return run

    def get_metrics_result(self):
        with contextlib.nullcontext() if isinstance(self, Trainer) else torch_steps.summed(self.metrics):
            return own["get_metrics_result"](self)

    def make(phase):
        function, (keras_own, ours) = f"{phase}_function", steps[phase]

        def make_function(self, force=False):
            if getattr(getattr(self, function), "distributed", False) and not force:
                return
            if getattr(type(self), f"{phase}_step") is not keras_own:
                raise CourseError(
                    f"{type(self).__name__}.{phase}_step is written for one device; derive the model from course.Model "
                    "and differentiate with course.value_and_grad, then it runs on several."
                )

            def one(data):
                with torch.no_grad():
                    return ours(self, place(data))

            one = torch_steps.distributed(
                self, torch.compile(one) if self._should_torch_compile() else one, phase == "train"
            )

            def run(batches):
                for data in batches:
                    logs = one(data)
                return logs

            run.distributed = True
            setattr(self, function, run)

        return make_function

    return {
        "fit": loop("fit"),
        "evaluate": loop("evaluate"),
        "predict": loop("predict"),
        "get_metrics_result": get_metrics_result,
        "make_train_function": make("train"),
        "make_test_function": make("test"),
    }
