"""Train every kind on the backend of this process: ``python -m tests.course.training.published_steps.worker FILE.npz``.

A name or several after the file run these kinds alone. What is written for each kind:

- ``start``: the weights before the first step; ``step i``: what each of five steps reported; ``five``: the weights and
  every optimizer's state afterwards. These steps have ``run_eagerly=True``. On JAX that means to compile hundreds of
  small programs for each kind, so there only the kinds in ``EAGER_ON_JAX`` do, and the others are compiled as a whole;
  with ``COURSE_EAGER_KINDS=all`` all kinds run eagerly there too.
- ``compiled``: the state of a model that was saved after the first of these steps, loaded, and took the other four
  compiled, in one execution, by ``steps_per_execution``.
- ``error``: why one of these could not be had.
"""

import os
import sys
import tempfile
import time
import traceback
from importlib import import_module
from pathlib import Path

import keras
import numpy as np

from course.backend import spare_tensorflow
from course.testing import portable_random
from tests.course.training.published_steps.data import BATCH, STEPS

HERE = Path(__file__).resolve().parent
OTHERS = ("__init__", "data", "worker", "test_published_steps")
KINDS = sorted(p.stem for p in HERE.glob("*.py") if p.stem not in OTHERS)
# Kinds that differ in what a step does: one gradient, two optimizers, a target network, a gradient of a gradient, a
# loop, random numbers, accumulated gradients, float16, recomputed activations, a state that is not trained.
EAGER_ON_JAX = (
    "accumulation", "ddpm", "dqn", "gan", "maml", "mixed_precision", "remat", "sam", "spectral_normalization", "vq_vae",
)  # fmt: skip


def run(kind):
    """All numbers of one kind: name → array."""
    module = import_module(f"{__package__}.{kind}")
    arrays = module.data()
    numbers = {}

    def state(model, moment):
        for i, v in enumerate(model.variables):
            numbers[f"{moment} weight {i}"] = np.asarray(keras.ops.convert_to_numpy(v))
        for k, optimizer in enumerate(model.optimizers):
            for i, v in enumerate(optimizer.variables):
                numbers[f"{moment} optimizer {k} {i}"] = np.asarray(keras.ops.convert_to_numpy(v))

    def record(first):
        def on_train_batch_end(batch, logs):
            numbers.update({f"step {first + batch} {k}": np.asarray(float(x)) for k, x in logs.items()})

        return [keras.callbacks.LambdaCallback(on_train_batch_end=on_train_batch_end)]

    model = fresh(module, arrays)
    state(model, "start")
    model.run_eagerly = eager(kind)
    fit(model, arrays, 0, 1, callbacks=record(0))
    with tempfile.TemporaryDirectory() as folder:
        model.save(f"{folder}/model.keras")
        restored = keras.models.load_model(f"{folder}/model.keras")
    fit(model, arrays, 1, STEPS, callbacks=record(1))
    state(model, "five")
    assert not restored.run_eagerly
    restored.steps_per_execution = STEPS - 1
    fit(restored, arrays, 1, STEPS)
    state(restored, "compiled")
    return numbers


def eager(kind):
    """Whether the five steps of a kind run eagerly on the backend of this process."""
    everywhere = os.environ.get("COURSE_EAGER_KINDS") == "all"
    return keras.backend.backend() != "jax" or everywhere or kind in EAGER_ON_JAX


def fresh(module, arrays):
    """The model of a kind with the same first weights every time."""
    keras.utils.clear_session()
    keras.utils.set_random_seed(0)
    model = module.make()
    x, y, w = columns(arrays, 0, 1)
    model.prepare((x, y, w) if w is not None else (x, y) if y is not None else x)
    return model


def fit(model, arrays, first, end, **kwargs):
    """Train on the batches from ``first`` to before ``end``."""
    x, y, w = columns(arrays, first, end)
    model.fit(x, y, sample_weight=w, batch_size=BATCH, shuffle=False, verbose=0, **kwargs)


def columns(arrays, first, end):
    """x, y and the weights of the rows of these batches."""
    cut = keras.tree.map_structure(lambda a: a[first * BATCH : end * BATCH], tuple(arrays))
    return (*cut, None, None)[:3]


def main():
    """All kinds, or those named, into one file; one that fails leaves its error there."""
    file, *kinds = sys.argv[1:]
    spare_tensorflow()
    out = {}
    with portable_random():
        for kind in kinds or KINDS:
            started = time.process_time()
            try:
                numbers = run(kind)
            except Exception:
                numbers = {"error": np.asarray(traceback.format_exc())}
                traceback.print_exc()
            out.update({f"{kind}/{name}": value for name, value in numbers.items()})
            print(
                f"{time.process_time() - started:6.1f} s  {kind}{'  FAILED' * ('error' in numbers)}",
                flush=True,
            )
    np.savez(file, **out)


if __name__ == "__main__":
    main()
