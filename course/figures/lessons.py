"""Figures of lessons: in a notebook they stand below the cell, and run as a file a lesson saves them.

A cell draws in the course's style and shows the figure at the end::

    with course.figures.style():
        figure, axes = course.figures.subplots(1, 2, size=(9, 3.5))
        axes[0].plot(steps, costs)
        course.figures.show(figure, "u01/descent", "The cost falls by a constant factor in each step.")
"""

import base64
import html
import io
import re
import sys

import matplotlib
from matplotlib.figure import Figure

from course import paths
from course.errors import CourseError
from course.figures.description import describe
from course.figures.look import style

_NAME = re.compile(r"u\d\d/[a-z0-9_]+")
_INCHES = 96  # CSS pixels


def subplots(rows=1, columns=1, size=(7.0, 3.5), **options):
    """Return a new figure and its axes, as `matplotlib.pyplot.subplots` does, without a window.

    Args:
        rows: Number of rows of axes.
        columns: Number of columns of axes.
        size: Width and height in inches.
        options: What `matplotlib.figure.Figure.subplots` takes, such as `sharey=True`.
    """
    figure = Figure(figsize=size, layout="constrained")
    return figure, figure.subplots(rows, columns, **options)


def show(figure, name, text):
    """Show a figure of a lesson: below the cell in a notebook, otherwise as `runs/lessons/uNN/NAME.png`.

    Without a notebook the place of the file is printed in one line; nothing opens a window. If the file cannot be
    written, the line says why, and the lesson goes on.

    Args:
        figure: A Matplotlib figure.
        name: Unit and name of the figure, such as `"u01/descent"`.
        text: A sentence that says what there is to see, for readers who cannot see it. A notebook adds what
            `describe` finds in the figure.

    Raises:
        CourseError: The name has another form, or the text is empty.
    """
    if not _NAME.fullmatch(name):
        raise CourseError(f'A figure of a lesson has a name such as "u01/descent", not "{name}".')
    if not text.strip():
        raise CourseError(f'Describe the figure "{name}" in a sentence, for readers who cannot see it.')
    if _in_notebook():
        _display(figure, text)
        return
    path = paths.runs() / "lessons" / f"{name}.png"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_png(figure))
    except OSError as error:
        print(f"figure {name} is not saved ({error.strerror}): set COURSE_RUNS to a folder for results")
        return
    print(f"figure {name}: {path}")


def _png(figure):
    """Return the figure as the bytes of a PNG; it draws faster and needs less space than the figure of a slide."""
    written = io.BytesIO()
    with style(), matplotlib.rc_context({"savefig.dpi": 110}):
        figure.savefig(written, format="png")
    return written.getvalue()


def _in_notebook():
    """Tell whether this runs in a kernel, whose frontend can show pictures; a terminal of IPython cannot."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return hasattr(shell, "kernel")


def _display(figure, text):
    from IPython.display import display

    code = base64.b64encode(_png(figure)).decode()
    width = round(figure.get_size_inches()[0] * _INCHES)
    alt = html.escape(f"{text} {describe(figure)}")
    image = (
        f'<img src="data:image/png;base64,{code}" alt="{alt}" width="{width}" '
        'style="max-width: 100%; height: auto">'
    )
    display({"text/html": image, "text/plain": text}, raw=True)
