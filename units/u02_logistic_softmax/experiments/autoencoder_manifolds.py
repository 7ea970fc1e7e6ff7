"""PCA lays a line through the data, an autoencoder bends a curve (§3.5)."""

import keras
import numpy as np
from keras import ops

from course import figures
from units.u01_machine_learning.pca import PCA
from units.u02_logistic_softmax.autoencoder import ShallowAutoencoder

N, NOISE = 300, 0.02


def run(r):
    t = r.rng.uniform(-1, 1, N)
    sets = {
        "a monotone curve": np.stack([sigmoid(6 * t - 2), sigmoid(6 * t + 2)], 1),
        "a turning curve": np.stack([0.5 + 0.4 * t, 0.15 + 0.7 * t**2], 1),
    }
    fig, axes = r.figure("manifolds", 1, 2, size=(10, 4.6))
    rows = []
    for (name, clean), ax in zip(sets.items(), axes, strict=True):
        x = (clean + NOISE * r.rng.normal(size=clean.shape)).astype("float32")
        pca = PCA(1).fit(x)
        shallow = trained(ShallowAutoencoder(features=2, latent=1, decoder="sigmoid"), x)
        # One more layer on each side (unit 4): now the curve may turn.
        deep = trained(keras.Sequential([keras.layers.Dense(u, a) for u, a in LAYERS]), x)
        maps = {
            "PCA": lambda points, pca=pca: pca.inverse_transform(pca.transform(points)),
            "shallow autoencoder": shallow,
            "autoencoder with hidden layers": deep,
        }
        ax.scatter(*x.T, s=8, color="gray", alpha=0.5, label="data")
        key = name.split()[1]
        for (label, reconstruct), colour in zip(maps.items(), figures.CYCLE, strict=False):
            x_hat = ops.convert_to_numpy(reconstruct(x))
            cost = float(np.mean((x - x_hat) ** 2))
            rows.append((name, label, f"{cost:.2e}", f"{cost / NOISE**2:.2f}"))
            r.metric(f"{key}_{label.split()[0].lower() if label != 'autoencoder with hidden layers' else 'deep'}", cost / NOISE**2)
            order = np.argsort(x_hat[:, 0])
            ax.plot(*x_hat[order].T, color=colour, label=f"{label}: {cost / NOISE**2:.1f}")
        ax.set(title=f"{name}: error in units of the noise variance", xlabel="$x_1$", ylabel="$x_2$")
        ax.legend()
    r.table(["data", "method", "mean squared error", "÷ noise variance"], rows)


LAYERS = [(16, "tanh"), (1, "linear"), (16, "tanh"), (2, "linear")]


def trained(model, x, epochs=300):
    schedule = keras.optimizers.schedules.CosineDecay(0.03, epochs * -(-len(x) // 100))
    model.compile(optimizer=keras.optimizers.Adam(schedule), loss="mse")
    target = () if isinstance(model, ShallowAutoencoder) else (x,)
    model.fit(x, *target, batch_size=100, epochs=epochs, verbose=0)
    return model


def sigmoid(z):
    return 1 / (1 + np.exp(-z))
