"""A denoising autoencoder removes noise that it has never seen, better than PCA does."""

import keras
import numpy as np
from keras import ops

from course import figures
from units.u01_machine_learning.pca import PCA
from units.u06_tricks_of_the_trade.autoencoder import dense_coder
from units.u06_tricks_of_the_trade.denoising_autoencoder import DenoisingAutoencoder

LEVEL, SHOWN = 0.3, 7


def run(r):
    d = r.data()
    x, x_test = d.features("train"), d.features("test")
    epochs, batch_size = r.pick(quick=25, full=10), 128
    whole = r.whole(len(x), batch_size)
    units = r.pick(quick=(128,), full=(512,))
    noise = keras.layers.GaussianNoise(LEVEL, seed=r.seed)
    model = DenoisingAutoencoder(*dense_coder(x.shape[1], units, 64, "elu"), noise)
    schedule = keras.optimizers.schedules.CosineDecay(
        r.pick(quick=1e-2, full=5e-3), epochs * -(-whole // batch_size)
    )
    model.compile(keras.optimizers.Adam(schedule))
    model.fit(x[:whole], batch_size=batch_size, epochs=epochs, verbose=0)

    unit = r.rng.normal(size=x_test.shape).astype("float32")
    candidates = {k: PCA(k).fit(x) for k in r.pick(quick=(4, 8, 16, 32), full=(16, 32, 64))}

    def cleaned(damaged):
        """Name → images without noise; of all PCAs the one that is best for this noise."""
        images = [
            ops.convert_to_numpy(p.inverse_transform(p.transform(damaged))) for p in candidates.values()
        ]
        best = min(images, key=lambda each: np.mean((each - x_test) ** 2))
        network = model.predict(damaged, batch_size=1000, verbose=0)
        return {
            "damaged": damaged,
            "clipped to [0, 1]": np.clip(damaged, 0, 1),
            "PCA": best,
            "autoencoder": network,
        }

    levels = np.array([0.1, 0.2, 0.3, 0.4, 0.5], "float32")
    results = [cleaned(x_test + level * unit) for level in levels]
    errors = {
        name: [float(np.mean((images[name] - x_test) ** 2)) for images in results] for name in results[0]
    }
    r.table(
        ["noise", *(f"{level:.1f}" for level in levels)],
        [[name, *(f"{e:.4f}" for e in row)] for name, row in errors.items()],
        title="mean squared error of a pixel of the test images",
    )
    trained = list(levels).index(np.float32(LEVEL))
    for name, other in (("noise", "damaged"), ("clipped", "clipped to [0, 1]"), ("pca", "PCA")):
        r.metric(f"error_over_{name}", errors["autoencoder"][trained] / errors[other][trained])

    fig, axes = r.figure("images", 4, size=(5.6, 3.9))
    fig.suptitle(f"{d.name}: noise of deviation {LEVEL}")
    chosen = results[trained]
    rows = {"image": x_test, "damaged": chosen["damaged"], "PCA": chosen["PCA"]}
    rows["autoencoder"] = chosen["autoencoder"]
    side = int(np.sqrt(x.shape[1]))
    for ax, (name, images) in zip(axes, rows.items(), strict=True):
        images = images[:SHOWN].reshape(-1, side, side)
        error = f": {errors[name][trained]:.3f}" if name in errors else ""
        figures.image_rows(ax, images, title=name + error, cmap="gray_r", vmin=0, vmax=1)

    _, ax = r.figure("levels", size=(5.6, 3.9))
    for i, (name, row) in enumerate(errors.items()):
        ax.semilogy(levels, row, figures.MARKERS[i] + "-", color=figures.CYCLE[i], label=name)
    ax.set(
        title=f"Trained with noise {LEVEL}",
        xlabel="deviation of the noise",
        ylabel="squared error of a pixel",
    )
    ax.legend()
