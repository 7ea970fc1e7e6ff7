"""A contest: a piece of work that ours and the best libraries do, each in its own way.

The other cases compare one training step with the same step in plain JAX, TensorFlow or torch. What a unit builds
otherwise (an optimizer with a line search, a beam search, a replay memory) is compared with the best library's version.
A contest therefore brings its own variants, and its own unit of work, in which time is counted.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

import numpy as np


@dataclass(frozen=True, kw_only=True)
class Contest:
    """One piece of work, done by ours and by others.

    A variant is made by ``build(*arrays)``, which returns ``run(amount) → (done, reached)``: from the beginning, do
    about so much work; say how much it was, and what number was reached. The first call of an amount may compile.

    Args:
        title: a few words with the sizes.
        unit: what the work is counted in: "gradient evaluation". Times are for one.
        data: ``(rng) → arrays``, a tuple of NumPy arrays.
        variants: ``(backend) → {name: build}``; one is "ours", the others are libraries. Ours is compared with the
            fastest of them.
        amount: of work, for the clock.
        proofs: amounts of work; what ours reaches with each, the others have to reach with as much as ours did.
        tolerance: how far the numbers may lie apart, as a part of the largest.
        limit: how many times the time of the fastest other ours may take; None: the bar of a training step.
        warm: how often each runs before the clock does, so that what compiles or records itself late has done so.
    """

    title: str
    unit: str
    data: Callable
    variants: Callable
    amount: int
    proofs: tuple
    tolerance: float = 1e-3
    limit: float | None = None
    warm: int = 1


def native(name):
    """What is written for a contest in the running backend itself: ``course/bench/native/BACKEND/NAME.py``."""
    import keras

    return import_module(f"course.bench.native.{keras.backend.backend()}.{name}")


def made(contest, seed):
    """Each variant, ready to run."""
    import keras

    keras.utils.set_random_seed(seed)
    arrays = contest.data(np.random.default_rng(seed))
    builds = contest.variants(keras.backend.backend())
    if "ours" not in builds or len(builds) < 2:
        raise ValueError(f"A contest needs ours and another, not only {', '.join(builds) or 'nothing'}.")
    return {name: build(*arrays) for name, build in builds.items()}


def measure(contest, seed, repeats, amount=None, clock=time.perf_counter):
    """What all variants reach, and their seconds for a unit of work, in turns: as ``course.bench.worker.steps``."""
    variants = made(contest, seed)
    amount = amount or contest.amount
    reached = {name: [] for name in variants}
    for proof in contest.proofs:
        done, number = variants["ours"](proof)
        reached["ours"].append(number)
        for name in variants.keys() - {"ours"}:
            reached[name].append(variants[name](done)[1])
    for _ in range(contest.warm):
        work = {name: run(amount)[0] for name, run in variants.items()}
    order, seconds = list(variants), {name: [] for name in variants}
    for i in range(repeats):
        for name in order[i % len(order) :] + order[: i % len(order)]:
            begin = clock()
            done, _ = variants[name](amount)
            seconds[name].append((clock() - begin) / done)
    return {
        "title": contest.title,
        "unit": contest.unit,
        "batch": None,
        "small": False,
        "why_no_keras": "",
        "steps": amount,
        "epochs": 1,
        "work": work,
        "tolerance": contest.tolerance,
        "limit": contest.limit,
        "losses": reached,
        "seconds": seconds,
    }
