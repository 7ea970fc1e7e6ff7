"""Sparse autoencoders: more numbers in the code than pixels, and few of them active."""

import keras
import numpy as np
from keras import ops

from course import figures
from units.u01_machine_learning.pca import PCA
from units.u06_tricks_of_the_trade.autoencoder import dense_coder
from units.u06_tricks_of_the_trade.sparse_autoencoder import SparseAutoencoder

UNITS, SHARE, SHOWN = 100, 0.05, 6
PENALTIES = {"l1": ("relu", 1e-3), "kl": ("sigmoid", 1e-2)}


def run(r):
    d = r.data()
    x, x_test = d.features("train"), d.features("test")
    epochs, batch_size = r.pick(quick=20, full=10), 64
    whole = r.whole(len(x), batch_size)
    side = int(np.sqrt(x.shape[1]))
    fig, axes = r.figure("filters", 2, size=(5.2, 2.7))
    fig.suptitle("What the most active units add")
    _, ax = r.figure("activity", size=(5.2, 3.4))
    rows = []
    for i, (penalty, (code, weight)) in enumerate(PENALTIES.items()):
        model = SparseAutoencoder(*dense_coder(x.shape[1], (), UNITS, code=code), penalty, weight, SHARE)
        # With 0.01 every rectifier of the L1 code stops for good on the images of 28 × 28 pixels.
        rate = r.pick(quick=0.01, full=0.002)
        schedule = keras.optimizers.schedules.CosineDecay(rate, epochs * -(-whole // batch_size))
        model.compile(keras.optimizers.Adam(schedule))
        model.fit(x[:whole], batch_size=batch_size, epochs=epochs, verbose=0)
        z = ops.convert_to_numpy(model.encode(x_test))
        error = np.mean((model.predict(x_test, batch_size=1000, verbose=0) - x_test) ** 2)
        active = (z > 0.1).sum(axis=1)  # of each test image
        rows.append([penalty, f"{error:.4f}", f"{active.mean():.1f}", f"{z.mean():.3f}"])
        r.metric(f"error_{penalty}", error)
        r.metric(f"active_units_{penalty}", active.mean())
        r.metric(f"mean_activity_{penalty}", z.mean())
        ax.hist(active, bins=np.arange(0, 60, 2), color=figures.CYCLE[i], alpha=0.7, label=penalty.upper())
        # What a unit writes into the image: its row of the decoder's kernel.
        kernel = ops.convert_to_numpy(model.decoder.layers[-1].kernel)
        strongest = np.argsort(-z.mean(axis=0))[:SHOWN]
        largest = np.abs(kernel[strongest]).max()
        images = kernel[strongest].reshape(-1, side, side)
        figures.image_rows(axes[i], images, title=penalty.upper(), cmap="RdBu_r", vmin=-largest, vmax=largest)
    pca = PCA(r.pick(quick=8, full=32)).fit(x)
    through = ops.convert_to_numpy(pca.inverse_transform(pca.transform(x_test)))
    rows.append([f"PCA, {pca.k} numbers", f"{np.mean((through - x_test) ** 2):.4f}", str(pca.k), ""])
    r.table(["penalty", "test error of a pixel", "active of an image", "mean activity"], rows)
    ax.set(
        title=f"Active units of {UNITS}",
        xlabel="units above 0.1",
        ylabel="test images",
    )
    ax.legend()
