"""A checkpoint at the end of each epoch, from which an interrupted run continues with the same result."""

import base64
import json
import os
import random
import shutil
import sys
import tempfile
from pathlib import Path

import keras
import numpy as np

from course.distribution.front import current

_RECORD = "training_metadata.json"


class BackupAndRestore(keras.callbacks.BackupAndRestore):
    """``keras.callbacks.BackupAndRestore`` with complete checkpoints that also restore the order of the data.

    Weights, optimizers and seed generators are written to a new file; then one small record, which names that file and
    holds the random streams that shuffle, replaces the old one in a single step. Whenever the process dies, the folder
    contains one complete checkpoint. ``fit`` reads it when it starts, skips the epochs that are done, and deletes it
    at the end. On TensorFlow the orders of the rows are not among what is restored: ``fit(shuffle=True)`` draws
    them anew.

    Args:
        backup_dir: a folder for this run's checkpoint alone; on several machines one that all of them see.
        delete_checkpoint: whether it is deleted when ``fit`` is done.

    Example::

        model.fit(x, y, epochs=90, callbacks=[course.distribution.BackupAndRestore("runs/backup")])
    """

    def __init__(self, backup_dir, delete_checkpoint=True):
        super().__init__(str(backup_dir), save_freq="epoch", delete_checkpoint=delete_checkpoint)

    def _save_model(self):
        weights = f"epoch-{self._current_epoch}.weights.h5"
        record = {"epoch": self._current_epoch, "weights": weights, "streams": _streams()}
        if not _is_main():  # JAX and TensorFlow: all processes read the weights, one stores them
            with tempfile.TemporaryDirectory() as elsewhere:
                self.model.save_weights(Path(elsewhere) / weights)
            return
        folder = Path(self.backup_dir)
        folder.mkdir(parents=True, exist_ok=True)
        self.model.save_weights(folder / weights, overwrite=True)
        new = folder / f"{_RECORD}.new"
        new.write_text(json.dumps(record), encoding="utf-8")
        os.replace(new, folder / _RECORD)
        for old in folder.glob("epoch-*.weights.h5"):
            if old.name != weights:
                old.unlink()

    def _load_model(self):
        try:
            record = json.loads((Path(self.backup_dir) / _RECORD).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return
        self.model.load_weights(Path(self.backup_dir) / record["weights"])
        self.model._initial_epoch = record["epoch"]
        _set_streams(record["streams"])

    def on_train_end(self, logs=None):
        """Delete the checkpoint: the training is done."""
        self.model._initial_epoch = None
        if self.delete_checkpoint and _is_main():
            shutil.rmtree(self.backup_dir, ignore_errors=True)


def _is_main():
    strategy = current()
    return strategy is None or strategy.is_main


def _streams():
    """The states of the generators that shuffle, in types that JSON has."""
    name, keys, *rest = np.random.get_state()  # noqa: NPY002 (what Keras draws its permutations from)
    version, words, gauss = random.getstate()
    found = {
        "python": [version, list(words), gauss],
        "numpy": [name, [int(k) for k in keys], *rest],
        "global_seed": [int(s) for s in keras.ops.convert_to_numpy(_global_seed().value)],
    }
    if keras.backend.backend() == "torch":
        state = sys.modules["torch"].get_rng_state().numpy().tobytes()
        found["torch"] = base64.b64encode(state).decode()
    return found


def _set_streams(found):
    version, words, gauss = found["python"]
    random.setstate((version, tuple(words), gauss))
    name, keys, *rest = found["numpy"]
    np.random.set_state((name, np.array(keys, dtype="uint32"), *rest))  # noqa: NPY002
    _global_seed().assign(np.array(found["global_seed"]))
    if "torch" in found and keras.backend.backend() == "torch":
        torch = sys.modules["torch"]
        state = np.frombuffer(base64.b64decode(found["torch"]), dtype="uint8").copy()
        torch.set_rng_state(torch.from_numpy(state))


def _global_seed():
    from keras.src.random.seed_generator import global_seed_generator

    return global_seed_generator().state
