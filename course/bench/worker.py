"""The child process of ``course bench``: a request on standard input, the result in the file that it names.

There are three kinds of request. ``steps`` holds the variants of a case side by side: first their losses, then their
times in rounds. A native loop other than the plain one may fail (``torch.compile`` needs a compiler and cannot compile
every step): its reason is in the result, and the others are measured. ``start`` has one variant alone in a fresh
process: its first step and its peak memory. ``time_to`` trains on MNIST until a share of its test images is recognized.
"""

import json
import math
import os
import sys
import time
from pathlib import Path

ROUND = 0.3  # seconds of a round, at least


def main():
    """Do what standard input asks."""
    request = json.load(sys.stdin)
    if request["threads"] and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: request["threads"]])
    result = {"steps": steps, "start": start, "time_to": time_to}[request["kind"]](request)
    Path(request["result"]).write_text(json.dumps(result), encoding="utf-8")


def steps(request):
    """Losses and seconds of all variants of a case, in one process and interleaved."""
    _keras(request)
    from course.bench import case, contest

    loaded = case.load(request["case"])
    if isinstance(loaded, contest.Contest):
        found = contest.measure(
            loaded, request["seed"], request["repeats"], request["count"], clock_for(request)
        )
        return found | {"device": _device()}
    variants = _variants(request)
    case, arrays = variants.case, variants.arrays
    made, losses, failed = {}, {}, {}
    for name in variants.names:
        try:
            made[name], losses[name] = _proved(variants, name)
        except Exception as error:
            if name == "native" or name not in variants.loops:
                raise
            failed[name] = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
    epochs = request["epochs"] or _enough(lambda: made["native"].run(arrays, case.batch))
    order, seconds, clock = list(made), {name: [] for name in made}, clock_for(request)
    for i in range(request["repeats"]):
        for name in order[i % len(order) :] + order[: i % len(order)]:
            begin = clock()
            made[name].run(arrays, case.batch, epochs)
            seconds[name].append((clock() - begin) / (variants.steps * epochs))
    return {
        "title": case.title,
        "batch": case.batch,
        "small": case.small,
        "large": case.large,
        "failed": failed,
        "why_no_keras": case.why_no_keras,
        "unit": "step",
        "steps": variants.steps,
        "epochs": epochs,
        "losses": losses,
        "seconds": seconds,
        "device": _device(),
    }


def clock_for(request):
    """On one core the processor time of this process, which other processes do not disturb; else the time."""
    alone = request["threads"] == 1 and request["device"] == "cpu"
    return time.process_time if alone else time.perf_counter


def _proved(variants, name):
    """A variant that has run, and the losses that it reached."""
    case, first, arrays = variants.case, variants.first_batch, variants.arrays
    variant = variants.make(name)
    proof = tuple(a[: case.proof * case.batch] for a in arrays)
    # The first step, the mean of a short epoch, and the step after it, which shows what went wrong on the way.
    losses = [variant.run(a, case.batch) for a in (first, proof, first)]
    # What compiles late, or for whole epochs only, does so before the clock runs.
    variant.run(arrays, case.batch)
    return variant, losses


def _enough(epoch):
    """How many epochs a round needs to last so long that a disturbance of some milliseconds does not count."""
    begin = time.perf_counter()
    epoch()
    seconds = time.perf_counter() - begin
    return max(1 if seconds > ROUND else 2, math.ceil(ROUND / seconds))


def start(request):
    """The first step and the peak memory of one variant in a process of its own."""
    keras = _keras(request)
    from course.bench import case, contest, memory

    loaded = case.load(request["case"])
    if isinstance(loaded, contest.Contest):
        run = contest.made(loaded, request["seed"])[request["variant"]]
        watch = memory.Watch(keras.backend.backend())
        begin = time.perf_counter()
        run(request["count"] or loaded.amount)
        first = time.perf_counter() - begin
        run(request["count"] or loaded.amount)
        return {"first_seconds": first, "peak_mb": watch.peak(), "memory": watch.what}
    variants = _variants(request)
    variant = variants.make(request["variant"])
    watch = memory.Watch(variants.backend)
    n = variants.case.batch * (request["group"] if request["variant"] == "ours_scan" else 1)
    begin = time.perf_counter()
    variant.run(tuple(a[:n] for a in variants.arrays), variants.case.batch)
    first = time.perf_counter() - begin
    variant.run(variants.arrays, variants.case.batch)
    return {"first_seconds": first, "peak_mb": watch.peak(), "memory": watch.what}


def time_to(request):
    """Seconds until a share of MNIST's test images is recognized."""
    keras = _keras(request)
    from course.bench import case
    from course.bench.time_to import time_to

    found = time_to(
        case.load("cnn"),
        request["share"],
        request["seed"],
        request["precision"],
        request["data"],
        request["most"],
    )
    return {"variants": found, "device": _device(), "keras": keras.__version__}


def _keras(request):
    from course import backend
    from course.bench import case

    case.check(request["case"])
    backend.start()
    import keras

    keras.ops.zeros(1) + 1  # the device is awake before any clock runs
    return keras


def _variants(request):
    _keras(request)
    from course.bench import case
    from course.bench.variants import Variants

    options = {key: request[key] for key in ("seed", "precision", "fastest", "plain")}
    return Variants(request["case"], case.load(request["case"]), steps=request["count"], **options)


def _device():
    from course import backend

    return backend.device()


if __name__ == "__main__":
    main()
