"""The layers of convolution and pooling against Keras's: same weights, same values, same refusals."""

import keras
import numpy as np
import pytest
from keras import ops

import course
from course.testing import assert_close, check_layer, one_program
from units import u05_convolution as u05
from units.u05_convolution.output_size import span

RNG = np.random.default_rng(0)


# Kernels of size 1 where another layer tests the windows: on JAX every eager operation is compiled.
@pytest.mark.parametrize(
    ("make", "shape", "options", "output"),
    [
        (
            u05.Conv1D,
            (2, 3, 2),
            {"filters": 2, "kernel_size": 1, "padding": "causal", "groups": 2},
            (2, 3, 2),
        ),
        (u05.Conv2D, (2, 2, 3, 2), {"filters": 3, "kernel_size": (1, 2), "activation": "relu"}, (2, 2, 2, 3)),
        (
            u05.Conv2DTranspose,
            (2, 2, 2, 2),
            {"filters": 3, "kernel_size": 1, "strides": (2, 1)},
            (2, 4, 2, 3),
        ),
        (u05.DepthwiseConv2D, (2, 2, 2, 2), {"kernel_size": 1, "depth_multiplier": 2}, (2, 2, 2, 4)),
        (u05.SeparableConv2D, (2, 2, 2, 2), {"filters": 3, "kernel_size": 1}, (2, 2, 2, 3)),
        (u05.MaxPooling2D, (2, 3, 2, 2), {"padding": "same"}, (2, 2, 1, 2)),
        (u05.AveragePooling2D, (2, 2, 3, 2), {"pool_size": (1, 2), "strides": 1}, (2, 2, 2, 2)),
        (u05.GlobalAveragePooling2D, (2, 3, 4, 2), {}, (2, 2)),
        (u05.GlobalMaxPooling2D, (2, 3, 4, 2), {}, (2, 2)),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_are_good_layers(make, shape, options, output):
    check_layer(
        make,
        shape,
        init_kwargs=options,
        expected_output_shape=output,
        policies=("mixed_bfloat16",) if make is u05.MaxPooling2D else (),
    )


def outputs_of(pairs):
    """All outputs and input gradients in one compiled function: [(z, ∂/∂x) of ours, (z, ∂/∂x) of Keras's]."""

    def everything():
        found = []
        for x, *layers in pairs:
            for layer in layers:

                def cost(x, layer=layer):
                    z = layer(x)
                    D = np.cos(np.arange(np.prod(z.shape))).reshape(z.shape).astype("float32")
                    return ops.sum(ops.multiply(z, D)), z

                (_, z), (by_x,) = course.value_and_grad(cost, [ops.convert_to_tensor(x)], has_aux=True)
                found.append((z, by_x))
        return found

    flat = one_program(everything)()
    return zip(flat[::2], flat[1::2], strict=True)


def twins(x, ours, theirs):
    """Both layers with the same random weights."""
    for layer in (ours, theirs):
        layer.build(x.shape)
    ordered = sorted(
        ours.weights, key=lambda v: v.name == "bias"
    )  # a separable layer of Keras's has its bias last
    for v, w in zip(ordered, theirs.weights, strict=True):
        w.assign(RNG.normal(size=w.shape))
        v.assign(np.reshape(ops.convert_to_numpy(w), v.shape))
    return x, ours, theirs


def image(*shape):
    return RNG.normal(size=(2, *shape)).astype("float32")


TRANSPOSED = [
    # spatial, kernel, stride, padding, output_padding, dilation
    ((4,), 3, 2, "same", None, 1),
    ((4,), 4, 3, "same", 2, 1),
    ((4,), 2, 3, "valid", 1, 1),
    ((3, 3), 3, (2, 1), "same", None, 1),
    ((2, 3), (2, 3), 2, "same", (1, 0), 1),
    ((3, 3), 1, 2, "same", None, 1),
    ((4, 3), (3, 2), 1, "same", None, 2),
]


def test_transposed_convolution_has_kerass_values_and_gradients():
    """Values: with a shape alone a shift by one pixel is not noticed.

    Keras's layer gets a dilation as zeros between the entries of a larger kernel, which is the same function: whether
    TensorFlow has dilated transposed convolution depends on the processor (oneDNN has it, Eigen refuses it).
    """
    pairs = []
    for spatial, k, s, p, extra, d in TRANSPOSED:
        name, options = f"Conv{len(spatial)}DTranspose", {"strides": s, "padding": p, "output_padding": extra}
        larger = [span(n, d) for n in ((k,) * len(spatial) if isinstance(k, int) else k)]
        x, ours, theirs = twins(
            image(*spatial, 2),
            getattr(u05, name)(3, k, dilation_rate=d, **options),
            getattr(keras.layers, name)(3, k, **options),
        )
        if d > 1:
            kernel = np.zeros((*larger, 3, 2), "float32")
            kernel[(slice(None, None, d),) * len(spatial)] = ops.convert_to_numpy(theirs.kernel)
            bias, theirs = theirs.bias, getattr(keras.layers, name)(3, larger, **options)
            theirs.build(x.shape)
            theirs.set_weights([kernel, ops.convert_to_numpy(bias)])
        pairs.append((x, ours, theirs))
    for setting, (got, wanted) in zip(TRANSPOSED, outputs_of(pairs), strict=True):
        for a, b in zip(got, wanted, strict=True):
            assert_close(a, b, rtol=1e-4, atol=1e-4, name=str(setting))


def test_transposed_convolution_is_the_gradient_of_a_convolution():
    """T.T @ D, for a stride and for a dilation."""
    for spatial, k, s, p, d in [((5, 7), (3, 2), (2, 3), "valid", 1), ((6,), 2, 1, "same", 2)]:
        W = RNG.normal(size=(*((k,) * len(spatial) if isinstance(k, int) else k), 2, 3))
        x = np.zeros((1, *spatial, 2))
        D = RNG.normal(size=u05.conv_by_loops(x, W, None, s, p, d).shape).astype("float32")
        by_x, _, _ = u05.conv_backward_by_loops(D, x, W, s, p, d)
        rank, strides = len(spatial), (s,) * len(spatial) if isinstance(s, int) else s
        natural = [
            u05.transposed_output_size(n, kk, ss, p, d, 0)[0]
            for n, kk, ss in zip(D.shape[1:-1], W.shape[:-2], strides, strict=True)
        ]
        extra = tuple(n - o for n, o in zip(spatial, natural, strict=True))
        back = u05.conv_transpose(D, W.astype("float32"), None, s, p, d, extra)
        assert len(back.shape) == rank + 2
        assert_close(back, by_x, rtol=1e-4, atol=1e-4)


def test_depthwise_and_separable_are_kerass():
    options = {"strides": 2, "padding": "same", "depth_multiplier": 2}
    both = {"strides": 2, "dilation_rate": 2, "padding": "same"}  # Keras allows it in these layers
    pairs = [
        twins(image(5, 6, 2), u05.DepthwiseConv2D(3, **options), keras.layers.DepthwiseConv2D(3, **options)),
        twins(image(7, 7, 2), u05.DepthwiseConv2D(3, **both), keras.layers.DepthwiseConv2D(3, **both)),
        twins(
            image(5, 6, 2),
            u05.SeparableConv2D(3, 2, **options),
            keras.layers.SeparableConv2D(3, 2, **options),
        ),
    ]
    for (_, layer, _), (got, wanted) in zip(pairs, outputs_of(pairs), strict=True):
        for a, b in zip(got, wanted, strict=True):
            assert_close(a, b, rtol=1e-4, atol=1e-4, name=type(layer).__name__)


@pytest.mark.backend_independent
def test_costs_are_the_number_of_weights():
    layer = u05.SeparableConv2D(8, 3, use_bias=False)
    layer.build((None, 9, 9, 4))
    assert (
        u05.separable_cost(7, 7, 3, 4, 8) == (layer.count_params(), 49 * layer.count_params()) == (68, 3332)
    )
    plain = keras.layers.Conv2D(8, 3, use_bias=False, groups=2)
    plain.build((None, 9, 9, 4))
    assert u05.conv_cost(7, 7, 3, 4, 8, groups=2).parameters == plain.count_params()
    full, cheap = u05.conv_cost(14, 14, 3, 256, 512), u05.separable_cost(14, 14, 3, 256, 512)
    assert cheap.multiplications / full.multiplications == pytest.approx(1 / 512 + 1 / 9)


def test_initial_weights_and_unknown_sizes():
    make = lambda: keras.initializers.GlorotUniform(seed=3)  # noqa: E731
    ours = u05.Conv2D(4, 3, groups=2, kernel_initializer=make())
    theirs = keras.layers.Conv2D(4, 3, groups=2, kernel_initializer=make())
    ours.build((None, None, None, 2))
    theirs.build((None, None, None, 2))
    assert_close(ours.kernel, theirs.kernel, rtol=0, atol=0)
    x = keras.Input((None, None, 2))
    model = keras.Model(x, u05.MaxPooling2D()(ours(x)))
    assert model.output.shape == (None, None, None, 4)
    assert model(np.ones((1, 7, 9, 2), "float32")).shape == (1, 2, 3, 4)
    with pytest.raises(ValueError, match="known height and width"):
        u05.Conv2D(4, 3, strides=2, padding="same")(x)


def test_channels_first_is_refused_and_the_global_setting_changes_nothing():
    before = keras.config.image_data_format()
    for make in (
        lambda **k: u05.Conv2D(2, 3, **k),
        lambda **k: u05.MaxPooling2D(2, **k),
        lambda **k: u05.GlobalMaxPooling2D(**k),
    ):
        with pytest.raises(ValueError, match="put the channels last"):
            make(data_format="channels_first")
        make(data_format="channels_last")
    try:
        keras.config.set_image_data_format("channels_first")
        assert u05.Conv2D(5, 3).compute_output_shape((1, 4, 4, 2)) == (1, 2, 2, 5)
    finally:
        keras.config.set_image_data_format(before)


@pytest.mark.backend_independent
@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: u05.Conv2D(0, 3), "filters must be a positive integer"),
        (lambda: u05.Conv2D(2, (3, 3, 3)), "kernel_size must be a positive integer, or 2 of them"),
        (lambda: u05.Conv2D(2, 3, padding="causal"), "padding of Conv2D"),
        (lambda: u05.Conv2D(3, 3, groups=2), "cannot be divided"),
        (lambda: u05.Conv2D(2, 3, groups=2).build((1, 5, 5, 3)), "cannot be divided"),
        (lambda: u05.Conv2D(2, 3).build((1, 5, 5)), "needs inputs"),
        (lambda: u05.Conv2D(2, 6).build((1, 5, 5, 1)), "does not fit"),
        (lambda: u05.MaxPooling2D(0), "pool_size must be a positive integer"),
        (lambda: u05.MaxPooling2D(padding="causal"), "padding of MaxPooling2D"),
        (lambda: u05.Conv2DTranspose(2, 3, output_padding=1).build((1, 5, 5, 1)), "less than the stride"),
        (lambda: u05.Conv1DTranspose(2, 3, padding="causal"), "padding of Conv1DTranspose"),
    ],
)
def test_what_makes_no_sense_is_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        wrong()
