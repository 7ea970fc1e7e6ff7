"""KerasTuner for real work: a search in a folder, which goes on after a kill, also by several processes.

    python -m units.u06_tricks_of_the_trade.keras_tuner_search FOLDER --trials 20

Type the same command again after a crash: finished trials are kept, and a trial that was running is run again. One
folder is for one process at a time. Several processes need one more, the *chief*: it does not train, it hands out
trials by gRPC. All of them run the same command and find each other by three environment variables:

    KERASTUNER_TUNER_ID=chief   KERASTUNER_ORACLE_IP=127.0.0.1 KERASTUNER_ORACLE_PORT=8000 python -m …   # the chief
    KERASTUNER_TUNER_ID=worker0 KERASTUNER_ORACLE_IP=127.0.0.1 KERASTUNER_ORACLE_PORT=8000 python -m …   # a worker

The folder has to be shared between the machines. The chief ends when every trial is done and every worker has asked
for one more; a worker that dies keeps its trial, so the chief waits for ever: start the worker again under the same
KERASTUNER_TUNER_ID, and it gets its trial back. The connection is not encrypted.
"""

import argparse
import importlib
import importlib.util
import os
import warnings
from contextlib import contextmanager

import keras

import course
from course.backend import install
from course.errors import CourseError
from units.u04_feedforward import FeedForward

EPOCHS = 3


def build(hp):
    """A network of unit 4 with the settings that the tuner proposes."""
    model = FeedForward([hp.Int("width", 8, 64, sampling="log")])
    rate = hp.Float("learning_rate", 1e-4, 1.0, sampling="log")
    model.compile(keras.optimizers.Adam(rate))
    return model


@contextmanager
def package():
    """KerasTuner, without the warnings of version 1.4.8 about names of Python that are to go."""
    if importlib.util.find_spec("keras_tuner") is None:
        raise CourseError(f"KerasTuner is not installed. In the folder of the course type: {install('tune')}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        yield importlib.import_module("keras_tuner")


def search(folder, trials, epochs=EPOCHS, build=build, method="random"):
    """Search, or go on with the search in the folder.

    Args:
        folder: of the search; it is created where it is missing.
        trials: number of trials, those of earlier calls included.
        epochs: of each training; with ``"hyperband"`` the most of one setting.
        build: hp ↦ a compiled model.
        method: ``"random"``, ``"bayesian"`` or ``"hyperband"``, whose brackets decide the number of trials.

    Returns:
        The tuner. ``tuner.oracle.trials`` holds the trials, ``tuner.get_best_hyperparameters()`` the best settings.
    """
    d = course.data.load("digits")
    x, y = d.features("train"), d.labels("train")
    with package() as library:
        objective = library.Objective("val_loss", "min")
        common = {"directory": os.fspath(folder), "project_name": "search", "overwrite": False, "seed": 1}
        if method == "hyperband":
            tuner = library.Hyperband(build, objective, max_epochs=epochs, factor=3, **common)
        elif method in ("random", "bayesian"):
            kind = library.RandomSearch if method == "random" else library.BayesianOptimization
            tuner = kind(build, objective, max_trials=trials, **common)
        else:
            raise CourseError(f"The method is random, bayesian or hyperband, not {method!r}.")
        tuner.search(
            x[:1000], y[:1000], validation_data=(x[1000:1400], y[1000:1400]), batch_size=100, epochs=epochs, verbose=0
        )  # fmt: skip
    return tuner


def main(arguments=None):
    """The command line at the top of this file."""
    parser = argparse.ArgumentParser(prog="keras_tuner_search", description=__doc__.splitlines()[0])
    parser.add_argument("folder")
    parser.add_argument("--trials", type=int, default=20)
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--method", default="random", help="random, bayesian or hyperband")
    options = parser.parse_args(arguments)
    tuner = search(options.folder, options.trials, options.epochs, method=options.method)
    for trial in getattr(tuner.oracle, "trials", {}).values():  # a worker has none: the chief holds them
        settings = {k: v for k, v in trial.hyperparameters.values.items() if not k.startswith("tuner/")}
        print(trial.trial_id, trial.status.lower(), settings, trial.score)


if __name__ == "__main__":
    try:
        main()
    except CourseError as error:
        raise SystemExit(str(error)) from None
