"""A small course with a deck, for the tests of the slides."""

import importlib.util
import json

import pytest

from course.errors import CourseError
from course.slides import browser, page

needs_extra = pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in page.NEEDS),
    reason='the extra is not installed: pip install -c constraints.txt -e ".[slides]"',
)


def _browser():
    try:
        return browser.find()
    except CourseError:
        return None


needs_browser = pytest.mark.skipif(
    _browser() is None, reason="there is no Chromium, Chrome or Edge on the PATH"
)

TOML = """
title = "A <b>mini</b> unit"
idea = "Just enough."
book = "§1"

[[experiment]]
id = "pictures"
title = "Two curves"
book = "§1.1"
data = "none"
[experiment.expected]
value = [0, 1]

[[experiment]]
id = "raises"
title = "Raises"
book = "§1.2"
data = "none"
[experiment.expected]
value = [0, 1]
"""

PICTURES = """
def run(r):
    r.metric("value", 0.5)
    fig, ax = r.figure("curve", size=(4, 2))
    ax.plot([0, 1], [0, 1])
    fig, ax = r.figure("moving", size=(2, 1))
    r.animation("wave", fig, lambda i: ax.set_title(str(i)), frames=2)
"""

RAISES = """
def run(r):
    raise ValueError("it broke")
"""

DECK = r"""# A mini unit

Unit 1 · book §1

Note: Begin slowly.

---

## Where $x_1$ goes

$$\hat y_1 = \sum_{i=1}^n w_i x_i, \qquad y \in \mathbb R$$

| *name* | $a_1$ | $b_2$ |
| --- | --- | --- |
| norm | $\lvert x_1 \rvert$ | $y_1 * y_2$ |

![One curve & its slope](figure:u01/pictures/curve)

`code:units/u01_mini/math_things.py#double` · `course run u01/pictures` · exercise ex01

Note: Minutes: 4. **Ask** for $x_1^2$ first.

--

## Code with dashes

```python
a = 1
---
b = "<i>"
```

<script>alert(1)</script> & `code:units/u01_mini/math_things.py`
"""

SOURCE = '''"""Things."""


def _decorate(f):
    return f


@_decorate
def double(x):
    """Twice <x>."""
    return 2 * x


class Outer:
    def inner(self):
        return "inner"
'''


def write(root, deck=DECK):
    """Write the course under `root` and return `root`."""
    unit = root / "units" / "u01_mini"
    (unit / "experiments").mkdir(parents=True)
    (unit / "unit.toml").write_text(TOML, encoding="utf-8")
    (unit / "experiments" / "pictures.py").write_text(PICTURES, encoding="utf-8")
    (unit / "experiments" / "raises.py").write_text(RAISES, encoding="utf-8")
    (unit / "math_things.py").write_text(SOURCE, encoding="utf-8")
    (root / "slides").mkdir()
    (root / "slides" / "u01_mini.md").write_text(deck, encoding="utf-8")
    return root


def blank_figures(runs, experiment, sizes, text):
    """Write what a run leaves: a blank drawing for each figure, its width and height in inches, its text in points."""
    folder = runs / "20260101-000000-torch" / experiment
    folder.mkdir(parents=True, exist_ok=True)
    figures = []
    for name, (width, height) in sizes.items():
        svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}in" height="{height}in"/>'
        (folder / f"{name}.svg").write_text(svg, encoding="ascii")
        (folder / f"{name}.png").write_bytes(b"")
        figures.append(
            {
                "name": name,
                "png": f"{name}.png",
                "svg": f"{name}.svg",
                "inches": [width, height],
                "text": text,
            }
        )
    unit, name = experiment.split("/")
    content = {"unit": unit, "experiment": name, "status": "ok", "figures": figures}
    (folder / "result.json").write_text(json.dumps(content), encoding="utf-8")
