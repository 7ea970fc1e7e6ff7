"""PCA fits a line to the data; an autoencoder fits a curve, as flexible as its decoder (§3.5)."""

import keras
import numpy as np
from keras import ops

from course import figures
from units.u01_machine_learning.pca import PCA
from units.u02_logistic_softmax.autoencoder import ShallowAutoencoder

N, NOISE = 200, 0.02
HIDDEN = [(32, "gelu"), (1, "linear"), (32, "gelu"), (2, "linear")]


def run(r):
    t = r.rng.uniform(-1, 1, N)
    sets = {
        "a monotone curve": np.stack([sigmoid(6 * t - 2), sigmoid(6 * t + 2)], 1),
        "a turning curve": np.stack([0.5 + 0.4 * t, 0.15 + 0.5 * t**2], 1),
    }
    _, axes = r.figure("manifolds", 1, 2, size=(10, 4.6))
    rows = []
    for (name, clean), ax in zip(sets.items(), axes, strict=True):
        x = (clean + NOISE * r.rng.normal(size=clean.shape)).astype("float32")
        pca = PCA(1).fit(x)
        shallow = trained(ShallowAutoencoder(features=2, latent=1, decoder="sigmoid"), x, 0.05)
        # One more layer in encoder and decoder (unit 4), so that the curve can turn back.
        deep = trained(keras.Sequential([keras.layers.Dense(u, a) for u, a in HIDDEN]), x, 0.02)
        maps = {
            "PCA": (pca.transform(x), pca.inverse_transform(pca.transform(x))),
            "shallow autoencoder": (shallow.encode(x), shallow(x)),
            "with hidden layers": (deep.layers[1](deep.layers[0](x)), deep(x)),
        }
        ax.scatter(*x.T, s=8, color=figures.COLOURS["grey"], alpha=0.5, label="data")
        for (label, (code, x_hat)), colour in zip(maps.items(), figures.CYCLE, strict=False):
            code, x_hat = ops.convert_to_numpy(code), ops.convert_to_numpy(x_hat)
            cost = float(np.mean((x - x_hat) ** 2)) / NOISE**2
            rows.append((name, label, f"{cost:.2f}"))
            r.metric(f"{name.split()[1]}_{label.split()[0].lower()}", cost)
            # Sorted by their codes the reconstructions follow the curve of the decoder.
            ax.plot(*x_hat[np.argsort(code[:, 0])].T, color=colour, label=f"{label}: {cost:.1f}")
        ax.set(title=f"{name}\n(error in units of the noise variance)", xlabel="$x_1$", ylabel="$x_2$")
        ax.legend()
    r.table(["data", "method", "mean squared error ÷ noise variance"], rows)


def trained(model, x, learning_rate, steps=600, batch_size=50):
    schedule = keras.optimizers.schedules.CosineDecay(learning_rate, steps)
    model.compile(optimizer=keras.optimizers.Adam(schedule), loss="mse")
    # One epoch over many copies of the data is faster than many epochs.
    x = np.tile(x, (steps * batch_size // len(x), 1))
    target = () if isinstance(model, ShallowAutoencoder) else (x,)
    model.fit(x, *target, batch_size=batch_size, verbose=0)
    return model


def sigmoid(z):
    return 1 / (1 + np.exp(-z))
