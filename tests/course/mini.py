"""A course of one unit with an experiment for each way to end, written into a temporary folder."""

UNIT_TOML = """
title = "A <b>mini</b> unit"
idea = "Just enough."
book = "§1"
exercises = ["ex01_double"]

[[experiment]]
id = "good"
title = "All is well & good"
book = "§1.1"
data = "iris"
full = "wine"
also = ["diabetes"]
[experiment.expected]
rows = [150, 150]
draw = [0, 1]
[experiment.expected_full]
rows = [178, 178]

[[experiment]]
id = "outside"
title = "Outside its band"
book = "§1.2"
data = "none"
[experiment.expected]
value = [0.5, 1.0]

[[experiment]]
id = "raises"
title = "Raises"
book = "§1.3"
data = "moons"
[experiment.expected]
value = [0.5, 1.0]
"""

EXERCISE_TOML = """
title = "Double"
book = "§1.4"
points = 2
minutes = 5
difficulty = 3
arrays = "numpy"
hints = ["first", "second"]
"""

SOLUTION = '''"""Doubling."""


def double(x):
    """Return 2 x."""
    return 2 * x
'''

MISTAKES = """
@@ half: it halves
-    return 2 * x
+    return x / 2
"""

GOOD = """
import random

import keras
import numpy as np


def run(r):
    d = r.data()
    r.data()
    r.metric("rows", len(d.x))
    r.metric("draw", keras.random.uniform(()))
    r.metric("numpy_draw", np.random.random())  # noqa: NPY002
    r.metric("own_draw", r.rng.random())
    r.metric("python_draw", random.random())
    r.metric("epochs", r.pick(quick=1, full=2))
    r.log("one <line> [red]of[/red] text")
    r.table(["name", "value"], [["a", np.float32(0.5)], ["b", float("nan")]], title="A <table>")
"""

PICTURES = """
def run(r):
    r.metric("value", r.rng.random())
    fig, ax = r.figure("curve", size=(3, 2))
    ax.plot([0, 1], [0, r.rng.random()])
    fig, axes = r.figure("grid", 1, 2, size=(3, 1.5), sharey=True)
    assert axes.shape == (2,)
    fig, ax = r.figure("moving", size=(2, 1))
    r.animation("wave", fig, lambda i: ax.set_title(str(i)), frames=3)
"""

OUTSIDE = """
def run(r):
    r.metric("value", 2.0)
    r.metric("broken", float("nan"))
"""

RAISES = """
def run(r):
    r.data(n=20, seed=r.seed)
    r.log("so far so good")
    fig, ax = r.figure("before", size=(2, 1))
    raise ValueError("it broke [bold]here[/bold] <i>")
"""


def write(root, unit_toml=UNIT_TOML, exercise_toml=EXERCISE_TOML, **experiments):
    """Write the mini course under `root` and return `root`; keyword arguments are further experiment files."""
    unit = root / "units" / "u01_mini"
    exercise = unit / "exercises" / "ex01_double"
    exercise.mkdir(parents=True)
    files = {"task.md": "", "check.py": "", "solution.py": SOLUTION, "mistakes.diff": MISTAKES}
    for name, text in (files | {"exercise.toml": exercise_toml}).items():
        (exercise / name).write_text(text, encoding="utf-8")
    (unit / "experiments").mkdir()
    for name, text in {"good": GOOD, "outside": OUTSIDE, "raises": RAISES, **experiments}.items():
        (unit / "experiments" / f"{name}.py").write_text(text)
    (unit / "unit.toml").write_text(unit_toml, encoding="utf-8")
    return root


def add(unit_toml, name, expected="", data="none"):
    """Return the TOML with one more experiment."""
    return f"""{unit_toml}
[[experiment]]
id = "{name}"
title = "{name}"
book = "§1"
data = "{data}"
[experiment.expected]
{expected or "value = [0, 1]"}
"""
