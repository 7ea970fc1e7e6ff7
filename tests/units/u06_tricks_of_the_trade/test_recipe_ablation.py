"""The rows of the ablation that shrink a network: what they are trained with, and the bytes that are left."""

import keras
import numpy as np
import pytest

from units.u06_tricks_of_the_trade import Distiller
from units.u06_tricks_of_the_trade.experiments.recipe_ablation import BASE, ROWS, copied, trained

# What the rows are made of is tested on every backend; this is how they are put together.
pytestmark = pytest.mark.needs_backend("torch")
SHAPE, WEIGHTS = (8, 8, 1), (64 * 32, 32, 32 * 10, 10)


def row(name, teacher=None):
    rng = np.random.default_rng(0)
    data = rng.uniform(size=(128, *SHAPE)).astype("float32"), rng.integers(10, size=128)
    change = {**BASE, **ROWS[name], "teacher": teacher}
    return trained(data, data, classes=10, epochs=2, seed=0, large=False, **change)


def test_rows_that_shrink_a_network():
    base = row("base")
    assert base.stored == 4 * sum(WEIGHTS)
    pruned = row("90% pruned")
    assert pruned.model.sparsity == pytest.approx(0.9, abs=1e-3)
    assert sum(WEIGHTS) / 8 < pruned.stored < 0.2 * base.stored
    integers = row("kernels in 8 bits")
    # one byte for each entry of a kernel, four for each scale and for each bias
    assert integers.stored == 64 * 32 + 32 * 10 + 4 * (32 + 10) + 4 * (32 + 10)
    (W, *_) = integers.model.network.get_weights()
    for unit in W.T:
        levels = unit / np.abs(unit).max() * 127
        np.testing.assert_allclose(levels, np.round(levels), atol=1e-3)


def test_the_teacher_is_another_row():
    assert (
        ROWS["distilled from the row above"]["teacher"]
        == list(ROWS)[list(ROWS).index("distilled from the row above") - 1]
    )
    of_teacher = row("all of them but mixing")
    teacher = copied(of_teacher.model.network)
    x = np.ones((1, *SHAPE), "float32")
    np.testing.assert_array_equal(
        teacher.predict(x, verbose=0), of_teacher.model.network.predict(x, verbose=0)
    )
    student = row("distilled from the row above", teacher)
    assert isinstance(student.model, Distiller)
    assert student.model.teacher is teacher
    assert not teacher.trainable
    of_teacher.model.fit(*of_teacher.data, batch_size=of_teacher.batch, verbose=0)  # it can go on
    assert student.kept > row("base").kept  # the teacher's weights are there, too
    assert keras.ops.is_tensor(student.model(np.zeros((1, *SHAPE), "float32")))
