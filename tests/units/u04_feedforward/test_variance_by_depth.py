import numpy as np
import pytest
from keras import ops

import course
from units.u04_feedforward import ACTIVATIONS, He, LeCun, Orthogonal, factor_by_layer, variance_by_depth


def rms(a):
    return np.sqrt(np.mean(np.square(ops.convert_to_numpy(a).astype("float64"))))


def test_forward_and_backward_are_the_backends():
    rng = np.random.default_rng(0)
    S = ACTIVATIONS["tanh"]
    x, delta = (rng.normal(size=s).astype("float32") for s in ((6, 4), (6, 3)))
    kernels = [rng.normal(size=s).astype("float32") for s in ((4, 5), (5, 7), (7, 3))]
    signals = variance_by_depth(x, kernels, S.function, S.derivative, delta)

    def through(*shifts):
        a, zs = x, []
        for kernel, shift in zip(kernels, shifts, strict=True):
            zs.append(ops.matmul(a, kernel) + shift)
            a = S.function(zs[-1])
        return zs, a

    shifts = [ops.zeros((6, k.shape[1])) for k in kernels]
    zs, a = through(*shifts)
    np.testing.assert_allclose(signals.z, [rms(z) for z in zs], rtol=1e-5)
    assert signals.a[-1] == pytest.approx(rms(a), rel=1e-5)
    slopes = course.grad(lambda *e: ops.sum(ops.multiply(through(*e)[0][-1], delta)), (0, 1, 2))(*shifts)
    np.testing.assert_allclose(signals.delta, [rms(g) for g in slopes], rtol=1e-5)


def test_he_keeps_relu_alive_and_lecun_halves_it():
    rng = np.random.default_rng(1)
    S = ACTIVATIONS["relu"]
    x, delta = (rng.normal(size=(200, 150)).astype("float32") for _ in range(2))
    for rule, expected in ((He(seed=0), 1.0), (LeCun(seed=0), 0.5)):
        signals = variance_by_depth(x, [rule((150, 150)) for _ in range(8)], S.function, S.derivative, delta)
        assert factor_by_layer(signals.z) == pytest.approx(expected, rel=0.1)
        assert factor_by_layer(signals.delta[::-1]) == pytest.approx(expected, rel=0.1)


def test_square_orthogonal_layers_keep_length_exactly():
    x = np.random.default_rng(2).normal(size=(5, 30)).astype("float32")
    rule = Orthogonal(seed=0)
    signals = variance_by_depth(x, [rule((30, 30)) for _ in range(10)], lambda z: z, ops.ones_like, x)
    np.testing.assert_allclose(signals.z, rms(x), rtol=1e-5)
    np.testing.assert_allclose(signals.delta, rms(x), rtol=1e-5)


def test_factor_is_that_of_a_geometric_sequence():
    assert factor_by_layer([1.0, 0.5, 0.25]) == pytest.approx(0.25)
    with pytest.raises(ValueError, match="two layers"):
        factor_by_layer([1.0])


def test_bad_input_is_named():
    x = np.ones((2, 3), "float32")
    with pytest.raises(ValueError, match="at least one layer"):
        variance_by_depth(x, [], lambda z: z, ops.ones_like, x)
    with pytest.raises(ValueError, match="delta has shape"):
        variance_by_depth(x, [np.ones((3, 4), "float32")], lambda z: z, ops.ones_like, x)
