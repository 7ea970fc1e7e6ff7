"""A transposed convolution spreads copies of its kernel: Keras's values, the matrix Tᵀ, uneven overlap (§6.6)."""

import keras
import numpy as np
from keras import ops

import course
from course.figures import CYCLE
from units.u05_convolution.toeplitz import toeplitz_matrix
from units.u05_convolution.transposed_convolution import conv_transpose

SETTINGS = [  # kernel, stride, padding, output_padding
    (3, 2, "same", None),
    (4, 2, "same", 1),
    (3, 2, "valid", 1),
    (2, 3, "valid", None),
]


def run(r):
    x = r.rng.normal(size=(2, 5, 4, 3)).astype("float32")
    rows, gaps, layers = [], [], []
    for k, s, p, extra in SETTINGS:
        layer = keras.layers.Conv2DTranspose(2, k, strides=s, padding=p, output_padding=extra)
        layer.build(x.shape)
        layer.set_weights([r.rng.normal(size=v.shape) for v in layer.weights])
        layers.append(layer)

    def both():
        return [
            (layer(x), conv_transpose(x, layer.kernel, layer.bias, s, p, 1, extra))
            for layer, (_, s, p, extra) in zip(layers, SETTINGS, strict=True)
        ]

    for (k, s, p, extra), results in zip(SETTINGS, course.compiled(both)(), strict=True):
        expected, found = (ops.convert_to_numpy(v) for v in results)
        gap = np.abs(found - expected).max()
        gaps.append(gap)
        rows.append(
            (k, s, p, str(extra), "5 × 4", f"{expected.shape[1]} × {expected.shape[2]}", f"{gap:.1e}")
        )
    r.table(["k", "s", "padding", "output_padding", "input", "output", "gap to Keras"], rows)
    r.metric("gap_to_keras", max(gaps))

    signal, w = np.array([1.0, 3, 2, 1]), np.array([1.0, 2.0, 1.0])
    T = toeplitz_matrix(w, 9, stride=2)
    z = _signal(signal, w, "valid")
    r.metric("gap_to_the_transposed_matrix", np.abs(T.T @ signal - z).max())

    _, (left, middle, right) = r.figure("copies", 1, 3, size=(11, 3.8))
    for i, (value, colour) in enumerate(zip(signal, CYCLE, strict=False)):
        left.bar(
            2 * i + np.arange(3) + 0.18 * (i % 2) - 0.09,
            value * w,
            0.36,
            color=colour,
            label=f"{value:g} · w",
        )
    left.set(title="A copy of w = (1, 2, 1) for every input, s = 2", xlabel="output position", ylabel="value")
    left.legend()
    middle.imshow(np.ma.masked_equal(T.T, 0), cmap="viridis", aspect="auto")
    middle.set(title="The matrix Tᵀ", xlabel="input position", ylabel="output position")
    middle.grid(False)
    ones = np.ones(8)
    for k, colour in zip((3, 4, 5), CYCLE, strict=False):
        overlap = _signal(ones, np.ones(k), "same")
        right.plot(overlap, "o-", color=colour, label=f"k = {k}", linewidth=8 - 1.5 * k, alpha=0.8)
        r.metric(f"uneven_overlap_{k}", np.ptp(overlap[4:-4]))
    right.set(
        title="Copies that reach an output, s = 2", xlabel="output position", ylabel="number", ylim=(0, 4.8)
    )
    right.legend(ncols=3)


def _signal(x, w, padding):
    """The transposed convolution of one signal with stride 2."""
    x, w = x.reshape(1, -1, 1).astype("float32"), w.reshape(-1, 1, 1).astype("float32")
    return ops.convert_to_numpy(course.compiled(lambda: conv_transpose(x, w, None, 2, padding))()).ravel()
