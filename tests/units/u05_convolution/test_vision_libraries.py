"""Keras's boxes and augmentation agree with ours; keras-cv is not needed, and the page lists what was tried."""

import ast
import re
from pathlib import Path

import numpy as np
import pytest
from keras import ops

from units.u05_convolution import cut_mix, mix_up, reverse, vision_libraries
from units.u05_convolution.vision_libraries import CHECKS, SUCCESSORS, outcome

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs" / "keras_cv.md"


def number(tensor):
    return ops.convert_to_numpy(tensor)


SLOW_ON_JAX = (
    "RandAugment",
    "AugMix",
)  # dozens of operations, each compiled by itself: tested on one backend
FEATURES = [feature for feature in CHECKS if feature not in ("suppression", *SLOW_ON_JAX)]
FEATURES += [pytest.param(feature, marks=pytest.mark.needs_backend("torch")) for feature in SLOW_ON_JAX]


@pytest.mark.parametrize("feature", FEATURES)
def test_keras_agrees_with_ours(feature):
    assert outcome("keras", feature) == "works"


def test_a_check_finds_other_numbers(monkeypatch):
    assert outcome("keras", "suppression") == "not offered"
    monkeypatch.setattr(vision_libraries, "iou_matrix", lambda a, b: np.zeros((4, 4), "float32"))
    assert outcome("keras", "IoU").startswith("other numbers: a difference of")
    monkeypatch.setattr(vision_libraries, "iou_matrix", lambda a, b: 1 / 0)
    assert outcome("keras", "IoU") == "fails: ZeroDivisionError"
    monkeypatch.setattr(vision_libraries.importlib.util, "find_spec", lambda name: None)
    assert outcome("keras_cv", "IoU") == "not installed"


# keras-cv imports TensorFlow, which takes long beside another backend.
@pytest.mark.needs_backend("tensorflow")
@pytest.mark.parametrize("feature", ["formats of boxes", "IoU", "complete IoU", "MixUp"])
def test_the_page_says_how_keras_cv_does(feature):
    pytest.importorskip("keras_cv")
    table = PAGE.read_text(encoding="utf-8").split("| keras-cv |")[1].split("\n\n")[0]
    (row,) = [line.split(" | ") for line in table.splitlines() if line.startswith(f"| {feature} |")]
    assert outcome("keras_cv", feature).startswith(row[2])  # the page leaves out by how much numbers differ


@pytest.mark.backend_independent
def test_nothing_imports_keras_cv():
    """`outcome` imports it by its name when a table is asked for; no file needs it in order to be imported."""
    for file in (*ROOT.glob("course/**/*.py"), *ROOT.glob("units/**/*.py")):
        text = file.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)) if "keras_cv" in text else ():
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not any(name.partition(".")[0] == "keras_cv" for name in names), file


@pytest.mark.backend_independent
def test_the_page_has_a_row_and_the_successor_for_each_feature():
    text = PAGE.read_text(encoding="utf-8")
    for library in ("Keras", "keras-cv"):
        table = text.split(f"| {library} |")[1].split("\n\n")[0]
        rows = re.findall(r"^\| ([^|]+) \|", table, flags=re.MULTILINE)
        assert rows[1:] == list(SUCCESSORS)
    assert all(f"`{successor}`" in text for successor in SUCCESSORS.values())


def test_reversed_images_keep_their_boxes():
    x = np.zeros((1, 4, 6, 1), "float32")
    x[0, 1:3, 1:3] = 1
    images, boxes = reverse(x, np.array([[[1, 1, 3, 3]]], "float32"))
    assert number(boxes).tolist() == [[[3, 1, 5, 3]]]
    rows, columns = np.nonzero(number(images)[0, :, :, 0])
    assert (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1) == (3, 1, 5, 3)


def test_mixed_images_by_hand():
    x = np.stack([np.full((2, 4, 1), value, "float32") for value in (0, 1)])
    y, order = np.eye(2, dtype="float32"), np.array([1, 0])
    images, labels = mix_up(x, y, order, np.array([0.25, 1.0]))
    np.testing.assert_allclose(number(images)[:, 0, 0, 0], [0.75, 1])
    np.testing.assert_allclose(number(labels), [[0.25, 0.75], [0, 1]])
    # a box of 2 × 1 of 2 × 4 pixels, and one outside of the image
    images, labels = cut_mix(x, y, order, np.array([[1, 0, 3, 1], [9, 9, 12, 12]]))
    np.testing.assert_array_equal(number(images)[0, :, :, 0], [[0, 1, 1, 0], [0, 0, 0, 0]])
    np.testing.assert_array_equal(number(images)[1], x[1])
    np.testing.assert_allclose(number(labels), [[0.75, 0.25], [0, 1]])
