"""The files of an experiment's figures: PNG and SVG, or GIF for an animation."""

import numpy as np
from matplotlib import rcParams
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.lines import Line2D
from matplotlib.text import Text
from PIL import Image

from course.figures import describe


def frames(fig, draw, count):
    """Return `count` images of a figure, the i-th after `draw(i)`; each with 128 colours of its own.

    All images have the layout of the first one.
    """
    canvas = FigureCanvasAgg(fig)
    images = []
    for i in range(count):
        draw(i)
        canvas.draw()
        fig.set_layout_engine("none")
        image = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
        images.append(image.quantize(128, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE))
    return images


def smallest_text(artist):
    """Return the size in points of the smallest text that a figure shows; infinity if it shows none."""
    if not artist.get_visible():
        return np.inf
    if isinstance(artist, Text) and artist.get_text().strip():
        return artist.get_fontsize()
    hidden = Axis if getattr(artist, "axison", True) is False else ()
    return min(
        (smallest_text(child) for child in artist.get_children() if not isinstance(child, hidden)),
        default=np.inf,
    )


def look_alikes(fig):
    """Return pairs of labels whose lines in one panel look the same: colour, marker, its filling, dashes and width."""
    found = []
    for ax in fig.axes:
        seen = {}
        for line in ax.get_legend_handles_labels()[0]:
            if not isinstance(line, Line2D):
                continue
            parts = (line.get_color(), line.get_markerfacecolor(), line.get_marker(), line.get_linestyle())
            first = seen.setdefault((*map(str, parts), line.get_linewidth()), line.get_label())
            if first != line.get_label():
                found.append([first, line.get_label()])
    return found


def save(figures, animations, folder):
    """Write figures, a dict of names, into a folder and return their list for the `Result`.

    Args:
        figures: Name → Matplotlib figure.
        animations: Name → (images, frames per second), for those that move.
        folder: The folder to write to.
    """
    saved = []
    for name, fig in figures.items():
        for ax in fig.axes:
            if ax.images:
                ax.grid(False)  # a grid over an image hides it
        width, height = fig.get_size_inches()
        entry = {"name": name, "png": f"{name}.png", "inches": [float(width), float(height)]}
        # savefig would draw everything twice to compute the layout; this computes it while drawing.
        if rcParams["savefig.dpi"] != "figure":
            fig.set_dpi(rcParams["savefig.dpi"])
        FigureCanvasAgg(fig).print_png(folder / entry["png"])
        entry["alt"] = describe(fig)
        entry["look_alikes"] = look_alikes(fig)
        text = smallest_text(fig)
        entry["text"] = float(text) if np.isfinite(text) else None
        fig.set_layout_engine("none")  # the layout is final; computing it again takes long
        if name in animations:
            (first, *others), fps = animations[name]
            entry["alt"] = f"An animation. Its last frame: {entry['alt'] or 'no axes.'}"
            entry["gif"] = f"{name}.gif"
            target, options = folder / entry["gif"], {"duration": 1000 / fps, "loop": 0}
            first.save(target, save_all=True, append_images=others, **options)
        else:
            entry["svg"] = f"{name}.svg"
            FigureCanvasSVG(fig).print_svg(folder / entry["svg"], metadata={"Date": None})
        saved.append(entry)
    return saved
