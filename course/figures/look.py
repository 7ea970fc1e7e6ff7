"""One look for every figure: colours for colour-blind readers, and two kinds of figures that units share.

Nothing here touches `matplotlib.pyplot`, so no window opens and no figure outlives its experiment. Inside an
experiment the style is already on.
"""

from contextlib import contextmanager

import matplotlib
import numpy as np
from cycler import cycler
from matplotlib.colors import ListedColormap, to_rgb

from course.words import several

# Okabe and Ito's palette, which keeps its differences under the common colour deficiencies.
COLOURS = {
    "blue": "#0072B2",
    "orange": "#E69F00",
    "green": "#009E73",
    "red": "#D55E00",
    "purple": "#CC79A7",
    "sky": "#56B4E9",
    "black": "#1A1A1A",
    "yellow": "#F0E442",
    "grey": "#8A8A8A",
}

# The order in which lines, classes and clusters get their colours; yellow is last, being faint on white.
CYCLE = tuple(
    COLOURS[name] for name in ("blue", "orange", "green", "red", "purple", "sky", "black", "yellow")
)
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")

# Points of the smallest text of a figure. A figure of 12 × 4.2 inches that fills a slide shows it 14 pixels high, of
# 720: that can be read from the last row of a room. `course slides check` measures it.
SMALLEST_TEXT = 11

_STYLE = {
    "axes.axisbelow": True,
    "axes.edgecolor": "#555555",
    "axes.formatter.use_mathtext": True,
    "axes.grid": True,
    "axes.labelsize": 12,
    "axes.prop_cycle": cycler(color=CYCLE),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 12,
    "figure.constrained_layout.use": True,
    "figure.dpi": 100,
    "figure.facecolor": "white",
    "figure.titlesize": 13,
    "font.size": 12,
    "grid.alpha": 0.3,
    "grid.color": "#8A8A8A",
    "grid.linewidth": 0.6,
    "image.cmap": "viridis",
    "legend.fontsize": SMALLEST_TEXT,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "lines.markersize": 5,
    "savefig.dpi": 160,
    "savefig.facecolor": "white",
    "svg.hashsalt": "medl-course",  # the same figure gives the same file
    "xtick.labelsize": SMALLEST_TEXT,
    "ytick.labelsize": SMALLEST_TEXT,
}


@contextmanager
def style():
    """Use the course's style inside this block, and not the user's matplotlibrc."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_STYLE)
        yield


def pale(colour, amount=0.7):
    """Return the colour mixed with white: `amount` 0 leaves it, 1 is white."""
    return tuple(channel + (1 - channel) * amount for channel in to_rgb(colour))


def point_style(i):
    """Return colour and marker of the i-th series, from 0: 64 series look different from each other."""
    return {"color": CYCLE[i % len(CYCLE)], "marker": MARKERS[(i + i // len(CYCLE)) % len(MARKERS)]}


def decision_regions(ax, predict, x, y, class_names=None, resolution=200, margin=0.08, size=18):
    """Draw which class a classifier gives to every point of the plane, and the data on top.

    Args:
        ax: Matplotlib axes.
        predict: A function from points (batch, 2) to integer classes (batch,).
        x: Points, (batch, 2).
        y: Their integer classes from 0, (batch,).
        class_names: Names for the legend; without them there is no legend.
        resolution: Points of the grid along each axis.
        margin: Room around the data, as a share of its range.
        size: Area of a marker in square points.

    Raises:
        ValueError: `x` is not in the plane, or there are more classes than colours.
    """
    x, y = np.asarray(x), np.asarray(y).astype(int)
    if x.ndim != 2 or x.shape[1] != 2:
        raise ValueError(f"decision_regions draws points of shape (batch, 2), not {x.shape}.")
    low, high = x.min(axis=0), x.max(axis=0)
    room = margin * (high - low)
    (left, bottom), (right, top) = low - room, high + room
    first, second = np.meshgrid(np.linspace(left, right, resolution), np.linspace(bottom, top, resolution))
    grid = np.stack([first.ravel(), second.ravel()], axis=1).astype(x.dtype)
    regions = np.asarray(predict(grid)).astype(int).reshape(first.shape)

    classes = 1 + max(y.max(), regions.max(), len(class_names or ()) - 1)
    if classes > len(CYCLE):
        raise ValueError(f"decision_regions has {len(CYCLE)} colours, and there are {classes} classes.")
    ax.imshow(
        regions,
        origin="lower",
        extent=(left, right, bottom, top),
        aspect="auto",
        interpolation="nearest",
        cmap=ListedColormap([pale(colour) for colour in CYCLE[:classes]]),
        vmin=-0.5,
        vmax=classes - 0.5,
    )
    for k in range(classes):
        ax.scatter(
            *x[y == k].T,
            s=size,
            color=CYCLE[k],
            marker=MARKERS[k],
            edgecolor="white",
            linewidth=0.5,
            label=class_names[k] if class_names is not None else None,
        )
    ax.set(xlim=(left, right), ylim=(bottom, top))
    if class_names is not None:
        ax.legend(frameon=True, framealpha=0.85, edgecolor="none")


def image_grid(axes, images, titles=None, cmap="gray", vmin=None, vmax=None, diverging=False):
    """Draw one image in each of `axes`; unused axes are hidden.

    Args:
        axes: Matplotlib axes, in any nesting, as `r.figure` returns them.
        images: (batch, height, width), or (batch, height, width, channels) with 1, 3 or 4 channels.
        titles: One for each image, or None.
        cmap: Colour map of images with one channel.
        vmin: Value drawn in the first colour of all images; each image's smallest by default.
        vmax: Value drawn in the last colour of all images; each image's largest by default.
        diverging: Draw signed values, blue below and red above a white zero, on one scale for all images.

    Raises:
        ValueError: More images than axes, or a wrong shape.
    """
    axes = np.atleast_1d(axes).ravel()
    images = np.asarray(images)
    if images.ndim not in (3, 4) or (images.ndim == 4 and images.shape[-1] not in (1, 3, 4)):
        raise ValueError(f"image_grid draws (batch, height, width[, channels]), not {images.shape}.")
    if len(images) > len(axes):
        raise ValueError(f"image_grid was given {several(len(images), 'image')} for {len(axes)} axes.")
    if images.ndim == 4 and images.shape[-1] == 1:
        images = images[..., 0]
    if diverging:
        cmap, vmax = "RdBu_r", float(np.abs(images).max()) or 1.0
        vmin = -vmax
    for i, ax in enumerate(axes):
        ax.set_axis_off()
        if i < len(images):
            ax.imshow(images[i], cmap=cmap, vmin=vmin, vmax=vmax, interpolation="nearest")
            if titles is not None:
                ax.set_title(str(titles[i]), fontsize=SMALLEST_TEXT)


def image_rows(ax, images, rows=1, title=None, cmap="gray", vmin=None, vmax=None):
    """Draw images of one channel side by side in one `ax`, as one picture: an axes for each takes several times longer.

    Args:
        ax: Matplotlib axes.
        images: (rows · columns, height, width), or the same with one channel as the last axis.
        rows: Their number.
        title: At the left above the images, or None.
        cmap: Colour map.
        vmin: Value drawn in the first colour; the smallest of all images by default.
        vmax: Value drawn in the last colour; the largest of all images by default.

    Raises:
        ValueError: A wrong shape, or images that do not fill the rows.
    """
    ax.set_axis_off()
    ax.imshow(tiles(images, rows), cmap=cmap, vmin=vmin, vmax=vmax, interpolation="nearest")
    if title is not None:
        ax.set_title(title, loc="left")


def tiles(images, rows=1):
    """Return images side by side in one array, with gaps between them, which are NaN: Matplotlib draws nothing there.

    Args:
        images, rows: As in `image_rows`.

    Returns:
        An array (rows · (height + gap) − gap, columns · (width + gap) − gap); a gap is an eighth of the larger side,
        and at least two pixels.
    """
    images = np.asarray(images, "float64")
    if images.ndim == 4 and images.shape[-1] == 1:
        images = images[..., 0]
    if images.ndim != 3:
        raise ValueError(f"image_rows draws (batch, height, width[, 1]), not {images.shape}.")
    if rows < 1 or not len(images) or len(images) % rows:
        raise ValueError(f"{several(len(images), 'image')} do not fill {several(rows, 'row')}.")
    gap = max(2, max(images.shape[1:]) // 8)
    apart = np.pad(images, ((0, 0), (0, gap), (0, gap)), constant_values=np.nan)
    _, height, width = apart.shape
    return apart.reshape(rows, -1, height, width).swapaxes(1, 2).reshape(rows * height, -1)[:-gap, :-gap]
