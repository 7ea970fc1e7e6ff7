"""Max and average pooling: where their gradients go, and how many pixels get one (§6.3)."""

import keras
import numpy as np
from keras import ops

import course
from units.u05_convolution.pooling import (
    average_pool,
    average_pool_backward,
    global_average_pool,
    max_pool,
    max_pool_backward,
)


def run(r):
    x = r.rng.integers(0, 9, size=(1, 6, 6, 1)).astype("float32")
    D = np.array([[4, 8, 12], [16, 20, 24], [28, 32, 36]], "float32").reshape(1, 3, 3, 1)
    rows, pictures = [], [("input x", x), ("D = ∂C/∂z", D)]
    for name, forward, backward, layer in (
        ("max", max_pool, max_pool_backward, keras.layers.MaxPooling2D(2)),
        ("average", average_pool, average_pool_backward, keras.layers.AveragePooling2D(2)),
    ):
        z, by_x = _numpy(forward(x, 2)), _numpy(backward(D, x, 2))
        slope = course.grad(lambda x, layer=layer: ops.sum(ops.multiply(layer(x), D)))
        gaps = (
            np.abs(z - _numpy(layer(x))).max(),
            np.abs(by_x - _numpy(slope(ops.convert_to_tensor(x)))).max(),
        )
        rows.append((name, *(f"{gap:.1e}" for gap in gaps), f"{np.mean(by_x != 0):.2f}"))
        r.metric(f"gap_of_{name}", max(gaps))
        r.metric(f"share_with_a_gradient_{name}", np.mean(by_x != 0))
        pictures += [(f"{name}: z", z), (f"{name}: ∂C/∂x", by_x)]
    r.table(["pooling", "gap of z to Keras", "gap of ∂C/∂x", "share of pixels with a gradient"], rows)
    r.metric("sum_of_gradients", float(by_x.sum()))
    r.metric("gap_of_global_average", abs(float(_numpy(global_average_pool(x))[0, 0]) - x.mean()))

    _, panels = r.figure("gradients", 2, 3, size=(8.4, 5.2))
    for ax, (title, image) in zip(panels.T.ravel(), pictures, strict=True):
        values = image[0, :, :, 0]
        ax.imshow(values, cmap="Blues", vmin=0, vmax=1.6 * float(np.max(values)))
        for (i, j), value in np.ndenumerate(values):
            ax.text(j, i, f"{value:.3g}", ha="center", va="center")
        ax.set(title=title, xticks=[], yticks=[])
        ax.grid(False)


def _numpy(tensor):
    return ops.convert_to_numpy(tensor)
