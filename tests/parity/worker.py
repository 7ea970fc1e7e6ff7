"""Run every case on the backend of this process and write all numbers: ``python -m tests.parity.worker FILE.npz``.

Names after the file run these cases alone.
"""

import sys

import keras
import numpy as np

from course.backend import spare_tensorflow
from course.testing import portable_random, set_weights
from tests.parity.cases import BATCH, CASES


def run(case):
    """The numbers of one case: logs of each step, then weights and optimizer states."""
    keras.utils.clear_session()
    keras.utils.set_random_seed(0)
    model, data = case()
    batch = keras.tree.map_structure(lambda a: a[:BATCH], data)
    alone = len(batch) == 1 and not isinstance(batch[0], tuple)  # an input may be a pair of arrays
    model.prepare(batch[0] if alone else batch)
    set_weights(model)
    numbers = {}

    class Record(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            numbers.update({f"step {batch} {k}": np.asarray(float(v)) for k, v in logs.items()})

    x, y, w = (*data, None, None)[:3]
    model.fit(x, y, sample_weight=w, batch_size=BATCH, shuffle=False, verbose=0, callbacks=[Record()])
    for i, v in enumerate(model.variables):
        numbers[f"weight {i} {v.name}"] = keras.ops.convert_to_numpy(v.value)
    for k, optimizer in enumerate(model.optimizers):
        for i, v in enumerate(optimizer.variables):
            numbers[f"optimizer {k} {i}"] = keras.ops.convert_to_numpy(v.value)
    return numbers


def main():
    """All cases, or those named, into one file."""
    file, *names = sys.argv[1:]
    spare_tensorflow()
    out = {}
    with portable_random():
        for name in names or CASES:
            out.update({f"{name}/{k}": v for k, v in run(CASES[name]).items()})
    np.savez(file, **out)


if __name__ == "__main__":
    main()
