"""Runs a few training steps of a model on the backend of this process and writes all numbers to a file.

    python -m course.testing.portable.worker FILE NAME STEPS OUT.json

The file defines the model and a batch; see ``course portable --help``. The steps are run twice, as they are compiled
and as written (``run_eagerly``, at most two of them). Where these differ, Python code of the step depends on something
that a compiled step does not see.
"""

import importlib.util
import inspect
import json
import sys
from pathlib import Path

import keras
import numpy as np

import course
from course.backend import spare_tensorflow
from course.errors import CourseError
from course.testing import portable_random, set_weights

SEED = 0


def load(path):
    """Import the user's file as a module."""
    sys.path.insert(0, str(Path(path).resolve().parent))
    spec = importlib.util.spec_from_file_location("portable_model", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def find(module, name):
    """The class or function called ``name``, or the only ``course.Model`` of the file."""
    if name:
        if not hasattr(module, name):
            raise CourseError(f"{Path(module.__file__).name} has no {name}.")
        return getattr(module, name)
    models = [
        thing for thing in vars(module).values()
        if inspect.isclass(thing) and issubclass(thing, course.Model) and thing.__module__ == module.__name__
    ]  # fmt: skip
    if len(models) != 1:
        names = ", ".join(m.__name__ for m in models) or "none"
        raise CourseError(
            f"{Path(module.__file__).name} has to define one course.Model ({names} found): write FILE:NAME, where NAME "
            "is the class, or a function that returns a compiled model."
        )
    return models[0]


def batch_of(module):
    """The file's batch: ``batch``, or what the function ``batch()`` returns: x, (x, y) or (x, y, sample_weight)."""
    batch = getattr(module, "batch", None)
    batch = batch() if callable(batch) else batch
    if batch is None:
        raise CourseError(
            f"{Path(module.__file__).name} has no batch: write batch = (x, y) with arrays of NumPy, or a function "
            "batch() that returns it: what one call of train_step receives."
        )
    return batch if isinstance(batch, tuple) else (batch,)


def make(factory):
    """A new model, compiled."""
    keras.utils.clear_session()
    keras.utils.set_random_seed(SEED)
    model = factory()
    if not isinstance(model, course.Model):
        raise CourseError(f"{factory.__name__}() has to return a course.Model, not {type(model).__name__}.")
    if not model.compiled:
        model.compile()
    return model


def steps(factory, batch, count, eagerly):
    """The numbers after each of ``count`` steps, as a list of entries: logs, weights, other state, optimizers."""
    model = make(factory)
    model.run_eagerly = eagerly
    model.prepare(batch if len(batch) > 1 else batch[0])
    set_weights(model)
    numbers = []
    for step in range(count):
        logs = model.train_on_batch(*batch, return_dict=True)
        numbers += [_entry(step, "log", name, value) for name, value in sorted(logs.items())]
        numbers += [
            _entry(step, "weight" if v.trainable else "state", f"{i} {v.path}", v)
            for i, v in enumerate(model.variables)
        ]
        for k, optimizer in enumerate(model.optimizers):
            numbers += [
                _entry(step, "optimizer", f"{k}.{i} {v.path}", v) for i, v in enumerate(optimizer.variables)
            ]
    return numbers


def _entry(step, kind, name, value):
    value = np.asarray(keras.ops.convert_to_numpy(value))
    dtype, flat = str(value.dtype), value.astype(float).ravel().tolist()
    return {"step": step, "kind": kind, "name": name, "dtype": dtype, "value": flat}


def main(path, name, count, out):
    """Write the numbers of both runs, or the error that ended one."""
    result = {}
    spare_tensorflow()
    try:
        module = load(path)
        try:
            factory, batch = find(module, name), batch_of(module)
        except CourseError as error:
            result["mistake"] = str(error)
            return
        with portable_random():
            for way in ("compiled", "eager"):
                number = int(count) if way == "compiled" else min(int(count), 2)
                result[way] = steps(factory, batch, number, way == "eager")
    except CourseError as error:
        result["refused"] = str(error)
    except Exception as error:
        result["error"] = f"{type(error).__name__}: {' '.join(str(error).split())[:600]}"
    finally:
        Path(out).write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
