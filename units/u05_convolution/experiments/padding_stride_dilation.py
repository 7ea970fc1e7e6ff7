"""Pictures of padding, stride and dilation, output sizes, and receptive fields that grow with depth (§6.3)."""

import numpy as np
from matplotlib.patches import Rectangle

from course.figures import COLOURS, CYCLE
from units.u05_convolution.output_size import axes as axes_of
from units.u05_convolution.receptive_field import receptive_field, sizes_by_layer

PANELS = [  # title, size of the input, kernel, stride, padding, dilation
    ("valid, s = 1", 5, 3, 1, "valid", 1),
    ("same, s = 1", 5, 3, 1, "same", 1),
    ("valid, s = 2", 5, 3, 2, "valid", 1),
    ("same, s = 2", 6, 3, 2, "same", 1),
    ("valid, d = 2", 7, 3, 1, "valid", 2),
]
NETWORKS = {
    "k = 3": [(3,)] * 8,
    "k = 5": [(5,)] * 8,
    "k = 3, d = 1, 2, 4, …": [(3, 1, 2**i) for i in range(8)],
    "k = 3, s = 2 in every second layer": [(3, 1 + i % 2) for i in range(8)],
}


def run(r):
    fig, panels = r.figure("pictures", 2, 5, size=(12, 4.8), gridspec_kw={"height_ratios": [1, 1.9]})
    rows = []
    for (title, n, k, s, p, d), above, below in zip(PANELS, *panels, strict=True):
        space = axes_of((n, n), k, s, p, d)[0]
        at = min(1, space.output - 1)
        _draw(above, below, space, at)
        above.set_title(title)
        rows.append((title, n, f"{space.before} + {space.after}", space.output))
        r.metric(f"outputs_{title.replace(' ', '').replace(',', '_').replace('=', '')}", space.output)
    fig.suptitle(
        "Output (above) and input (below): the blue output sees the blue inputs; dotted cells are padding"
    )
    r.table(["setting", "size", "zeros", "outputs"], rows)

    _, (left, right) = r.figure("receptive_fields", 1, 2, size=(10, 4.0))
    for (name, layers), colour in zip(NETWORKS.items(), CYCLE, strict=False):
        fields = [receptive_field(layers[:depth]).size for depth in range(len(layers) + 1)]
        left.semilogy(fields, "o-", color=colour, label=name)
        r.metric(f"field_{list(NETWORKS).index(name)}", fields[-1])
    left.set(title="Receptive field by depth", xlabel="layers", ylabel="positions (log scale)")
    left.legend(loc="upper left")
    left.set_ylim(top=4e3)
    vgg = [layer for block in (2, 2, 3, 3, 3) for layer in [(3, 1, 1, "same")] * block + [(2, 2)]]
    sizes = sizes_by_layer(224, vgg)
    fields = [receptive_field(vgg[:depth], 224) for depth in range(len(vgg) + 1)]
    right.semilogy(sizes, "o-", color=COLOURS["blue"], label="size of the output")
    right.semilogy([f.size for f in fields], "s-", color=COLOURS["red"], label="receptive field")
    right.set(
        title="The 18 layers of VGG16 before the dense ones", xlabel="layer", ylabel="pixels along one axis"
    )
    right.legend(loc="center right")
    r.metric("size_of_vgg16", sizes[-1])
    r.metric("field_of_vgg16", fields[-1].size)


def _draw(above, below, space, at):
    """One window of a two-dimensional convolution, with equal axes."""
    n, padded = space.size, space.size + space.before + space.after
    for i, j in np.ndindex(padded, padded):
        inside = space.before <= i < space.before + n and space.before <= j < space.before + n
        start, reach = at * space.stride, space.dilation * (space.kernel - 1)
        seen = all(start <= t <= start + reach and (t - start) % space.dilation == 0 for t in (i, j))
        _cell(below, i, j, seen, inside)
    for i, j in np.ndindex(space.output, space.output):
        _cell(above, i, j, (i, j) == (at, at), True)
    for ax, size in ((above, space.output), (below, padded)):
        ax.set(xlim=(-0.6, size - 0.4), ylim=(size - 0.4, -0.6), aspect="equal")
        ax.set_axis_off()


def _cell(ax, i, j, seen, inside):
    colour = COLOURS["sky"] if seen else ("#E8E8E8" if inside else "white")
    ax.add_patch(
        Rectangle(
            (j - 0.45, i - 0.45),
            0.9,
            0.9,
            facecolor=colour,
            edgecolor="#555555",
            linestyle="-" if inside else ":",
        )
    )
