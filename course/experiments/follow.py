"""Experiments run one by one or several at a time, and whoever waits sees how far they are."""

import contextlib
import gc
import logging
import signal
import sys
import threading
import time

from course.experiments import jobs


def follow(chosen, request, report, console, strategy=None):
    """Run experiments, show how far they are, and put the results into the report, in the order of the catalogue.

    Args:
        chosen: The experiments.
        request: What `course.experiments.run_experiment` takes beside the experiment: `full, data, seed, out`.
        report: The `Report`; with more than one of its `jobs` each experiment runs in a process of its own.
        console: Where progress is shown.
        strategy: The strategy to train under, in this process.
    """
    from course.experiments.screen import Display

    events = (
        _one_by_one(chosen, request, strategy) if report.jobs == 1 else _at_a_time(chosen, request, report)
    )

    began, results, event = time.perf_counter(), {}, None
    with Display(console, len(chosen)) as display, _ctrl_c() as pressed, contextlib.closing(events):
        try:
            for event in events:
                if event.result is None:
                    display.start(event.experiment.name, event.worker)
                    continue
                results[event.experiment.name] = event.result
                display.finish(event.result, event.worker, event.printed)
                if pressed:
                    raise KeyboardInterrupt  # again: the first one was dropped
        except KeyboardInterrupt:
            report.interrupted = True
            where = display.running or (event.experiment.name if event else "the start")
            display.console.print(f"[yellow]Interrupted in {where}.[/]")
    report.results += [results[experiment.name] for experiment in chosen if experiment.name in results]
    if report.jobs > 1:
        report.elapsed = time.perf_counter() - began


def _one_by_one(chosen, request, strategy):
    """Run the experiments in this process and yield what happens."""
    from course.experiments.pool import Event
    from course.experiments.running import run_experiment

    gc.freeze()  # what is imported stays: clearing Keras's state after an experiment need not look through it
    # What the data layer warns of is in the result as a note; on the screen it would cut through the progress.
    logging.getLogger("course.data").addHandler(logging.NullHandler())
    for experiment in chosen:
        yield Event(0, experiment)
        yield Event(0, experiment, run_experiment(experiment, strategy=strategy, **request))


def _at_a_time(chosen, request, report):
    """Run the experiments in processes of their own and yield what happens."""
    from course.experiments.pool import Pool

    ordered = jobs.longest_first(chosen, report.backend, report.mode)
    with Pool(report.backend, report.jobs, jobs.environment(report.backend, report.jobs), **request) as pool:
        yield from pool.run(ordered)


@contextlib.contextmanager
def _ctrl_c():
    """Remember that Ctrl-C was pressed, in the list that is given to the block.

    Python drops the exception when it strikes inside a destructor or a weak reference's callback; without this
    the run would go on as if nothing had happened.
    """
    pressed = []
    if threading.current_thread() is not threading.main_thread():
        yield pressed
        return

    def remember(number, frame):
        pressed.append(number)
        raise KeyboardInterrupt

    def hook(dropped, report=sys.unraisablehook):
        if not issubclass(dropped.exc_type, KeyboardInterrupt):
            report(dropped)

    handler, unraisable = signal.signal(signal.SIGINT, remember), sys.unraisablehook
    sys.unraisablehook = hook
    try:
        yield pressed
    finally:
        sys.unraisablehook = unraisable
        signal.signal(signal.SIGINT, handler)
