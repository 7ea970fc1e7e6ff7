"""A run that was interrupted goes on as if it had not been; a checkpoint is never half written."""

import json

import keras
import numpy as np
import pytest
from keras import ops

import course
from course.distribution import BackupAndRestore
from tests.models import Noisy

RNG = np.random.default_rng(1)
X = RNG.normal(size=(40, 4)).astype("float32")
Y = ((X[:, 0] > 0).astype("int32") + (X[:, 1] > 0)).astype("int32")


class Interrupt(keras.callbacks.Callback):
    """Ctrl-C in the middle of an epoch."""

    def __init__(self, epoch):
        super().__init__()
        self.last, self.now = epoch, 0

    def on_epoch_begin(self, epoch, logs=None):
        self.now = epoch

    def on_train_batch_end(self, batch, logs=None):
        if self.now == self.last and batch == 1:
            raise KeyboardInterrupt


def train(*callbacks, epochs=4):
    """A fresh program: seeds, model, fit. BatchNorm, dropout, Adam."""
    keras.utils.clear_session(free_memory=False)
    keras.utils.set_random_seed(7)
    model = Noisy()
    model.compile(keras.optimizers.Adam(1e-2))
    history = model.fit(
        X, Y, batch_size=8, epochs=epochs, verbose=0, callbacks=callbacks,
        shuffle=keras.backend.backend() != "tensorflow",
    )  # fmt: skip
    return [
        ops.convert_to_numpy(v) for o in model.optimizers for v in (*model.variables, *o.variables)
    ], history


def test_an_interrupted_run_ends_where_an_uninterrupted_one_does(tmp_path):
    folder = tmp_path / "backup"
    expected, _ = train()
    with pytest.raises(KeyboardInterrupt):
        train(BackupAndRestore(folder), Interrupt(2))
    assert len(list(folder.iterdir())) == 2  # one checkpoint and its record
    np.random.seed(99)  # noqa: NPY002 (another program's state)
    found, history = train(BackupAndRestore(folder))
    assert history.epoch == [2, 3]
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-7)
    assert not folder.exists()


@pytest.mark.backend_independent
def test_the_checkpoint_can_be_kept_and_a_finished_run_trained_further(tmp_path):
    train(BackupAndRestore(tmp_path, delete_checkpoint=False), epochs=2)
    _, history = train(BackupAndRestore(tmp_path), epochs=3)
    assert history.epoch == [2]


@pytest.mark.backend_independent
def test_what_is_written_when_the_process_dies_is_not_read(tmp_path):
    """The record is replaced last; until then it names the whole checkpoint before."""
    with pytest.raises(KeyboardInterrupt):
        train(BackupAndRestore(tmp_path), Interrupt(1))
    (tmp_path / "epoch-2.weights.h5").write_bytes(b"half")
    (tmp_path / "training_metadata.json.new").write_text("{half")
    assert json.loads((tmp_path / "training_metadata.json").read_text())["epoch"] == 1
    _, history = train(BackupAndRestore(tmp_path), epochs=2)
    assert history.epoch == [1]


@pytest.mark.backend_independent
def test_a_second_fit_of_the_same_model_is_not_resumed(tmp_path):
    model = Noisy()
    model.compile("sgd")
    options = {"epochs": 2, "verbose": 0, "callbacks": [BackupAndRestore(tmp_path / "b")]}
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, Y, **{**options, "callbacks": [*options["callbacks"], Interrupt(1)]})
    assert model.fit(X, Y, **options).epoch == [1]
    assert model.fit(X, Y, **options).epoch == [0, 1]


@pytest.mark.backend_independent
def test_the_front_names_it():
    assert course.distribution.BackupAndRestore is BackupAndRestore
