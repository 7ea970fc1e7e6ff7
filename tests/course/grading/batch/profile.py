"""Where the time of the grader goes: seconds of its threads by phase.

    with profiled() as phases:
        ...                     # grade
    print(table(phases, files=480))

The phases exclude each other. They are measured in the grader's threads, which wait for the processes of the files.
"""

import contextlib
import functools
import threading
import time
from collections import Counter
from unittest import mock

from course.grading import runner
from course.grading.sandbox.workers import Workers
from course.grading.session import Session

START, NAMESPACES, LOAD, ANSWERS = (
    "Keras starts",
    "its namespaces are made",
    "the file is loaded",
    "the file answers",
)
END, READ, CHECK, NAMING = "the process ends", "the check is read", "the check computes", "mistakes are named"
BLAME = "whose error it is"
PHASES = (START, NAMESPACES, LOAD, ANSWERS, END, READ, CHECK, NAMING, BLAME)


@contextlib.contextmanager
def profiled():
    """Measure in this block; yields a Counter of phase → seconds."""
    phases, lock, own = Counter(), threading.Lock(), threading.local()

    def measured(phase, function, whole=False):
        @functools.wraps(function)
        def measure(*args, **kwargs):
            running = own.__dict__.setdefault("running", [])
            if running and running[-1][1]:  # a phase that is measured as a whole
                return function(*args, **kwargs)
            running.append([0.0, whole])
            began = time.perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                seconds = time.perf_counter() - began
                inner, _ = running.pop()
                if running:
                    running[-1][0] += seconds
                with lock:
                    phases[phase] += seconds - inner

        return measure

    with contextlib.ExitStack() as stack:
        for owner, name, phase, whole in (
            (Workers, "_start", START, True),
            (Workers, "_fork", NAMESPACES, False),
            (Workers, "discard", END, True),
            (Session, "_load", LOAD, False),
            (Session, "_ask", ANSWERS, False),
            (runner, "read_parts", READ, False),
            (runner, "run_part", CHECK, False),
            (runner, "name_mistakes", NAMING, True),
            (runner, "find_blame", BLAME, True),
        ):
            new = measured(phase, getattr(owner, name), whole)
            stack.enter_context(mock.patch.object(owner, name, new))
        stack.enter_context(mock.patch.object(Session, "_load", _loading(Session._load, measured)))
        yield phases


def _loading(load, measured):
    """The request `load` is a part of loading, not an answer of the file."""

    @functools.wraps(load)
    def loading(session, *args):
        ask = Session._ask
        asks = measured(LOAD, ask.__wrapped__)
        session._ask = functools.partial(asks, session)
        try:
            return load(session, *args)
        finally:
            del session._ask

    return loading


def table(phases, files):
    """Return the phases as the rows of a table in Markdown."""
    whole = sum(phases.values())
    rows = ["| phase | milliseconds a file | share |", "| --- | ---: | ---: |"]
    for phase in PHASES:
        seconds = phases[phase]
        rows.append(f"| {phase} | {1000 * seconds / files:.0f} | {100 * seconds / whole:.0f}% |")
    return "\n".join([*rows, f"| together | {1000 * whole / files:.0f} | 100% |"])
