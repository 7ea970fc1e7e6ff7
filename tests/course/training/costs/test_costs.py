"""Operations of products, against the numbers that one computes by hand."""

import keras
import numpy as np
import pytest
from keras import ops

import course
from course.training.costs import product_flops, release_programs, reported_flops


def ones(*shape):
    return np.ones(shape, "float32")


@pytest.mark.parametrize(
    ("f", "shapes", "expected"),
    [
        (ops.matmul, [(2, 3), (3, 5)], 2 * 2 * 3 * 5),
        (ops.matmul, [(4, 2, 3), (4, 3, 5)], 2 * 4 * 2 * 3 * 5),
        (lambda a, b: ops.matmul(ops.transpose(a), ops.transpose(b)), [(3, 2), (5, 3)], 2 * 2 * 3 * 5),
        (lambda a, b: ops.einsum("btm,mhd->bthd", a, b), [(2, 3, 4), (4, 5, 6)], 2 * 2 * 3 * 4 * 5 * 6),
        (lambda a, b: a * b + ops.exp(a), [(2, 3), (2, 3)], 0),
    ],
)
def test_products_are_counted(f, shapes, expected):
    assert product_flops(f, *(ones(*shape) for shape in shapes)) == expected


def test_a_training_step_is_counted_with_its_backward_pass():
    """(8, 3) · (3, 4) · (4, 2): each product once forward, and twice backward but for the inputs' gradient."""
    first, last = keras.layers.Dense(4, "relu"), keras.layers.Dense(2)
    model = keras.Sequential([keras.Input((3,)), first, last])

    def step(x):
        return course.value_and_grad(lambda: ops.sum(ops.square(model(x))), model.trainable_variables)

    assert product_flops(step, ones(8, 3)) == 2 * 8 * (2 * 3 * 4 + 3 * 4 * 2)


@pytest.mark.needs_backend("jax")
def test_xlas_report_has_the_elementwise_operations_too():
    x, y = ones(64, 128), ones(128, 32)
    products = 2 * 64 * 128 * 32
    assert products <= reported_flops(lambda x, y: ops.relu(ops.matmul(x, y)), x, y) < 1.01 * products


@pytest.mark.skipif(keras.backend.backend() == "jax", reason="JAX has the report")
def test_without_xla_there_is_no_report():
    with pytest.raises(ValueError, match="on JAX only"):
        reported_flops(ops.relu, ones(2))


@pytest.mark.needs_backend("jax")
def test_jax_forgets_programs_when_there_are_many_and_compiles_again():
    def compiled(sizes):
        return [float(ops.sum(ops.ones((n,)) + 1)) for n in sizes]

    release_programs(above=0)
    assert compiled(range(701, 706)) == [2.0 * n for n in range(701, 706)]
    assert not release_programs(above=1000)
    assert release_programs(above=3)
    assert not release_programs(above=3)  # counted anew
    assert compiled(range(701, 706)) == [2.0 * n for n in range(701, 706)]
    assert release_programs(above=3)  # the same programs had to be compiled again
