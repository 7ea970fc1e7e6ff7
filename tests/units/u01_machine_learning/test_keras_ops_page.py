"""Every line of code on the page `keras.ops for NumPy people` runs, and has the value that stands behind it."""

import ast
import re
from pathlib import Path

import numpy as np
from keras import ops

UNIT = Path(__file__).resolve().parents[3] / "units/u01_machine_learning"
CODE = re.compile(r"^```python\n(.*?)^```", flags=re.DOTALL | re.MULTILINE)


def statements(page):
    """Yield the source of each statement in the page's blocks and what its comment says, as a value or None."""
    for block in CODE.findall(page):
        lines = block.splitlines()
        for node in ast.parse(block).body:
            comment = lines[node.end_lineno - 1].partition("#")[2].strip()
            shown = isinstance(node, ast.Expr) and not ast.unparse(node).startswith("total.assign")
            yield ast.unparse(node), shown, ast.literal_eval(comment) if shown else None


def test_every_line_has_the_value_behind_it():
    names = {}
    shown = 0
    for source, has_value, expected in statements((UNIT / "keras_ops.md").read_text(encoding="utf-8")):
        if not has_value:
            exec(source, names)
            continue
        got = eval(source, names)
        got = got if isinstance(got, str) else np.asarray(ops.convert_to_numpy(got))
        np.testing.assert_array_equal(got, expected, err_msg=source)
        shown += 1
    assert shown > 20


def test_the_unit_begins_with_the_page():
    readme = (UNIT / "README.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)]+)\)", readme)
    assert links[0] == "keras_ops.md"
    task = (UNIT / "exercises/ex01_four_kinds/task.md").read_text(encoding="utf-8")
    assert "keras_ops.md" in task
