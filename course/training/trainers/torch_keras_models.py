"""Keras's own models (Sequential, functional) train on several torch processes, by the step of ``course.Model``.

The methods of Keras's trainer are others while such a strategy is active, and its own again afterwards.
"""

import contextlib
import functools

import torch
from keras.src.backend.torch.trainer import TorchTrainer

from course.context import set_attribute
from course.distribution import torch_loops, torch_steps
from course.errors import CourseError
from course.training.model import Model
from course.training.trainers.torch import Trainer, place


@contextlib.contextmanager
def changed():
    """Keras with these methods."""
    with contextlib.ExitStack() as stack:
        for name, function in (_trainer() | {"_forward": Model._forward}).items():
            stack.enter_context(set_attribute(TorchTrainer, name, function))
        yield


def _trainer():
    """The methods of a plain Keras model; a ``course.Model`` has its own in front of them."""
    own = {name: getattr(TorchTrainer, name) for name in ("fit", "evaluate", "predict", "get_metrics_result")}
    steps = {"train": (TorchTrainer.train_step, Model.train_step),
             "test": (TorchTrainer.test_step, Model.test_step)}  # fmt: skip

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
