"""Landmark networks at small sizes: their layers, their shapes, what their blocks compute."""

import keras
import numpy as np
import pytest
from keras import ops

from course.testing import assert_close, check_layer
from course.training.rules.shapes_only import shapes_only
from units.u05_convolution.alexnet import alexnet
from units.u05_convolution.convnext import LayerScale, convnext
from units.u05_convolution.densenet import densenet, densenet121
from units.u05_convolution.googlenet import googlenet
from units.u05_convolution.lenet import lenet5
from units.u05_convolution.local_response_normalization import LocalResponseNormalization
from units.u05_convolution.mobilenet import mobilenet
from units.u05_convolution.random_affine import RandomAffine, affine
from units.u05_convolution.resnet import (
    basic,
    bottleneck,
    preactivation,
    resnet,
    resnet20,
    resnet50,
    resnet50v2,
)
from units.u05_convolution.small_convnet import small_convnet
from units.u05_convolution.vgg import vgg
from units.u05_convolution.vit import ClassAndPositions, vit

POLICIES = ("float32",)
SMALL = [
    lambda **o: lenet5((16, 16, 1), **o),
    lambda **o: alexnet((67, 67, 3), **o),
    lambda **o: vgg((1, 1), (8, 8, 1), **o),
    lambda **o: googlenet((32, 32, 3), modules=("3a", "4a"), **o),
    lambda **o: resnet(basic, (1, 1), (32, 32, 3), **o),
    lambda **o: resnet(preactivation, (1, 1), (9, 9, 3), stem=False, **o),
    lambda **o: densenet((1, 1), (12, 12, 3), stem=False, **o),
    lambda **o: mobilenet((16, 16, 3), blocks=((64, 1), (128, 2)), **o),
    lambda **o: vit((8, 12, 3), patch=4, heads=2, repeats=1, **o),
    lambda **o: convnext((1, 1), (8, 8, 3), **o),
]


@pytest.mark.backend_independent
@pytest.mark.parametrize("build", SMALL, ids=range(len(SMALL)))
def test_width_image_and_classes_are_arguments(build):
    with shapes_only():
        narrow, wide = build(classes=7, width=1 / 16), build(classes=7, width=1 / 8)
    assert narrow.output.shape == wide.output.shape == (None, 7)
    assert 1.2 < wide.count_params() / narrow.count_params() < 4.1
    with pytest.raises(ValueError, match="width"), shapes_only():
        build(width=-1)


@pytest.mark.parametrize(
    ("layer", "shape"), [(LocalResponseNormalization, (2, 2, 2, 6)), (LayerScale, (2, 2, 2, 3))]
)
def test_layers_keep_the_shape(layer, shape):
    check_layer(layer, shape, expected_output_shape=shape, policies=POLICIES)


def test_class_and_positions():
    check_layer(ClassAndPositions, (2, 5, 4), expected_output_shape=(2, 6, 4), policies=POLICIES)
    layer = ClassAndPositions()
    x = np.ones((2, 3, 4), "float32")
    y = ops.convert_to_numpy(layer(x))
    positions = ops.convert_to_numpy(layer.positions)[0]
    np.testing.assert_allclose(y[1], np.concatenate([np.zeros((1, 4)), x[1]]) + positions, atol=1e-6)


def test_local_response_normalization_by_loops():
    a = np.random.default_rng(0).normal(size=(1, 1, 2, 5)).astype("float32")
    expected = np.empty_like(a)
    for c in range(5):
        near = a[..., max(0, c - 1) : c + 2]
        expected[..., c] = a[..., c] / (1.5 + 0.3 * (near**2).sum(-1)) ** 0.5
    layer = LocalResponseNormalization(neighbours=3, offset=1.5, scale=0.3, power=0.5)
    assert_close(layer(a), expected, rtol=1e-5)
    with pytest.raises(ValueError, match="odd"):
        LocalResponseNormalization(neighbours=4)


@pytest.mark.backend_independent
@pytest.mark.parametrize("block", [basic, bottleneck, preactivation])
def test_a_block_whose_last_kernel_is_zero_is_its_shortcut(block):
    image = keras.Input((2, 2, 8))
    network = keras.Model(image, block(image, 2 if block is not basic else 8))
    *_, last = (layer for layer in network.layers if isinstance(layer, keras.layers.Conv2D))
    last.set_weights([np.zeros_like(w) for w in last.get_weights()])
    x = np.random.default_rng(0).normal(size=(3, 2, 2, 8)).astype("float32")
    # after the sum a preactivation block does nothing, the others apply ReLU
    assert_close(network(x), x if block is preactivation else np.maximum(x, 0), atol=1e-6)


@pytest.mark.backend_independent
def test_where_the_stride_stands():
    counted = []
    for stride_at in (1, 3):
        with shapes_only():
            image = keras.Input((8, 8, 4))
            network = keras.Model(image, bottleneck(image, 2, stride=2, stride_at=stride_at))
        convolutions = [layer for layer in network.layers if isinstance(layer, keras.layers.Conv2D)]
        first = next(layer for layer in convolutions if layer.kernel_size == (1, 1) and layer.filters == 2)
        second = next(layer for layer in convolutions if layer.kernel_size == (3, 3))
        counted.append([layer.output.shape[1:3] for layer in (first, second)])
        assert network.output.shape == (None, 4, 4, 8)
    assert counted == [[(4, 4), (4, 4)], [(8, 8), (4, 4)]]
    with pytest.raises(ValueError, match="stride_at"):
        bottleneck(image, 2, stride_at=2)


@pytest.mark.backend_independent
@pytest.mark.parametrize("build", [resnet20, resnet50, resnet50v2, googlenet, densenet121, mobilenet])
def test_no_kernel_of_one_position_has_a_stride(build):
    """oneDNN's gradient of such a convolution writes beyond its memory if the channels are few (``conv_bn.every``)."""
    with shapes_only():
        network = build(input_shape=(64, 64, 3), width=0.25)
    for layer in network.layers:
        if isinstance(layer, keras.layers.Conv2D) and layer.kernel_size == (1, 1):
            assert layer.strides == (1, 1), layer.name


@pytest.mark.backend_independent
def test_resnet20_has_at_most_300_000_parameters_and_small_convnets_fewer():
    with shapes_only():
        assert resnet20().count_params() == 274_042
        assert small_convnet().count_params() <= 8000


def test_patches_must_fit():
    with pytest.raises(ValueError, match="patches of 5"):
        vit((8, 8, 1), patch=5)


@pytest.mark.parametrize(
    "build",
    [lambda: vgg((1,) * 6, (64, 64, 3)), lambda: resnet(repeats=(1,) * 5), lambda: convnext((1,) * 5)],
)
def test_no_stage_is_left_out(build):
    with pytest.raises(ValueError, match="stages, and channels for"):
        build()


def test_affine_moves_turns_and_enlarges():
    x = np.random.default_rng(0).random((1, 5, 5, 2)).astype("float32")
    one, zero = np.ones(1, "float32"), np.zeros(1, "float32")
    none = np.zeros((1, 2), "float32")
    assert_close(affine(x, zero, one, none), x, atol=1e-6)
    down = np.zeros_like(x)
    down[:, 2:, :4] = x[:, :3, 1:]
    assert_close(affine(x, zero, one, np.array([[2, -1]], "float32")), down, atol=1e-6)
    assert_close(affine(x, one * np.float32(np.pi / 2), one, none), np.rot90(x, axes=(1, 2)), atol=1e-5)
    ramp = np.broadcast_to(np.arange(5, dtype="float32")[:, None, None], (1, 5, 5, 1))
    assert_close(affine(ramp, zero, 2 * one, none), 2 + (ramp - 2) / 2, atol=1e-5)
    # grey levels as integers: half a pixel is half-way between two of them
    half = np.array([[0.5, 0.0]], "float32")
    assert_close(affine(ramp.astype("uint8"), zero, one, half), affine(ramp, zero, one, half), atol=1e-6)


@pytest.mark.backend_independent
def test_affine_equals_keras():
    rng = np.random.default_rng(1)
    x = rng.random((4, 6, 9, 1)).astype("float32")
    angle, scale = rng.uniform(-0.5, 0.5, 4).astype("float32"), rng.uniform(0.8, 1.2, 4).astype("float32")
    shift = rng.uniform(-2, 2, (4, 2)).astype("float32")
    c, s = np.cos(angle) / scale, np.sin(angle) / scale
    # Keras: (column, row) of the input as an affine map of (column, row) of the output
    column = 4 - shift[:, 1] - (c * 4 - s * 2.5)
    row = 2.5 - shift[:, 0] - (s * 4 + c * 2.5)
    maps = np.stack([c, -s, column, s, c, row, 0 * c, 0 * c], axis=1)
    expected = ops.image.affine_transform(
        x, maps, interpolation="bilinear", fill_mode="constant", fill_value=0.0
    )
    assert_close(affine(x, angle, scale, shift), expected, atol=1e-5)


def test_random_affine():
    check_layer(
        lambda: RandomAffine(20, 0.1, 1, flip=True, seed=1),
        (4, 6, 5, 2),
        random_in_training=True,
        policies=POLICIES,
    )
    x = np.random.default_rng(0).random((64, 6, 6, 1)).astype("float32")
    shifted = ops.convert_to_numpy(RandomAffine(pixels=1, seed=1)(x, training=True))
    # without rotation and zoom images move by whole pixels: every value of the input or 0
    assert np.isin(shifted.round(5), np.append(x.round(5), 0)).all()
    moved = [np.abs(shifted - np.roll(x, move, axis=1))[:, 1:-1, 1:-1].max() for move in (-1, 0, 1)]
    assert min(moved) > 0.1  # different images, different moves
    # 784 pixels are more than bfloat16 can count
    large = np.random.default_rng(0).random((2, 28, 28, 1)).astype("float32")
    turned = RandomAffine(degrees=0.01, seed=1, dtype="bfloat16")(large, training=True)
    assert keras.backend.standardize_dtype(turned.dtype) == "bfloat16"
    assert np.abs(ops.convert_to_numpy(ops.cast(turned, "float32")) - large).max() < 0.02
    with pytest.raises(ValueError, match="zoom"):
        RandomAffine(zoom=1)
