"""What 1×1, grouped and depthwise separable convolutions cost (§6.5)."""

import numpy as np

from course.figures import COLOURS, CYCLE
from units.u05_convolution.separable_convolution import SeparableConv2D, conv_cost, separable_cost

SIZE, CHANNELS = 14, 256


def run(r):
    kinds = {
        "3 × 3": conv_cost(SIZE, SIZE, 3, CHANNELS, CHANNELS),
        "3 × 3, 4 groups": conv_cost(SIZE, SIZE, 3, CHANNELS, CHANNELS, groups=4),
        "1 × 1": conv_cost(SIZE, SIZE, 1, CHANNELS, CHANNELS),
        "3 × 3, depthwise": conv_cost(SIZE, SIZE, 3, CHANNELS, CHANNELS, groups=CHANNELS),
        "3 × 3, separable": separable_cost(SIZE, SIZE, 3, CHANNELS, CHANNELS),
    }
    full = kinds["3 × 3"]
    r.table(
        ["convolution", "weights", "multiplications", "share"],
        [
            (
                name,
                f"{c.parameters:,}",
                f"{c.multiplications:,}",
                f"{c.multiplications / full.multiplications:.4f}",
            )
            for name, c in kinds.items()
        ],
        title=f"{CHANNELS} channels to {CHANNELS}, {SIZE} × {SIZE} outputs",
    )
    layer = SeparableConv2D(32, 3, use_bias=False)
    layer.build((None, 8, 8, 16))
    r.metric(
        "counted_minus_weights_of_the_layer",
        separable_cost(6, 6, 3, 16, 32).parameters - layer.count_params(),
    )
    r.metric("share_of_separable", kinds["3 × 3, separable"].multiplications / full.multiplications)

    _, (left, right) = r.figure("cost", 1, 2, size=(10, 4.0))
    names = list(kinds)
    left.barh(names[::-1], [kinds[name].multiplications / 1e6 for name in names[::-1]], color=COLOURS["blue"])
    left.set(title="One layer, 256 channels", xlabel="million multiplications (log scale)", xscale="log")
    filters = 2 ** np.arange(2, 11)
    for k, colour in zip((3, 5, 7), CYCLE, strict=False):
        share = [
            separable_cost(1, 1, k, 64, int(f)).parameters / conv_cost(1, 1, k, 64, int(f)).parameters
            for f in filters
        ]
        right.loglog(filters, share, "o-", color=colour, label=f"k = {k}")
        right.axhline(1 / k**2, color=colour, linestyle=":")
    right.set(
        title="Separable over full: 1/f + 1/k²", xlabel="filters f", ylabel="share of the multiplications"
    )
    right.legend()
