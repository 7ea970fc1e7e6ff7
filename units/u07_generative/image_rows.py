"""Many images in one picture: rows of samples, each row with its name (§8.1)."""

import numpy as np


def tiles(images, rows=1):
    """Images side by side in one, with narrow gaps between them.

    Args:
        images: (rows · columns, height, width), or the same with one channel as the last axis.
        rows: their number.

    Returns:
        An array (rows · (height + 2 gap), columns · (width + 2 gap)), which is NaN in the gaps; Matplotlib leaves such
        pixels out, so that the gaps have the colour of the page. A gap is an eighth of the
        larger side, at least two pixels.

    Raises:
        ValueError: the images do not fill the rows.
    """
    images = np.asarray(images, "float64")
    images = images[..., 0] if images.ndim == 4 else images
    if len(images) % rows:
        raise ValueError(f"{len(images)} images do not fill {rows} rows.")
    gap = max(1, max(images.shape[1:]) // 16)
    framed = np.pad(images, ((0, 0), (gap, gap), (gap, gap)), constant_values=np.nan)
    _, height, width = framed.shape
    return framed.reshape(rows, -1, height, width).swapaxes(1, 2).reshape(rows * height, -1)


def draw_images(ax, images, rows=1, title=None, cmap="gray", vmin=-1, vmax=1):
    """Draw images in one axes, which takes a tenth of the time of axes for each.

    Args:
        ax: Matplotlib axes.
        images, rows: as in ``tiles``.
        title: at the left above the images, or None.
        cmap, vmin, vmax: the colours, and the values of the first and of the last one.
    """
    ax.set_axis_off()
    ax.imshow(tiles(images, rows), cmap=cmap, vmin=vmin, vmax=vmax, interpolation="nearest")
    if title is not None:
        ax.set_title(title, loc="left")
