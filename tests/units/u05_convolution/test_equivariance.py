"""Fourier, blur pooling, p4 convolutions, effective receptive fields: each against what proves it."""

import keras
import numpy as np
import pytest
from keras import ops

from course.testing import assert_close, check_layer, one_program
from units import u05_convolution as u05

RNG = np.random.default_rng(0)


def floats32(*shape):
    return RNG.normal(size=shape).astype("float32")


@pytest.mark.parametrize(
    ("make", "shape", "options", "output"),
    [
        (u05.BlurPooling2D, (2, 2, 3, 1), {"size": 2}, (2, 1, 2, 1)),
        (u05.P4Lifting, (2, 2, 3, 2), {"filters": 2, "kernel_size": 1}, (2, 2, 3, 4, 2)),
        (u05.P4Conv, (2, 2, 2, 4, 1), {"filters": 2, "kernel_size": 1}, (2, 2, 2, 4, 2)),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_are_good_layers(make, shape, options, output):
    check_layer(make, shape, init_kwargs=options, expected_output_shape=output, policies=())


def test_fourier_is_the_convolution_to_rounding():
    x, w = floats32(2, 11), floats32(4)
    image, kernel = floats32(5, 6), floats32(3, 2)
    both = one_program(lambda: (u05.fourier_convolve(x, w), u05.fourier_convolve_2d(image, kernel)))
    expected = np.stack([np.convolve(row, w) for row in x]), u05.convolve_2d(image, kernel)
    for got, wanted in zip(both(), expected, strict=True):
        assert_close(got, wanted, rtol=1e-4, atol=1e-5)


@pytest.mark.backend_independent
def test_waves_are_eigenvectors_and_costs_cross_where_they_are_counted():
    w = RNG.normal(size=3)
    C = np.stack([np.roll(np.pad(w, (0, 5)), j) for j in range(8)], axis=1)
    F = np.fft.fft(np.eye(8))
    np.testing.assert_allclose(F @ C @ np.linalg.inv(F), np.diag(u05.circulant_eigenvalues(w, 8)), atol=1e-12)
    at = u05.crossing(4096)
    before, after = u05.operations(4096, at - 1), u05.operations(4096, at)
    assert before["direct"] <= before["fourier"]
    assert after["fourier"] < after["direct"]
    assert u05.crossing(4) is None
    # a kernel of 3 × 3 on an image of 8 × 8: 2 · 10² · 9, and N = 16²
    counted = u05.operations(8, 3, axes=2)
    assert counted == {"direct": 1800, "fourier": 15 * 256 * 8 + 6 * 256, "memory": 9}


def test_a_blur_is_scipys_binomial_and_removes_the_alternating_wave():
    np.testing.assert_allclose(u05.binomial_filter(5), np.array([1, 4, 6, 4, 1]) / 16)
    alternating = np.tile([1.0, -1.0], 4).reshape(1, 1, 8, 1).repeat(4, axis=1).astype("float32")
    x, w = floats32(1, 4, 6, 1), np.outer([1, 2, 1], [1, 2, 1])[:, :, None, None] / 16
    levels = np.arange(24, dtype="uint8").reshape(1, 4, 6, 1)  # a filter in uint8 would be 0
    cases = [  # size, padding, images, what comes out
        (2, "circular", alternating, np.zeros((1, 2, 4, 1))),
        (1, "circular", x, x[:, ::2, ::2]),
        (3, "same", x, u05.conv_by_loops(x, w, None, 2, "same")),
        (3, "same", levels, u05.conv_by_loops(levels, w, None, 2, "same")),
    ]
    everything = one_program(lambda: [u05.BlurPooling2D(k, padding=p)(images) for k, p, images, _ in cases])
    for (*case, _, expected), got in zip(cases, everything(), strict=True):
        assert_close(got, expected, atol=1e-5, name=str(case))


def test_the_shift_error_is_rounding_without_aliasing_and_falls_with_the_blur():
    t = np.arange(16)
    slow = np.cos(2 * np.pi * 2 * t / 16 + 0.3).reshape(1, 1, 16, 1).repeat(2, axis=1).astype("float32")
    fast = np.cos(2 * np.pi * 7 * t / 16 + 0.3).reshape(1, 1, 16, 1).repeat(2, axis=1).astype("float32")
    keep = u05.BlurPooling2D(1, padding="circular")
    assert u05.shift_error(keep, slow, 1, 2) < 1e-6
    # the fast wave becomes a slow one that moves in the other direction
    assert u05.shift_error(keep, fast, 1, 2) > 1
    x = floats32(2, 16, 16, 1)
    errors = [u05.shift_error(u05.BlurPooling2D(size, padding="circular"), x, 1, 2) for size in (1, 3, 7)]
    assert errors[0] > 2 * errors[1] > 4 * errors[2]
    assert u05.shift_error(keep, x, 2, 2) < 1e-6


def test_p4_is_equivariant_to_rotations_and_a_plain_convolution_is_not():
    x = ops.convert_to_tensor(floats32(2, 5, 5, 2))
    W, V = floats32(3, 3, 2, 2), floats32(3, 3, 4, 2, 2)
    everything = one_program(
        lambda: (
            *(u05.p4_convolve(ops.relu(u05.lift(u05.rotate(x, t), W)), V) for t in range(4)),
            u05.conv(x, W, padding="same"),
            u05.lift(x, W),
        )
    )
    *turned, plain, lifted = everything()
    for t in (1, 2, 3):
        assert_close(turned[t], u05.rotate_features(turned[0], t), rtol=1e-4, atol=1e-4)
    assert_close(lifted[..., 0, :], plain, rtol=1e-4, atol=1e-4)
    # the other three are convolutions with rotated kernels
    expected = u05.conv_by_loops(ops.convert_to_numpy(x), np.rot90(W, 3), None, 1, "same")
    assert_close(lifted[..., 3, :], expected, rtol=1e-4, atol=1e-4)


def test_rotation_error_tells_the_two_apart():
    x = floats32(1, 3, 3, 1)
    W = floats32(1, 1, 1, 2)
    assert u05.rotation_error(lambda x: u05.lift(x, W), x, u05.rotate_features) < 1e-6
    shifted = lambda x: ops.roll(x, 1, axis=2)  # noqa: E731
    assert u05.rotation_error(shifted, x, u05.rotate) > 0.5


def test_the_influence_of_equal_weights_is_a_walk():
    """With all weights equal the gradient itself is the k-fold convolution of boxes, with variance L (k² − 1) / 12."""
    kernels = [np.ones((3, 3, 1, 1), "float32")] * 3

    def middle(x):
        return ops.sum(u05.convolutional_stack(x, kernels)[:, 4, 4])

    field = np.sqrt(u05.influence(middle, floats32(1, 9, 9, 1)))
    box = np.convolve(np.convolve(np.ones(3), np.ones(3)), np.ones(3))
    expected = np.pad(np.outer(box, box), 1)
    np.testing.assert_allclose(field / field.sum(), expected / expected.sum(), atol=1e-6)
    assert u05.deviation(field / field.sum()) == pytest.approx(u05.expected_deviation(3, 3), rel=1e-5)


@pytest.mark.backend_independent
@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: u05.BlurPooling2D(0), "size must be a positive integer"),
        (lambda: u05.BlurPooling2D(padding="valid"), "padding of BlurPooling2D"),
        (
            lambda: u05.BlurPooling2D(5, padding="circular")(np.ones((1, 4, 4, 1), "float32")),
            "larger than the image",
        ),
        (lambda: u05.BlurPooling2D(data_format="channels_first"), "put the channels last"),
        (lambda: u05.P4Lifting(2, 2), "odd size"),
        (lambda: u05.P4Conv(2)(keras.Input((4, 4, 3, 1))), "needs inputs"),
        (lambda: u05.P4Lifting(2)(keras.Input((4, 4, 3, 1))), "needs inputs"),
    ],
)
def test_what_makes_no_sense_is_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        wrong()
