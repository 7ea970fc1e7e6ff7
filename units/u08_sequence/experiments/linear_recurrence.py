"""☆ A linear recurrence by an associative scan: the loop's numbers in far fewer rounds (§7.3)."""

import numpy as np
from keras import ops

import course
from course.figures import COLOURS
from units.u08_sequence.linear_recurrence import combine, linear_recurrence, linear_recurrence_by_loop


def counted(length):
    """Rounds and combinations of an associative scan of ``length`` steps."""
    sizes = []

    def count(first, second):
        sizes.append(first[0].shape[0])
        return combine(first, second)

    ones = ops.ones((length, 1))
    ops.associative_scan(count, (ones, ones))  # not compiled: tracing would call the function once more
    return len(sizes), sum(sizes)


def run(r):
    steps = 40
    decay = r.rng.uniform(0.5, 1, size=(2, steps, 4)).astype("float32")
    u = r.rng.normal(size=(2, steps, 4)).astype("float32")
    scan, loop = (
        ops.convert_to_numpy(course.compiled(f)(decay, u))
        for f in (linear_recurrence, linear_recurrence_by_loop)
    )
    r.metric("largest_difference", np.max(np.abs(scan - loop)))
    _, (left, right) = r.figure("scan", 1, 2, size=(10, 4))
    left.plot(loop[0, :, 0], color=COLOURS["blue"], label="loop")
    left.plot(scan[0, :, 0], ".", color=COLOURS["orange"], label="scan")
    left.set(title="The same states", xlabel="step t", ylabel="h_t")
    lengths = r.pick(quick=(4, 32, 256), full=(4, 32, 256, 2048))
    rounds, work = np.array([counted(length) for length in lengths]).T
    at = lengths.index(256)
    r.metric("rounds_at_256", rounds[at])
    r.metric("combinations_a_step_at_256", work[at] / 256)
    right.loglog(lengths, lengths, color=COLOURS["blue"], label="loop: rounds")
    right.loglog(lengths, rounds, "o-", color=COLOURS["orange"], label="scan: rounds")
    right.loglog(lengths, work, "s--", color=COLOURS["grey"], label="scan: combinations")
    right.set(title="Rounds one after the other", xlabel="steps T", ylabel="number")
    left.margins(y=0.3)  # a row for the legend below the curve
    left.legend(loc="lower left", ncols=2)
    right.legend(loc="upper left")
    rows = [[n, m, w] for n, m, w in zip(lengths, rounds, work, strict=True)]
    r.table(["steps T", "rounds", "combinations"], rows, "associative scan")
