"""A small course with a deck, for the tests of the slides."""

import importlib.util

import pytest

from course import slides_page

needs_extra = pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in slides_page.NEEDS),
    reason='the extra is not installed: pip install -c constraints.txt -e ".[slides]"',
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

Note: **Ask** for $x_1^2$ first.

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
