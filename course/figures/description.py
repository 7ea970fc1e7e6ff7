"""What a figure shows, in words: for readers who cannot see it, made from the figure's own titles, axes and data."""

import re

import numpy as np
from matplotlib.collections import LineCollection, PathCollection, PolyCollection
from matplotlib.container import BarContainer, ErrorbarContainer
from matplotlib.contour import ContourSet
from matplotlib.patches import Patch
from matplotlib.quiver import Quiver

from course.words import several

MOST_PANELS = 6  # are described one by one
MOST_NAMES = 8  # lines, bars or titles are named


def describe(figure):
    """Return sentences that say what a figure shows.

    A panel is described by its title, its axes with their range, and what is drawn in it: of a line its name, where it
    begins and ends and where its extreme value lies, of bars their heights, of other things their kind and name.

    Args:
        figure: A Matplotlib figure.

    Example:
        >>> figure, axes = course.figures.subplots()
        >>> _ = axes.plot([1, 2, 3], [4, 2, 3], label="cost")
        >>> _ = axes.set(xlabel="step", ylabel="nats", xlim=(1, 3), ylim=(0, 5))
        >>> course.figures.describe(figure)
        'nats from 0 to 5 against step from 1 to 3; “cost” goes from 4 to 3, lowest 2 at 2.'
    """
    axes = [ax for ax in figure.axes if ax.get_visible() and ax.get_label() != "<colorbar>"]
    scales = [ax for ax in figure.axes if ax.get_visible() and ax.get_label() == "<colorbar>"]
    pictures = [ax for ax in axes if not ax.axison and ax.images]
    panels = [ax for ax in axes if (ax.axison or not ax.images) and (ax.has_data() or _title(ax))]
    parts = [_words(figure.get_suptitle())] if figure.get_suptitle() else []
    if len(panels) > 1:
        parts.append(several(len(panels), "panel"))
    parts += [_panel(ax) for ax in panels[:MOST_PANELS]]
    if len(panels) > MOST_PANELS:
        parts.append("further panels: " + _listed([_title(ax) for ax in panels[MOST_PANELS:]]))
    if pictures:
        titles = _listed([_title(ax) for ax in pictures])
        parts.append(several(len(pictures), "image") + (f": {titles}" if titles else ""))
    for ax in scales:
        name = _words(ax.get_ylabel()) or _words(ax.get_xlabel())
        low, high = sorted(ax.get_ylim() if len(ax.get_yticks()) else ax.get_xlim())
        parts.append(f"colours{' for ' + name if name else ''} from {_number(low)} to {_number(high)}")
    return " ".join(f"{part}." for part in parts if part)


def _panel(ax):
    """One panel: title, axes, contents."""
    title = _title(ax)
    parts = [_axes(ax) if ax.axison else "", *_lines(ax), *_bars(ax), *_others(ax)]
    if title:
        parts[0] = f"{title}: {parts[0]}" if parts[0] else title
    return "; ".join(part for part in parts if part)


def _title(ax):
    """The title of a panel, wherever it stands above it."""
    return _words(" ".join(filter(None, map(ax.get_title, ("left", "center", "right")))))


def _axes(ax):
    y, x = _axis(ax.get_ylabel(), ax.yaxis, ax.get_ylim()), _axis(ax.get_xlabel(), ax.xaxis, ax.get_xlim())
    z = f"{_words(ax.get_zlabel())} above " if hasattr(ax, "get_zlabel") else ""
    return z + " against ".join(part for part in (y, x) if part)


def _axis(label, axis, limits):
    """The name of an axis with its range, or with its categories."""
    label, ticks = _words(label), [_words(tick.get_text()) for tick in axis.get_ticklabels()]
    ticks = [tick for tick in ticks if tick]
    if not ticks:
        return label
    if any(not re.fullmatch(r"[-−\d.,\s×^{}%/πe°]+", tick) for tick in ticks):
        return f"{label} ({_listed(ticks)})" if label else _listed(ticks)
    scale = " on a logarithmic scale" if "log" in axis.get_scale() else ""
    low, high = limits
    return f"{label or 'numbers'} from {_number(low)} to {_number(high)}{scale}"


def _lines(ax):
    """A phrase for each named line, and for the unnamed ones together if there are no others."""
    named, unnamed, points = [], [], 0
    errors = [bars for bars in ax.containers if isinstance(bars, ErrorbarContainer)]
    names = {id(bars[0]): _name(bars) for bars in errors}
    caps = {id(cap) for bars in errors for cap in bars[1]}
    for line in ax.get_lines():
        x, y = (np.ma.filled(np.ma.asarray(data, "float64"), np.nan) for data in line.get_data(orig=False))
        if line.get_visible() and len(y) and id(line) not in caps:
            name = _name(line) or names.get(id(line), "")
            text = _course(ax, line, x, y)
            if name:
                named.append(f"“{name}” {text}")
            elif text.startswith("has "):
                points += len(y)
            else:
                unnamed.append(f"a line {text}")
    if len(named) > MOST_NAMES:
        named = [*named[:MOST_NAMES], f"{len(named) - MOST_NAMES} more lines"]
    if named:
        return named
    if len(unnamed) > 2:
        unnamed = [several(len(unnamed), "line")]
    return unnamed + ([several(points, "point")] if points else [])


def _course(ax, line, x, y):
    """Where a line goes: a constant, its points, or its ends and its extreme value."""
    if line.get_transform() != ax.transData:  # axhline, axvline
        return f"lies at {_number(y[0])}" if len(y) > 1 and y[0] == y[1] else f"stands at {_number(x[0])}"
    finite = np.isfinite(x) & np.isfinite(y)
    x, y = x[finite], y[finite]
    if len(y) < 2 or line.get_linestyle() in ("None", "none", "", " "):
        return f"has {several(len(y), 'point')}"
    if y[0] == y[-1] == y.min() == y.max():
        return f"stays at {_number(y[0])}"
    if not ((np.diff(x) >= 0).all() or (np.diff(x) <= 0).all()):
        return f"is a curve through {several(len(y), 'point')} of the plane"
    order = np.argsort(x, kind="stable")
    x, y = x[order], y[order]
    text = f"goes from {_number(y[0])} to {_number(y[-1])}"
    height = np.log(np.maximum(y, np.finfo("float64").tiny)) if ax.get_yscale() == "log" else y
    room = 0.02 * np.ptp(height)
    if height.min() < min(height[0], height[-1]) - room:
        text += f", lowest {_number(y.min())} at {_number(x[y.argmin()])}"
    if height.max() > max(height[0], height[-1]) + room:
        text += f", highest {_number(y.max())} at {_number(x[y.argmax()])}"
    return text


def _bars(ax):
    """The heights of the bars."""
    parts = []
    for bars in ax.containers:
        if isinstance(bars, BarContainer) and len(bars):
            upright = bars.orientation != "horizontal"
            sizes = [bar.get_height() if upright else bar.get_width() for bar in bars]
            if len(sizes) <= MOST_NAMES:
                text = ", ".join(map(_number, sizes))
            else:
                text = f"{len(sizes)} of them, from {_number(min(sizes))} to {_number(max(sizes))}"
            parts.append(f"bars{f' “{_name(bars)}”' if _name(bars) else ''}: {text}")
    return parts


def _others(ax):
    """Points, arrows, regions and images, each kind with its names and number."""
    found = {}
    for artist in ax.collections:
        for kind, name in (
            (ContourSet, "contours"),
            (Quiver, "arrows"),
            (PathCollection, "points"),
            (LineCollection, "segments"),
            (PolyCollection, "area"),
        ):
            if isinstance(artist, kind) and artist.get_visible():
                found.setdefault(name, []).append(artist)
                break
    parts = []
    for kind, artists in found.items():
        names = _listed([_name(artist) for artist in artists])
        count = f"{sum(len(artist.get_offsets()) for artist in artists)} " if kind == "points" else ""
        parts.append(f"{count}{kind}{': ' + names if names else ''}")
    for image in ax.images:
        rows, columns = image.get_array().shape[:2]
        parts.append(f"an image of {rows} × {columns} cells" if ax.axison else "an image")
    bars = {id(bar) for bars in ax.containers if isinstance(bars, BarContainer) for bar in bars}
    shapes = [patch for patch in ax.patches if isinstance(patch, Patch) and id(patch) not in bars]
    names = _listed([_name(shape) for shape in shapes])
    if shapes:
        parts.append(several(len(shapes), "shape") + (f": {names}" if names else ""))
    return list(dict.fromkeys(parts))


def _name(artist):
    label = artist.get_label()
    return "" if label is None or str(label).startswith("_") else _words(str(label))


def _listed(names):
    """Names, each once; of many the first ones."""
    names = list(dict.fromkeys(name for name in names if name))
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return ", ".join(names[:MOST_NAMES]) + more


def _words(text):
    """A text without line breaks and without the signs of TeX."""
    text = re.sub(r"\\mathdefault|\\mathrm|\\mathbf|\\quad", "", text.replace("$", ""))
    return " ".join(re.sub(r"[{}\\]", "", text).split()).rstrip(".")


def _number(value):
    if not np.isfinite(value):
        return "infinity" if value > 0 else "−infinity" if value < 0 else "no number"
    value = float(value)
    text = f"{value:.0f}" if 100 <= abs(value) < 1e6 else f"{value:.3g}"
    text = re.sub(r"e([+-])0*", lambda found: "e" + found[1].removeprefix("+"), text)
    return ("0" if text == "-0" else text).replace("-", "−")
