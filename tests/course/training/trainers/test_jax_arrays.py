"""Arrays of NumPy become the same arrays of JAX as by JAX's own way, and nothing is compiled for their shapes."""

import keras
import numpy as np
import pytest

import course.training  # noqa: F401  it changes how JAX makes arrays

pytestmark = [pytest.mark.needs_backend("jax"), pytest.mark.fast_paths]
ARRAYS = {
    "float64": np.linspace(0, 1, 7),
    "int64": np.arange(6).reshape(2, 3),
    "bool": np.array([True, False]),
    "no axis": np.array(2.5),
    "no entry": np.ones((0, 3), "uint8"),
    "a view": np.arange(24.0).reshape(4, 6)[::2, ::3],
    "by columns": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
}


def described(x):
    return x.dtype, x.shape, x.weak_type, x.committed, str(x.sharding), np.asarray(x).tolist()


@pytest.mark.parametrize("x", ARRAYS.values(), ids=ARRAYS)
def test_an_array_is_what_jax_makes_of_it_without_the_fast_paths(x, monkeypatch):
    quickly = described(keras.ops.convert_to_tensor(x))
    monkeypatch.setenv("COURSE_FAST", "0")
    assert quickly == described(keras.ops.convert_to_tensor(x))


def test_no_program_is_compiled_for_a_shape(monkeypatch):
    import jax.monitoring

    compiled = []
    jax.monitoring.register_event_duration_secs_listener(lambda name, *_, **__: compiled.append(name))
    keras.ops.convert_to_tensor(np.ones((3, 1, 7, 1, 5), "float32"))
    assert compiled == []
    monkeypatch.setenv("COURSE_FAST", "0")
    keras.ops.convert_to_tensor(np.ones((3, 1, 7, 1, 6), "float32"))
    assert any("compile" in name for name in compiled)  # else this test sees nothing


@pytest.mark.parametrize("length", [4, 64, 100_000])
def test_the_array_does_not_share_the_memory(length):
    before = np.zeros(length, "float32")
    x = keras.ops.convert_to_tensor(before)
    before[:] = 1
    assert float(keras.ops.max(x)) == 0


def test_python_numbers_and_what_jax_refuses_are_as_before():
    assert keras.ops.convert_to_tensor(2.0).dtype == "float32"
    with pytest.raises(TypeError):
        keras.ops.convert_to_tensor(np.array([object()]))
    with pytest.raises(OverflowError):
        keras.ops.convert_to_tensor(2**40)
