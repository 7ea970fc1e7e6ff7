"""One colour for each optimizer, in every figure of the course.

There are more optimizers than colours: a second-order method shares its colour with a first-order one beside which it
is never drawn.
"""

from course.figures.look import COLOURS

_STYLES = {
    "gradient descent": ("black", "-"),
    "SGD": ("black", "-"),
    "heavy ball": ("blue", "-"),
    "Momentum": ("blue", "-"),
    "Nesterov": ("sky", "--"),
    "Adagrad": ("green", "-"),
    "RMSprop": ("orange", "-"),
    "RMSprop, centered": ("orange", "--"),
    "Adadelta": ("purple", "-"),
    "Adam": ("red", "-"),
    "AdamW": ("grey", "--"),
    "Nadam": ("yellow", "--"),
    "Muon": ("green", "-"),
    "conjugate gradients": ("green", "-"),
    "Newton": ("orange", "-"),
    "Newton, damped": ("orange", "-"),
    "Levenberg": ("sky", "-"),
    "BFGS": ("blue", "-"),
    "L-BFGS": ("purple", "-"),
}


def style(name):
    """How the curve of an optimizer is drawn.

    Args:
        name: of the optimizer, as figures call it: "Adam", "gradient descent", "L-BFGS", …

    Returns:
        A dict with ``color`` and ``linestyle``, for Matplotlib's ``plot``.

    Raises:
        KeyError: the optimizer has no colour yet.
    """
    colour, line = _STYLES[name]
    return {"color": COLOURS[colour], "linestyle": line}
