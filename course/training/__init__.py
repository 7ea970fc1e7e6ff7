"""The seam: a training step written once, on three backends.

``gradients`` is the front, ``model`` the model; ``jax``, ``tensorflow`` and ``torch`` are three adapters of the same
shape, and (with ``course.distribution``) the only files in the tree that import a backend.

May import distribution, processes, and its own rooms rules and trainers. Units call it by the names of ``course``, and
so do testing, a candidate's process and the bench.
"""

import keras

from course.training.functions import compiled, pure
from course.training.gradients import grad, hvp, jvp, value_and_grad, vjp
from course.training.model import Model
from course.training.state import is_tracing

__all__ = ["Model", "compiled", "grad", "hvp", "is_tracing", "jvp", "pure", "value_and_grad", "vjp"]

if keras.backend.backend() == "torch":
    from course.distribution.torch import train_plain_models_with
    from course.training.trainers.torch_keras_models import changed

    train_plain_models_with(changed)
