"""How fast this machine is: the processor time of a fixed piece of work, beside that on the machine of the budgets.

Processor time differs between machines, and on a busy machine a program needs more of it (it shares caches and, on
some processors, the core). Each stage of the gate does this piece of work when it begins and when it ends; the budgets
are compared with the minutes that the machine of the budgets would have needed.
"""

import statistics
import time

import numpy as np

REFERENCE = 0.075  # seconds that the piece of work takes on the machine on which the budgets were set
REPEATS = 3


def seconds():
    """The processor time of the piece of work in this thread, the median of a few times."""
    return statistics.median(_once() for _ in range(REPEATS))


def slowness(measured):
    """How many times the reference's processor time this machine needs; 1 if nothing was measured."""
    return statistics.median(measured) / REFERENCE if measured else 1.0


def _once():
    started = time.thread_time()
    work()
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
