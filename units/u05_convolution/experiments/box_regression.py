"""Boxes that move to their targets: which cost still has a slope when the boxes are disjoint? (§6.6)."""

import numpy as np
from keras import ops

import course
from course import figures
from units.u05_convolution import diou, giou, iou

COSTS = {"IoU": iou, "GIoU": giou, "DIoU": diou}
STEPS, RATE = 80, 0.03


def run(r):
    n = r.pick(quick=200, full=2000)
    start, target = pairs(n, r.rng), pairs(n, r.rng)
    disjoint = ops.convert_to_numpy(iou(start, target)) == 0
    r.metric("share_of_disjoint_pairs", disjoint.mean())
    r.log(f"{disjoint.mean():.0%} of the {n} pairs of boxes are disjoint at the start.")

    def total(boxes):
        # the costs of all pairs and of all kinds are independent: the gradient of the sum holds that of each
        return ops.sum(ops.stack([1 - score(boxes[i], target) for i, score in enumerate(COSTS.values())]))

    slope = course.compiled(course.grad(total))
    boxes = np.stack([start] * len(COSTS))
    has_slope = np.abs(ops.convert_to_numpy(slope(ops.convert_to_tensor(boxes)))).max(axis=-1) > 0
    seen, curves = np.arange(0, STEPS + 1, 10), []
    for step in range(STEPS + 1):
        if step in seen:
            curves.append(ops.convert_to_numpy(iou(boxes, target)))
        # the rate falls to zero: near the target the slope of IoU does not vanish
        boxes = boxes - RATE * (1 - step / STEPS) * ops.convert_to_numpy(slope(ops.convert_to_tensor(boxes)))
    curves = np.array(curves)

    _, (ax, ax_cost) = r.figure("paths", 1, 2, size=(10, 4))
    rows = []
    for i, name in enumerate(COSTS):
        at_the_end = curves[-1, i]
        r.metric(f"mean_iou_{name.lower()}", at_the_end.mean())
        r.metric(f"disjoint_pairs_with_a_slope_{name.lower()}", has_slope[i][disjoint].mean())
        rows.append([name, at_the_end.mean(), at_the_end[disjoint].mean(), has_slope[i][disjoint].mean()])
        ax.plot(seen, curves[:, i].mean(axis=1), label=f"1 − {name}")
    r.table(["cost 1 −", "mean IoU at the end", "of disjoint pairs", "of these had a slope"], rows)
    ax.set(title="Gradient descent on the four edges", xlabel="step", ylabel="mean IoU", ylim=(0, 1))
    ax.legend()

    # a box of width 1 that passes over another one
    shift = np.linspace(-3, 3, 301)
    moved = np.stack([shift, 0 * shift, shift + 1, 0 * shift + 1], axis=1).astype("float32")
    for (name, score), colour in zip(COSTS.items(), figures.CYCLE, strict=False):
        still = np.array([0, 0, 1, 1], "float32")
        ax_cost.plot(shift, ops.convert_to_numpy(1 - score(moved, still)), color=colour, label=f"1 − {name}")
    ax_cost.set(title="A box passes over another one", xlabel="shift / width of the boxes", ylabel="cost")
    ax_cost.legend()


def pairs(n, rng):
    """Boxes with centres in [0, 1]² and sides from 0.1 to 0.5."""
    centre, half = rng.uniform(0, 1, size=(n, 2)), rng.uniform(0.05, 0.25, size=(n, 2))
    return np.concatenate([centre - half, centre + half], axis=1).astype("float32")
