"""Two processes on this machine train one model, as an example of several machines.

    python -m course.distribution.two_processes            two processes, and one for comparison
    python -m course.distribution.two_processes --kill     one is killed during the run; the next start continues

The backend is that of KERAS_BACKEND. Each step's batch of 64 digits is divided between the two.
"""

import argparse
import json
import os
import signal
import sys
import tempfile
from pathlib import Path

import course
from course import backend
from course.distribution import launch
from course.errors import CourseError

EPOCHS, BATCH = 4, 64
KILLED_IN = 2  # epoch, counted from 0
_KILL = getattr(signal, "SIGKILL", signal.SIGTERM)  # Windows ends a process at once by either


def main(arguments=None):
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m course.distribution.two_processes", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--kill", action="store_true", help="kill worker 1 in mid-run, then start again")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    parser.add_argument("--dies", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    try:
        if chosen.worker:
            return work(Path(chosen.worker), chosen.dies)
        print(f"Backend {backend.choose().name}.", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            return demonstrate(Path(folder), chosen.kill)
    except CourseError as e:
        print(e, file=sys.stderr)
        return 1


def demonstrate(folder, kill):
    """Train in two processes, which with ``kill`` takes two starts, and in one; return 0 if they agree."""
    if kill:
        print(f"Two processes; worker 1 kills itself in epoch {KILLED_IN + 1}.", flush=True)
        try:
            _start(folder / "two", 2, "--dies")
        except launch.WorkerFailed as e:
            print(f"\n{e}\n\nThe same command again.", flush=True)
    else:
        print("Two processes.", flush=True)
    two = _start(folder / "two", 2)
    print("One process, on the same batches, without interruption.", flush=True)
    (one,) = _start(folder / "one", 1)
    between = _distance(two[0], two[1])
    apart = _distance(two[0], one)
    print(f"\nLargest difference of a weight: {between:.1e} between the two, {apart:.1e} to the one.")
    if between == 0 and apart < 1e-4:
        return 0
    print("They should be equal.", file=sys.stderr)
    return 1


def _start(folder, processes, *options):
    folder.mkdir(exist_ok=True)
    argv = [sys.executable, "-m", "course.distribution.two_processes", "--worker", str(folder), *options]
    launch.start(argv, processes)
    return [json.loads((folder / f"{rank}.json").read_text(encoding="ascii")) for rank in range(processes)]


def _distance(a, b):
    return max(abs(x - y) for x, y in zip(a, b, strict=True))


def work(folder, dies):
    """What each process runs; returns the exit status."""
    try:
        train(folder, dies)
    except CourseError:
        raise
    except Exception as e:  # each backend raises its own error when a connection breaks
        if os.environ.get("COURSE_TRACEBACK"):
            raise
        print(
            f"Process {os.environ['RANK']} cannot go on: {type(e).__name__}: …{str(e)[-120:]}",
            file=sys.stderr,
        )
        return 1
    return 0


def train(folder, dies=False):
    """Train in this process together with the others; write the weights to a separate file."""
    made = []
    # The processes connect before they compute.
    backend.start(first=lambda: made.append(course.strategy("data_parallel")))
    (strategy,) = made
    import keras

    from course.distribution.backup import BackupAndRestore

    class Net(course.Model):
        def __init__(self):
            super().__init__()
            self.hidden = keras.layers.Dense(32, activation="relu")
            self.logits = keras.layers.Dense(10)

        def call(self, x):
            return self.logits(self.hidden(x))

    class Story(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if dies and not strategy.is_main and self.epoch == KILLED_IN and batch >= 5:
                os.kill(os.getpid(), _KILL)

        def on_epoch_begin(self, epoch, logs=None):
            self.epoch = epoch

        def on_epoch_end(self, epoch, logs=None):
            if strategy.is_main:
                print(
                    f"  epoch {epoch + 1}: loss {logs['loss']:.6f}, accuracy {logs['accuracy']:.4f}",
                    flush=True,
                )

    keras.utils.set_random_seed(0)
    digits = course.data.load("digits")
    with strategy:
        if strategy.is_main and not strategy.simulated:  # otherwise the strategy prints it
            print(f"  {strategy.describe()}", flush=True)
        model = Net()
        model.compile(
            keras.optimizers.Adam(3e-3),
            loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            metrics=["accuracy"],
        )
        model.fit(
            digits.features("train"),
            digits.labels("train"),
            batch_size=BATCH,
            epochs=EPOCHS,
            # A checkpoint holds the orders of the rows, but not those on TensorFlow.
            shuffle=keras.backend.backend() != "tensorflow",
            callbacks=[BackupAndRestore(folder / "backup"), Story()],
            verbose=0,
        )
        weights = [float(x) for w in model.get_weights() for x in w.reshape(-1)]
    (folder / f"{strategy.rank}.json").write_text(json.dumps(weights), encoding="ascii")


if __name__ == "__main__":
    sys.exit(main())
