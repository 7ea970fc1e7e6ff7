"""How fast this machine is: the processor time of a fixed piece of work, beside that on the machine of the budgets.

Processor time differs between machines, and on a busy machine a program needs more of it (it shares caches and, on
some processors, the core). Each stage of the gate does a piece of work when it begins, every two minutes, and when it
ends; the budgets are compared with the minutes that the machine of the budgets would have needed.

There are two pieces of work. One is Python and NumPy. The stages of JAX and TensorFlow spend most of their time on
tracing and compiling small functions, and there machines differ by other factors than in Python. Of two machines of
this project one needed 1.6 times the other's time for the first piece, and 2.0 to 2.6 times for quick experiments on
JAX. So these stages are measured by tracing and compiling, in a process beside the stage that does nothing else.
"""

import contextlib
import os
import signal
import statistics
import subprocess
import sys
import time

import numpy as np

PYTHON = "python"
# Seconds on the machine on which the budgets were set.
REFERENCE = {PYTHON: 0.075, "jax": 0.31, "tensorflow": 0.145}
REPEATS = 3


def kind_of(stage):
    """By which piece of work a stage is measured."""
    return stage if stage in REFERENCE else PYTHON


def slowness(measured):
    """How many times the reference's processor time this machine needs; 1 if nothing was measured."""
    return statistics.median(measured) if measured else 1.0


class Meter:
    """Measures the speed at each call, as a multiple of the time that the reference needs.

    Args:
        kind: the piece of work: ``"python"``, or a backend, which is then measured in a process of its own.
    """

    def __init__(self, kind=PYTHON):
        self.kind, self._process = kind, None

    def __call__(self):
        """How many times the reference's processor time the work needs now."""
        return (python_seconds() if self.kind == PYTHON else self._ask()) / REFERENCE[self.kind]

    def close(self):
        """End the process."""
        if self._process is not None:
            self._process.stdin.close()
            self._process.wait()
            self._process.stdout.close()
            self._process = None

    def _ask(self):
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "course.gate.speed"],
                env=os.environ | {"KERAS_BACKEND": self.kind},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                encoding="utf-8",
            )
        answer = ""
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write("\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"The process that measures how fast {self.kind} compiles has ended.")
        return float(answer)


def python_seconds():
    """The processor time of the work in Python in this thread, the median of a few times."""
    return statistics.median(_time(work) for _ in range(REPEATS))


def _time(f):
    started = time.thread_time()
    f()
    return time.thread_time() - started


def work():
    """Do what tests of this course spend their time with; return a number that depends on all of it.

    Python compiles functions and calls them, and NumPy computes with small arrays.
    """
    text = "\n".join(
        f"def f{i}(x, a={i}):\n    return {{k: k * x + a for k in range(20)}}" for i in range(600)
    )
    names = {}
    exec(compile(text, "work", "exec"), names)
    total = sum(value for i in range(600) for x in range(20) for value in names[f"f{i}"](x).values())
    a = np.eye(64) + 0.01
    for _ in range(1500):
        a = a @ a
        a = a / np.linalg.norm(a)
    return total + float(a.sum())


def compile_small_functions(repeats=6):
    """Trace and compile the gradient of a small layer anew, several times; return the last cost."""
    import keras
    from keras import ops

    import course

    layer = keras.layers.Dense(4, activation="tanh", kernel_initializer="ones")
    x = ops.convert_to_tensor(np.ones((5, 3), "float32"))
    layer.build(x.shape)

    def cost(x):
        y = ops.softmax(layer(x))
        return ops.sum(ops.square(y - ops.mean(y, axis=0)))

    for _ in range(repeats):
        value, _ = course.compiled(lambda x: course.value_and_grad(cost, [x, *layer.trainable_variables]))(x)
    return float(value)


def _answer():
    """For each line that is read: the processor time of this process for compiling, in a line."""
    from course.backend import choose

    # Ctrl-C ends the stage, which measures once more and closes the input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    choose()
    compile_small_functions()  # what comes first costs more
    for _ in sys.stdin:
        started = time.process_time()
        compile_small_functions()
        print(time.process_time() - started, flush=True)


if __name__ == "__main__":
    _answer()
