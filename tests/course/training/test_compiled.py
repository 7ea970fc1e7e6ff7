"""``course.compiled`` and ``course.fused``: the numbers of the function itself, on every backend."""

import keras
import numpy as np
import pytest
from keras import ops

import course


def test_derivatives_of_a_compiled_function_are_those_of_the_function():
    def f(x):
        return ops.sum(x**3)

    def look(x, v):
        return f(x), course.grad(f)(x), course.hvp(f, x, v)[0]

    x, v = np.array([1.0, -2.0, 0.5], "float32"), np.array([0.0, 1.0, 2.0], "float32")
    quick = course.compiled(look)
    for _ in range(2):
        found = [ops.convert_to_numpy(a) for a in quick(ops.convert_to_tensor(x), ops.convert_to_tensor(v))]
        for got, wanted in zip(found, (np.sum(x**3), 3 * x**2, 6 * x * v), strict=True):
            np.testing.assert_allclose(got, wanted, rtol=1e-6)
        x = x + 1


def test_python_runs_once_for_a_shape_where_it_is_compiled():
    runs = []

    def f(x):
        runs.append(x)
        return 2 * x

    quick = course.compiled(f)
    for length in (3, 3, 4, 3, 4, 3):
        assert ops.convert_to_numpy(quick(ops.ones(length))).tolist() == [2.0] * length
    for number in (1, 2, 3.0, 4.0):
        assert float(quick(number)) == 2 * number
    # two shapes, and numbers of two dtypes
    assert len(runs) == (10 if keras.backend.backend() == "torch" else 4)


def test_a_fused_function_is_one_program_where_operations_are_compiled():
    runs = []

    @course.fused(static=("axis",))
    def spread(x, scale, axis=0):
        """The spread of x."""
        runs.append(axis)
        return {"spread": scale * (ops.max(x, axis=axis) - ops.min(x, axis=axis))}

    x = np.arange(6.0, dtype="float32").reshape(2, 3)
    for scale in (1.0, 2.0):  # a number is no constant of the program
        assert ops.convert_to_numpy(spread(x, scale)["spread"]).tolist() == 3 * [3 * scale]
        assert ops.convert_to_numpy(
            spread(ops.convert_to_tensor(x), scale, axis=1)["spread"]
        ).tolist() == 2 * [2 * scale]
    assert len(runs) == (2 if keras.backend.backend() == "jax" else 4)
    assert (spread.__name__, spread.__doc__) == ("spread", "The spread of x.")


@pytest.mark.parametrize("made", [course.compiled, course.fused])
def test_a_variable_counts_as_its_value_at_each_call(made):
    weight = keras.Variable(np.array([1.0, 2.0], "float32"))
    total = made(lambda w, parts: ops.sum(w) + ops.sum(parts[0]))
    assert ops.convert_to_numpy(total(weight, (weight,))) == 6
    weight.assign([5.0, 6.0])
    assert ops.convert_to_numpy(total(weight, (weight,))) == 22


@pytest.mark.parametrize("made", [course.compiled, course.fused])
def test_a_range_is_an_array(made):
    shifted = made(lambda x, positions: ops.add(ops.cast(positions, "float32"), x))
    for positions in (range(3), [0, 1, 2], np.arange(3)):
        assert ops.convert_to_numpy(shifted(ops.ones(3), positions)).tolist() == [1, 2, 3]


def test_a_fused_function_is_differentiated_compiled_and_part_of_a_model():
    square = course.fused(lambda x: ops.sum(x**2))
    x = ops.convert_to_tensor(np.array([1.0, 2.0], "float32"))
    assert ops.convert_to_numpy(course.grad(square)(x)).tolist() == [2.0, 4.0]
    assert float(course.compiled(square)(x)) == 5
    weight = keras.Variable(ops.ones(2))
    value, (gradient,) = course.value_and_grad(lambda: square(2 * ops.convert_to_tensor(weight)), [weight])
    assert float(value) == 8
    assert ops.convert_to_numpy(gradient).tolist() == [8.0, 8.0]
    symbol = keras.Input((2,))
    model = keras.Model(symbol, course.fused(lambda x: x + 1)(symbol))
    assert ops.convert_to_numpy(model(ops.ones((1, 2)))).tolist() == [[2.0, 2.0]]


def test_a_static_number_may_be_in_an_array():
    """As the greatest index plus one is: there is no program for each of its values, but the result is the same."""

    @course.fused(static=("length",))
    def counted(x, length):
        return ops.segment_sum(ops.ones_like(x), x, num_segments=int(length))

    x = np.array([0, 2, 2])
    for length in (3, np.int64(3), np.array(3), ops.max(ops.array(x)) + 1):
        np.testing.assert_array_equal(ops.convert_to_numpy(counted(x, length=length)), [1, 0, 2])
    with pytest.raises(TypeError, match="counted"):
        counted(x, lengths=3)


def test_what_it_assigns_is_assigned_at_each_call():
    """Among it the state of a random generator: the next draws are others, and ``fit`` may draw from it later."""
    seed, count = keras.random.SeedGenerator(1), keras.Variable(0.0)

    def f(x):
        count.assign(count + 1)
        return x + keras.random.normal(ops.shape(x), seed=seed)

    quick = course.compiled(f)
    found = [ops.convert_to_numpy(quick(ops.zeros(length))) for length in (3, 3, 3, 4, 3)]
    assert float(ops.convert_to_numpy(count)) == 5
    again = keras.random.SeedGenerator(1)
    drawn = [ops.convert_to_numpy(keras.random.normal((len(x),), seed=again)) for x in found]
    np.testing.assert_allclose(np.concatenate(found), np.concatenate(drawn), rtol=1e-6)
    np.testing.assert_array_equal(*(ops.convert_to_numpy(s.state) for s in (seed, again)))


def test_the_values_of_variables_are_read_at_each_call():
    """A network that was trained further, or got other weights, answers with them."""
    network = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, use_bias=False)])
    late = keras.Variable(1.0)  # only longer inputs read it

    def f(x):
        return network(x) * (late if x.shape[0] > 3 else 1.0)

    quick = course.compiled(f)
    for value in (1.0, 5.0):
        network.set_weights([np.full((2, 1), value)])
        late.assign(value)
        for length, factor in ((3, 1), (4, value), (3, 1)):
            got = ops.convert_to_numpy(quick(ops.ones((length, 2))))
            np.testing.assert_allclose(got, np.full((length, 1), 2 * value * factor), rtol=1e-6)


def test_functions_that_are_made_anew_are_not_retraced(caplog):
    for _ in range(8):

        def double(x):
            return 2 * x

        course.compiled(double)(ops.ones(3))
    assert not caplog.records, "TensorFlow says that a function is traced again and again"
