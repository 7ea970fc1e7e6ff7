"""A training step that is written once and runs on three backends.

The files of this folder are the *core*: what a reader needs to understand how a step gets its derivatives. It has at
most 1,200 lines (``tests/meta/test_rooms.py``).

| file | idea |
| --- | --- |
| `gradients.py`, `functions.py` | the functions of ``course``: derivatives, ``pure``, ``compiled``, ``fused`` |
| `jax.py`, `tensorflow.py`, `torch.py` | the derivatives of one backend; the three files have the same functions |
| `state.py`, `given_variables.py` | variables as values; functions that are given a variable take its value |
| `model.py`, `weighting.py` | ``course.Model`` with Keras's own steps; helpers for a step |

Four rooms are built on it: `rules/` (a step has the same meaning on every backend), `trainers/` (how ``fit`` calls a
step), `costs/` (its operations) and `fast/` (speed alone; nothing imports it, and without it the numbers are the same).

May import distribution, processes, and its own rooms rules and trainers. Units call it by the names of ``course``, and
so do testing, a candidate's process and the bench.
"""

import keras

from course.training.functions import compiled, fused, pure
from course.training.gradients import grad, hvp, jvp, value_and_grad, vjp
from course.training.model import Model
from course.training.state import is_tracing

__all__ = ["Model", "compiled", "fused", "grad", "hvp", "is_tracing", "jvp", "pure", "value_and_grad", "vjp"]

if keras.backend.backend() == "torch":
    from course.distribution.torch import train_plain_models_with
    from course.training.trainers.torch_keras_models import changed

    train_plain_models_with(changed)
