"""How far is real from real? Fréchet distance, KID, precision and recall on pairs of sets that are known (§8.1)."""

import numpy as np

from course.figures import CYCLE
from units.u07_generative.feature_space import feature_space, halves
from units.u07_generative.frechet_distance import frechet_distance
from units.u07_generative.kernel_distance import kernel_distance
from units.u07_generative.precision_recall import precision_recall

NOISE = (0.0, 0.1, 0.2, 0.4, 0.8)


def run(r):
    d = r.data()
    space = feature_space(d.name)
    images, labels = halves(d)[1]
    real, held = space.features(2 * d.images("test") - 1), space.features(images)
    floors(r, real, held)
    damage(r, space, real, images, labels)


def floors(r, real, held):
    """Two sets of real images at several sample sizes: the distance of the best model that there could be.

    Each pair is a new random division of images that the classifier has not seen. The official test images would not
    do: they hold each class as often as the training images do, and such sets are nearer to each other than
    independent draws. Their KID has a mean below 0 (-0.08 for the small digits).
    """
    pool = np.concatenate([real, held])
    largest = min(len(real), len(held))
    sizes = [largest // 8, largest // 4, largest // 2, largest]
    rounds = r.pick(quick=40, full=5)
    results = np.zeros((2, len(sizes), rounds))
    for i, size in enumerate(sizes):
        for j in range(rounds):
            order = r.rng.permutation(len(pool))
            pair = pool[order[:size]], pool[order[size : 2 * size]]
            results[:, i, j] = frechet_distance(*pair), kernel_distance(*(x[:2000] for x in pair))
    frechet, kid = results.mean(axis=2)
    r.table(
        ["samples in each set", "Fréchet distance", "KID"],
        [(n, f"{a:.4f}", f"{b:.5f}") for n, a, b in zip(sizes, frechet, kid, strict=True)],
        title="real against real",
    )
    r.metric("floor", frechet[-1])
    r.metric("floor_of_an_eighth_over_floor", frechet[0] / frechet[-1])
    # the mean of unbiased estimates, in standard errors of this mean
    r.metric("kid_over_its_deviation", abs(kid[-1]) / results[1, -1].std(ddof=1) * np.sqrt(rounds))
    _, axes = r.figure("floor", 1, 2, size=(10, 4))
    for ax, name, values in zip(axes, ("Fréchet distance", "KID"), results, strict=True):
        dots = ax.plot(sizes, values, ".", color=CYCLE[0], alpha=0.5)
        dots[0].set_label("one pair of sets")
        ax.plot(sizes, values.mean(axis=1), "o-", color=CYCLE[1], label="mean")
        ax.axhline(0, color="grey", linewidth=0.8)
        ax.set(title=f"Real against real: {name}", xlabel="samples in each set", xscale="log")
        ax.set_xticks(sizes, sizes)
        ax.minorticks_off()
        ax.legend()


def damage(r, space, real, images, labels):
    """Real images with noise, and real images of half of the classes: what each measure notices."""
    size = min(len(real), len(images), 2000)
    rows = []
    cases = [
        (f"noise of deviation {s}", images[:size] + s * r.rng.normal(size=images[:size].shape)) for s in NOISE
    ]
    half = images[labels < 5]
    cases.append(("the digits 0 to 4 only", half[:size]))
    for name, changed in cases:
        found = space.features(np.asarray(changed, "float32"))
        precision, recall = precision_recall(real[:size], found)
        rows.append(
            (name, frechet_distance(real, found), kernel_distance(real[:size], found), precision, recall)
        )
    r.table(
        ["images", "Fréchet distance", "KID", "precision", "recall"],
        [(name, *(f"{v:.3f}" for v in values)) for name, *values in rows],
    )
    r.metric("precision_of_real_images", rows[0][3])
    r.metric("precision_with_noise", rows[-2][3])
    r.metric("precision_of_half_of_the_classes", rows[-1][3])
    r.metric("recall_of_half_of_the_classes", rows[-1][4])
    r.metric("frechet_with_noise_over_none", rows[-2][1] / rows[0][1])
    _, ax = r.figure("precision_recall", size=(7.4, 4.2))
    names = [*(f"noise\n{s:g}" for s in NOISE), "digits\n0 to 4"]
    for side, name, values in zip((-0.2, 0.2), ("precision", "recall"), np.transpose(rows)[3:], strict=True):
        ax.bar(
            np.arange(len(rows)) + side, values.astype(float), width=0.4, color=CYCLE[side > 0], label=name
        )
    ax.set_xticks(range(len(rows)), names)
    ax.set(title="Real images, changed", ylabel="share", ylim=(0, 1.28), yticks=np.linspace(0, 1, 6))
    ax.legend(loc="upper center", ncols=2)
