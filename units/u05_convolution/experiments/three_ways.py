"""Loops, a Toeplitz matrix, im2col: the values and gradients of Keras's layer (§6.2, §6.3)."""

import keras
import numpy as np
from keras import ops
from matplotlib.ticker import MaxNLocator

import course
from units.u05_convolution.convolution import conv_backward_by_loops, conv_by_loops
from units.u05_convolution.im2col import conv, conv_backward
from units.u05_convolution.output_size import output_size, zeros_added
from units.u05_convolution.toeplitz import (
    conv_backward_by_matrix,
    conv_by_matrix,
    doubly_block_toeplitz,
    toeplitz_matrix,
)

WAYS = {
    "loops": (conv_by_loops, conv_backward_by_loops),
    "matrix": (conv_by_matrix, conv_backward_by_matrix),
    "im2col": (conv, conv_backward),
}
CHANNELS, FILTERS = 4, 2
SETTINGS = [  # stride, padding, dilation, groups
    (1, "valid", 1, 1),
    (2, "same", 1, 1),
    (1, "same", 2, 2),
]


def run(r):
    x = r.rng.normal(size=(2, 7, 8, CHANNELS)).astype("float32")
    b = r.rng.normal(size=FILTERS).astype("float32")
    rows, worst = [], dict.fromkeys(WAYS, 0.0)
    for s, p, d, g in SETTINGS:
        layer = keras.layers.Conv2D(FILTERS, 3, strides=s, padding=p, dilation_rate=d, groups=g)
        layer.build(x.shape)
        W = r.rng.normal(size=layer.kernel.shape).astype("float32")
        layer.set_weights([W, b])
        D = r.rng.normal(size=layer.compute_output_shape(x.shape)).astype("float32")
        expected = [_numpy(v) for v in _by_keras(layer, x, D)]
        for way, (forward, backward) in WAYS.items():
            both = lambda f=forward, g=backward, W=W, D=D, o=(s, p, d): (f(x, W, b, *o), *g(D, x, W, *o))  # noqa: E731
            found = course.compiled(both)() if way == "im2col" else both()
            gaps = [np.abs(_numpy(f) - e).max() for f, e in zip(found, expected, strict=True)]
            worst[way] = max(worst[way], *gaps)
            rows.append((way, s, p, d, g, *(f"{gap:.1e}" for gap in gaps)))
    r.table(
        ["way", "s", "padding", "d", "groups", "z", "∂C/∂x", "∂C/∂W", "∂C/∂b"],
        rows,
        title="gap to Keras's Conv2D",
    )
    for way, gap in worst.items():
        r.metric(f"gap_of_{way}", gap)
    _same_in_numbers(r)
    _matrices(r)


def _by_keras(layer, x, D):
    """z and the gradients in x, W and b."""

    def cost(x):
        z = layer(x)
        return ops.sum(ops.multiply(z, D)), z

    at = [ops.convert_to_tensor(x), *layer.trainable_variables]
    (_, z), gradients = course.compiled(lambda: course.value_and_grad(cost, at, has_aux=True))()
    return z, *gradients


def _same_in_numbers(r):
    """Where padding "same" begins for a kernel of 3 and stride 2, beside one zero on each side."""
    rows = []
    for n in (8, 9, 32, 33):
        before, after = zeros_added(n, 3, 2, "same")
        rows.append(
            (
                n,
                f"{before} + {after}",
                output_size(n, 3, 2, "same"),
                -before,
                "1 + 1",
                output_size(n, 3, 2, 1),
                -1,
            )
        )
    columns = [
        "size",
        'zeros of "same"',
        "outputs",
        "first window at",
        "zeros of padding=1",
        "outputs",
        "first window at",
    ]
    r.table(columns, rows, title='k = 3, s = 2: "same" in Keras and padding=1 as in PyTorch')
    x = np.arange(1.0, 9).reshape(1, 8, 1)
    first = np.array([1.0, 0, 0]).reshape(3, 1, 1)
    same, both_sides = (conv_by_loops(x, first, None, 2, p).ravel() for p in ("same", 1))
    r.log(f"The first entry of every window of 1, …, 8: {same} with same, {both_sides} with padding=1")
    r.metric("shift_of_same_at_32", zeros_added(32, 3, 2, 1)[0] - zeros_added(32, 3, 2, "same")[0])
    r.metric("shift_of_same_at_33", zeros_added(33, 3, 2, 1)[0] - zeros_added(33, 3, 2, "same")[0])


def _matrices(r):
    w, kernel = np.array([1.0, 2.0, 3.0]), np.arange(1.0, 10).reshape(3, 3)
    shown = [
        ("signal, k = 3", toeplitz_matrix(w, 12)),
        ('"same", s = 2', toeplitz_matrix(w, 12, 2, "same")),
        ("image 6 × 6, kernel 3 × 3", doubly_block_toeplitz(kernel, 6, 6)),
    ]
    _, axes = r.figure("matrices", 1, 3, size=(11, 4.0), gridspec_kw={"width_ratios": [1, 1, 1.7]})
    for ax, (title, T) in zip(axes, shown, strict=True):
        ax.imshow(np.ma.masked_equal(T, 0), cmap="viridis", interpolation="nearest", aspect="auto")
        ax.set(
            title=f"{title}: {T.shape[0]} × {T.shape[1]}", xlabel="input position", ylabel="output position"
        )
        ax.grid(False)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    for cell in range(6, 36, 6):
        axes[2].axvline(cell - 0.5, color="#8A8A8A", linewidth=0.6)
    for cell in range(4, 16, 4):
        axes[2].axhline(cell - 0.5, color="#8A8A8A", linewidth=0.6)
    T = shown[2][1]
    r.metric("share_of_zeros_in_the_image_matrix", np.mean(T == 0))
    r.metric("different_weights_in_the_image_matrix", len(np.unique(T[T != 0])))


def _numpy(tensor):
    return ops.convert_to_numpy(tensor)
