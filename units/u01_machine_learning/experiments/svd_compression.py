"""A photograph from a few singular vectors: compression by truncated SVD (§2.6)."""

import numpy as np
from keras import ops

from course import figures
from units.u01_machine_learning.truncated_svd import low_rank, relative_error, stored_numbers, truncated_svd


def run(r):
    photo = r.data().china.astype("float32") / 255
    height, width, channels = photo.shape
    full = min(height, width)
    factors = [truncated_svd(photo[..., c], full) for c in range(channels)]
    ranks = (5, 10, 20, 50, 100)

    pictures, measured, predicted = [], [], []
    total = sum(float(ops.sum(s**2)) for _, s, _ in factors)
    for rank in ranks:
        parts = [ops.convert_to_numpy(low_rank(U[:, :rank], s[:rank], Vh[:rank])) for U, s, Vh in factors]
        picture = np.stack(parts, axis=-1)
        measured.append(np.linalg.norm(photo - picture) / np.linalg.norm(photo))
        # Eckart–Young, channel by channel, weighted by each channel's size.
        lost = sum(relative_error(s, rank) ** 2 * float(ops.sum(s**2)) for _, s, _ in factors)
        predicted.append(np.sqrt(lost / total))
        pictures.append(np.clip(picture, 0, 1))
    shares = [stored_numbers(height, width, rank) / (height * width) for rank in ranks]
    for rank, error in zip(ranks, measured, strict=True):
        r.metric(f"relative_error_{rank}", error)
    r.metric("largest_gap_to_eckart_young", np.max(np.abs(np.array(measured) / predicted - 1)))
    r.metric("storage_share_50", shares[3])
    r.table(
        ["rank", "share of the numbers", "relative error"],
        [[k, round(s, 3), round(float(e), 4)] for k, s, e in zip(ranks, shares, measured, strict=True)],
        title=f"{height} × {width} pixels, each colour cut to rank r",
    )

    _, axes = r.figure("compression", 2, 3, size=(9.4, 4.7))
    titles = [f"rank {k} ({s:.0%}): error {e:.1%}" for k, s, e in zip(ranks, shares, measured, strict=True)]
    figures.image_grid(axes, np.stack([photo, *pictures]), [f"original, rank {full}", *titles])

    _, (left, right) = r.figure("singular_values", 1, 2, size=(10, 3.8))
    for (_, s, _), name, colour in zip(
        factors, ("red", "green", "blue"), ("red", "green", "blue"), strict=True
    ):
        left.plot(
            np.arange(1, full + 1),
            ops.convert_to_numpy(s),
            color=figures.COLOURS[colour],
            label=f"{name} channel",
        )
    left.set(yscale="log", xlabel="i", ylabel="singular value $s_i$", title="The spectrum of a photograph")
    left.legend()
    green = factors[1][1]
    right.plot(
        np.arange(1, full + 1),
        [relative_error(green, k) for k in range(1, full + 1)],
        color=figures.COLOURS["green"],
        label="green channel, by Eckart–Young",
    )
    right.plot(ranks, measured, "o", color=figures.COLOURS["black"], label="measured, all channels")
    even = height * width / (height + width + 1)
    right.axvline(
        even, color=figures.COLOURS["grey"], linestyle="--", label=f"no saving beyond rank {even:.0f}"
    )
    right.set(yscale="log", ylim=(3e-3, 1), xlabel="rank r", ylabel="relative error", title="Error of rank r")
    right.legend()
