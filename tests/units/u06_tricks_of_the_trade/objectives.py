"""Objectives of the worker processes that a test starts: the third trial of a process waits to be killed."""

import time
from pathlib import Path

CALLS = []


def waits(trial):
    x = trial.suggest_float("x", -1.0, 1.0)
    trial.report(x**2, 0)
    CALLS.append(trial.number)
    if len(CALLS) == 3:
        time.sleep(120)
    return x**2


def quick(trial):
    return trial.suggest_float("x", -1.0, 1.0) ** 2


def search_that_waits(folder):
    """A KerasTuner search whose third trial writes a file and waits."""
    import keras

    from units.u06_tricks_of_the_trade import keras_tuner_search

    class Wait(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            CALLS.append(1)
            if len(CALLS) == 3:
                (Path(folder) / "waiting").touch()
                time.sleep(120)

    def build(hp):
        model = keras_tuner_search.build(hp)
        fit = model.fit
        model.fit = lambda *args, callbacks=(), **kwargs: fit(*args, callbacks=[*callbacks, Wait()], **kwargs)
        return model

    keras_tuner_search.search(folder, 4, epochs=1, build=build)
