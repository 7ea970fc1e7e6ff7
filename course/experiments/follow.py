"""Runs experiments one by one or several at a time, and shows the progress."""

import contextlib
import logging
import signal
import sys
import threading
import time

from course.experiments import jobs
from course.processes.garbage import collect_seldom


def follow(chosen, request, report, console, strategy=None):
    """Run experiments, show the progress, and put the results into the report, in the order of the catalogue.

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
                    raise KeyboardInterrupt  # raised again, because Python dropped the first exception
        except KeyboardInterrupt:
            report.interrupted = True
            where = display.running or (event.experiment.name if event else "the start")
            display.console.print(f"[yellow]Interrupted in {where}.[/]")
    report.results += [results[experiment.name] for experiment in chosen if experiment.name in results]
    if report.jobs > 1:
        report.elapsed = time.perf_counter() - began


def _one_by_one(chosen, request, strategy):
    """Run the experiments in this process and yield events."""
    from course.experiments.pool import Event
    from course.experiments.running import run_experiment

    collect_seldom()
    # Warnings of the data layer are notes of the result; on the screen they would break the progress display.
    logging.getLogger("course.data").addHandler(logging.NullHandler())
    for experiment in chosen:
        yield Event(0, experiment)
        yield Event(0, experiment, run_experiment(experiment, strategy=strategy, **request))


def _at_a_time(chosen, request, report):
    """Run the experiments in separate processes and yield events."""
    from course.experiments.pool import Pool

    ordered = jobs.longest_first(chosen, report.backend, report.mode)
    with Pool(report.backend, report.jobs, jobs.environment(report.backend, report.jobs), **request) as pool:
        yield from pool.run(ordered)


@contextlib.contextmanager
def _ctrl_c():
    """Record in the list that the block gets whether Ctrl-C was pressed.

    Python drops the exception if it is raised in a destructor or in the callback of a weak reference; without this
    the run would continue.
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
