"""The landmark networks have the parameters and layers that their files say, and equal keras.applications."""

import math
import tracemalloc

import keras
import numpy as np
import pytest

from course.training.rules.shapes_only import shapes_only
from units.u05_convolution.alexnet import alexnet
from units.u05_convolution.convnext import convnext
from units.u05_convolution.counting import depth, multiplications, size_of
from units.u05_convolution.densenet import densenet121
from units.u05_convolution.googlenet import MODULES, googlenet, inception
from units.u05_convolution.lenet import lenet5
from units.u05_convolution.mobilenet import mobilenet
from units.u05_convolution.resnet import basic, resnet, resnet20, resnet50, resnet50v2
from units.u05_convolution.small_convnet import small_convnet
from units.u05_convolution.vgg import vgg16, vgg19
from units.u05_convolution.vit import vit

pytestmark = pytest.mark.backend_independent

# parameters (those of keras.applications where it has the network), layers in the name, 10⁶ multiplications published
SIZES = [
    (lenet5, 61_706, 5, None),
    (alexnet, 62_378_344, 8, None),
    (vgg16, 138_357_544, 16, 15_500),
    (vgg19, 143_667_240, 19, 19_600),
    (googlenet, 6_998_552, 22, 1_500),
    (resnet50, 25_636_712, 50, 3_800),
    (resnet50v2, 25_613_800, 50, None),
    (resnet20, 274_042, 20, 41),
    (densenet121, 8_062_504, 121, 2_900),
    (mobilenet, 4_253_864, 28, 569),
    (vit, 86_567_656, 50, 17_600),
    (convnext, 28_589_128, 59, 4_500),
]


@pytest.mark.parametrize(
    ("build", "parameters", "layers", "millions"), SIZES, ids=lambda v: getattr(v, "__name__", "")
)
def test_sizes_are_those_of_the_papers(build, parameters, layers, millions):
    found = size_of(build)
    assert (found[0], found[2]) == (parameters, layers)
    if millions:
        assert found[1] == pytest.approx(millions * 1e6, rel=0.07)


@pytest.mark.parametrize(
    ("name", "build"),
    [("VGG19", vgg19), ("ResNet50V2", resnet50v2), ("ConvNeXtTiny", convnext)],
)
def test_sizes_are_those_of_keras_applications(name, build):
    with shapes_only():
        theirs = getattr(keras.applications, name)(weights=None).count_params()
    assert size_of(build)[0] == theirs


def test_resnet_18_without_biases():
    with shapes_only():
        network = resnet(basic, (2, 2, 2, 2), bias=False)
    assert sum(math.prod(v.shape) for v in network.trainable_variables) == 11_689_512
    assert depth(network) == 18


def test_modules_of_googlenet_are_those_of_its_table():
    # the column "params" of table 1, in units of 1024: the paper's own channels give up to 7% more or less
    published = {
        "3a": 159,
        "3b": 380,
        "4a": 364,
        "4b": 437,
        "4c": 463,
        "4d": 580,
        "4e": 840,
        "5a": 1072,
        "5b": 1388,
    }
    found, channels = {}, 192
    for name, sizes in MODULES.items():
        with shapes_only():
            image = keras.Input((7, 7, channels))
            module = keras.Model(image, inception(image, *sizes))
        found[name] = sum(math.prod(v.shape) for v in module.weights if len(v.shape) == 4) / 1024
        channels = module.output.shape[-1]
    assert channels == 1024
    assert found == pytest.approx(published, rel=0.08)
    assert sum(found.values()) == pytest.approx(sum(published.values()), rel=0.01)


def test_small_convnets_keep_their_promise():
    assert size_of(small_convnet)[0] <= 8000
    assert size_of(resnet20)[0] <= 300_000


def test_counting_by_hand():
    image = keras.Input((6, 6, 4))
    x = keras.layers.Conv2D(8, 3, groups=2)(image)  # 4 · 4 positions, 3 · 3 · 2 · 8 numbers
    x = keras.layers.DepthwiseConv2D(3, padding="same", depth_multiplier=2)(x)  # 16 positions, 3 · 3 · 8 · 2
    x = keras.layers.Dense(5)(x)  # 16 positions, 16 · 5
    x = keras.layers.Dense(7)(keras.layers.Flatten()(x))  # 80 · 7
    network = keras.Model(image, x)
    assert multiplications(network) == 16 * (144 + 144 + 80) + 560
    assert depth(network) == 4
    in_a_row = keras.Sequential([keras.Input((6, 6, 4)), keras.layers.Conv2D(8, 3), keras.layers.Dense(5)])
    assert depth(in_a_row) == 2
    tokens = keras.Input((5, 6))
    attention = keras.Model(tokens, keras.layers.MultiHeadAttention(2, 3)(tokens, tokens))
    assert multiplications(attention) == 4 * 5 * 6 * 6 + 2 * 25 * 6


def test_shapes_only_takes_no_memory_and_leaves_nothing_behind():
    tracemalloc.start()
    with shapes_only():
        network = keras.Sequential([keras.Input((10_000,)), keras.layers.Dense(10_000)])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert network.count_params() == 100_010_000
    assert peak < 10e6
    layer = keras.layers.Dense(2)
    layer.build((None, 3))
    assert np.shape(layer.get_weights()[0]) == (3, 2)


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        (lambda **o: keras.applications.MobileNet(alpha=0.25, **o), lambda s, k: mobilenet(s, k, width=0.25)),
        (keras.applications.ResNet50, resnet50),
        (keras.applications.DenseNet121, densenet121),
    ],
    ids=["mobilenet", "resnet50", "densenet121"],
)
def test_same_weights_same_outputs_as_keras_applications(theirs, ours):
    theirs = theirs(weights=None, classes=10, input_shape=(32, 32, 3), classifier_activation=None)
    ours = ours((32, 32, 3), 10)
    rng = np.random.default_rng(0)
    shapes = [tuple(v.shape) for v in theirs.weights]
    # vectors are near 1, so that variances are positive; kernels keep the size of the signal
    weights = [
        np.abs(rng.normal(1, 0.1, s)) if len(s) == 1 else rng.normal(0, math.prod(s[:-1]) ** -0.5, s)
        for s in shapes
    ]
    theirs.set_weights(weights)
    ours.set_weights([w.reshape(v.shape) for w, v in zip(weights, ours.weights, strict=True)])
    x = rng.random((2, 32, 32, 3)).astype("float32")
    expected = keras.ops.convert_to_numpy(theirs(x))
    np.testing.assert_allclose(keras.ops.convert_to_numpy(ours(x)), expected, rtol=1e-4)
    assert np.ptp(expected) > 1e-3
