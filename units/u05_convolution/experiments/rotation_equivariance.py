"""A p4 convolution is equivariant to rotations by 90° up to rounding; an ordinary one is not (☆)."""

import numpy as np
from keras import ops

import course
from course.figures import COLOURS, image_grid
from units.u05_convolution.group_convolution import (
    lift,
    p4_convolve,
    rotate,
    rotate_features,
    rotation_error,
)
from units.u05_convolution.im2col import conv


def run(r):
    d = r.data()
    x = ops.convert_to_tensor(d.images("test")[:16])
    W = r.rng.normal(size=(3, 3, 1, 2)).astype("float32")
    V = r.rng.normal(size=(3, 3, 4, 2, 3)).astype("float32")

    def plain(x):
        return conv(x, W, padding="same")

    def two_layers(x):
        return p4_convolve(ops.relu(lift(x, W)), V)

    def invariant(x):
        """The largest over rotations and positions: the same numbers for a rotated image."""
        return ops.max(two_layers(x), axis=(1, 2, 3))

    errors = {
        "plain": rotation_error(plain, x, rotate),
        "lifting": rotation_error(lambda x: lift(x, W), x, rotate_features),
        "two_layers": rotation_error(two_layers, x, rotate_features),
        "pooled": rotation_error(invariant, x, lambda z, times: z),
    }
    for name, error in errors.items():
        r.metric(f"error_of_{name}", error)
    r.metric("weights_shared_by_the_four_rotations", W.size)
    r.table(["map", "rotation error"], [(name, f"{error:.1e}") for name, error in errors.items()])

    one = x[:1]
    above, turned, below = course.compiled(lambda x: (lift(x, W), rotate(x), lift(rotate(x), W)))(one)
    images = []
    for image, outputs in ((one, above), (turned, below)):
        images.append(ops.convert_to_numpy(image)[0, ..., 0])
        images.extend(ops.convert_to_numpy(outputs)[0, ..., q, 0] for q in range(4))
    titles = ["image", *(f"kernel at {90 * q}°" for q in range(4))]
    titles += ["image, rotated", *(f"kernel at {90 * q}°" for q in range(4))]
    fig, panels = r.figure("p4", 2, 5, size=(11, 4.6))
    image_grid(panels, np.stack(images), titles)
    fig.suptitle(
        "Below: the four outputs of above, rotated, and each one place further to the right",
        color=COLOURS["black"],
    )
