"""Train every kind on the backend of this process: ``python -m tests.course.training.published_steps.worker FILE.npz``.

A name or several after the file run these kinds alone. What is written for each kind:

- ``start``: the weights before the first step; ``step i``: what each of five steps reported; ``five``: the weights and
  every optimizer's state afterwards.
- ``eager``: the state after four steps more with ``run_eagerly=True``.
- ``grouped``: the same steps of a model that was saved after five, loaded, and took the four in one execution, by
  ``steps_per_execution``. One compilation serves two purposes: JAX compiles for most of this worker's time.
- ``error``: why one of these could not be had.
"""

import sys
import tempfile
import time
import traceback
from importlib import import_module
from pathlib import Path

import keras
import numpy as np

from course.testing import portable_random
from tests.course.training.published_steps.data import BATCH, STEPS

HERE = Path(__file__).resolve().parent
OTHERS = ("__init__", "data", "worker", "test_published_steps")
KINDS = sorted(p.stem for p in HERE.glob("*.py") if p.stem not in OTHERS)
GROUP = 4


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

    class Record(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            numbers.update({f"step {batch} {name}": np.asarray(float(x)) for name, x in logs.items()})

    model = fresh(module, arrays)
    state(model, "start")
    fit(model, arrays, STEPS, callbacks=[Record()])
    state(model, "five")
    with tempfile.TemporaryDirectory() as folder:
        model.save(f"{folder}/model.keras")
        restored = keras.models.load_model(f"{folder}/model.keras")
    model.run_eagerly = True
    fit(model, arrays, GROUP)
    state(model, "eager")
    restored.steps_per_execution = GROUP
    fit(restored, arrays, GROUP)
    state(restored, "grouped")
    return numbers


def fresh(module, arrays):
    """The model of a kind with the same first weights every time."""
    keras.utils.clear_session()
    keras.utils.set_random_seed(0)
    model = module.make()
    x, y, w = columns(arrays, 1)
    model.prepare((x, y, w) if w is not None else (x, y) if y is not None else x)
    return model


def fit(model, arrays, batches, **kwargs):
    """Train on the first batches."""
    x, y, w = columns(arrays, batches)
    model.fit(x, y, sample_weight=w, batch_size=BATCH, shuffle=False, verbose=0, **kwargs)


def columns(arrays, batches):
    """x, y and the weights of the rows of the first batches."""
    cut = keras.tree.map_structure(lambda a: a[: batches * BATCH], tuple(arrays))
    return (*cut, None, None)[:3]


def main():
    """All kinds, or those named, into one file; one that fails leaves its error there."""
    file, *kinds = sys.argv[1:]
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
