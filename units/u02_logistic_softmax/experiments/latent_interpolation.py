"""Halfway between two digits: in the pixels and in the latent space (§3.5)."""

import keras
import numpy as np
from keras import ops

from course import figures
from units.u01_machine_learning.pca import PCA
from units.u02_logistic_softmax.autoencoder import ShallowAutoencoder

STEPS = 9


def run(r):
    d = r.data()
    x, x_test, y_test = d.features("train"), d.features("test"), d.labels("test")
    latent = r.pick(quick=8, full=32)
    epochs, batch_size = r.pick(quick=40, full=10), r.pick(quick=32, full=128)
    model = ShallowAutoencoder(x.shape[1], latent, decoder="sigmoid")
    schedule = keras.optimizers.schedules.CosineDecay(0.01, epochs * -(-len(x) // batch_size))
    model.compile(optimizer=keras.optimizers.Adam(schedule))
    model.fit(x, batch_size=batch_size, epochs=epochs, verbose=0)
    pca = PCA(latent).fit(x)

    spaces = {
        "pixels": (lambda a: a, lambda a: a),
        "PCA": (pca.transform, pca.inverse_transform),
        "autoencoder": (model.encode, model.decode),
    }
    pairs = [(0, 1), (3, 8), (4, 9)]
    a, b = (np.stack([x_test[y_test == pair[side]][0] for pair in pairs]) for side in (0, 1))
    paths = {name: interpolate(a, b, *space) for name, space in spaces.items()}

    # PCA decodes by an affine map, so halfway in its latent space is halfway between its two reconstructions.
    ends = paths["PCA"][:, [0, -1]]
    r.metric("pca_gap_to_mixing", np.abs(paths["PCA"][:, STEPS // 2] - ends.mean(1)).max())
    ends = paths["autoencoder"][:, [0, -1]]
    r.metric("autoencoder_gap_to_mixing", np.abs(paths["autoencoder"][:, STEPS // 2] - ends.mean(1)).max())

    fig, axes = r.figure("paths", len(paths), STEPS, size=(9.6, 3.9))
    more, others = r.figure("more_paths", (len(pairs) - 1) * len(paths), STEPS, size=(9, 6.6))
    for figure in (fig, more):
        figure.suptitle(
            f"{d.name}: from one test image to another in {STEPS - 1} equal steps, in three spaces"
        )
    rows = np.concatenate([axes, others])
    side = int(np.sqrt(x.shape[1]))
    for i, (first, second) in enumerate(pairs):
        for j, (name, path) in enumerate(paths.items()):
            row = rows[i * len(paths) + j]
            figures.image_grid(row, path[i].reshape(-1, side, side), cmap="gray_r", vmin=0, vmax=1)
            row[0].set_title(f"{first} to {second}, {name}", loc="left")


def interpolate(a, b, encode, decode):
    """x(t) = decode((1 − t) encode(a) + t encode(b)) for t = 0, …, 1, shape (pairs, STEPS, features)."""
    t = np.linspace(0, 1, STEPS, dtype="float32")[:, None, None]
    h_a, h_b = (ops.convert_to_numpy(encode(end)) for end in (a, b))
    codes = (1 - t) * h_a + t * h_b
    images = decode(codes.reshape(-1, codes.shape[-1]))
    return ops.convert_to_numpy(images).reshape(STEPS, len(a), -1).transpose(1, 0, 2)
