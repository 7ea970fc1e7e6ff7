"""A trained discriminator beside the optimal one, and the divergence that its cost measures (§8.3)."""

import keras
import numpy as np
from keras import layers
from scipy import stats

from course.figures import COLOURS
from units.u04_feedforward import Classifier
from units.u07_generative.optimal_discriminator import (
    game_value,
    jensen_shannon,
    jensen_shannon_of_uniforms,
    optimal_discriminator,
)

DATA, GENERATOR = stats.norm(0, 1), stats.norm(1.5, 0.7)
GRID = np.linspace(-6, 6, 1201)


def samples(rng, size):
    """Half data, half drawn by the generator: x and y, 1 for data."""
    x = np.concatenate([DATA.rvs(size, random_state=rng), GENERATOR.rvs(size, random_state=rng)])
    return x[:, None].astype("float32"), np.repeat([1, 0], size).astype("int32")


def run(r):
    size = r.pick(quick=2048, full=40000)
    x, y = samples(r.rng, size)
    network = keras.Sequential(
        [keras.Input((1,)), layers.Dense(24, "tanh"), layers.Dense(24, "tanh"), layers.Dense(2)]
    )
    model = Classifier(network, 2)
    model.compile(keras.optimizers.Adam(0.01))
    model.fit(x, y, batch_size=256, epochs=r.pick(quick=12, full=30), verbose=0)

    def logits(x):
        u = model.predict(np.reshape(x, (-1, 1)).astype("float32"), batch_size=4096, verbose=0)
        return u[:, 1] - u[:, 0]

    p, q = DATA.pdf(GRID), GENERATOR.pdf(GRID)
    best, trained = optimal_discriminator(p, q), 1 / (1 + np.exp(-logits(GRID)))
    # x where samples are, weighted by how many there are
    gap = np.trapezoid(np.abs(trained - best) * (p + q) / 2, GRID)
    fresh, _ = samples(r.rng, 4096)
    measured = (game_value(*np.split(logits(fresh), 2)) + np.log(4)) / 2
    exact = jensen_shannon(p, q, GRID)
    r.metric("mean_gap_to_optimal", gap)
    r.metric("jensen_shannon", exact)
    r.metric("jensen_shannon_measured", measured)
    r.log(f"JS {exact:.4f} by quadrature; {measured:.4f} from the trained discriminator on fresh samples")

    _, (ax, divergence) = r.figure("discriminator", 1, 2, size=(11, 4))
    ax.fill_between(GRID, p, color=COLOURS["blue"], alpha=0.25, label="$p_{data}$")
    ax.fill_between(GRID, q, color=COLOURS["orange"], alpha=0.25, label="$p_G$")
    ax.plot(GRID, best, color=COLOURS["black"], label="optimal $D^*$")
    ax.plot(GRID, trained, "--", color=COLOURS["red"], label="trained D")
    ax.set(title="One discriminator for two densities", xlabel="x", ylabel="density, D(x)", xlim=(-4, 5))
    ax.legend(loc="upper right")
    shifts = np.linspace(0, 3, 61)
    normal = [jensen_shannon(DATA.pdf(GRID - s / 2), DATA.pdf(GRID + s / 2), GRID) for s in shifts]
    divergence.plot(
        shifts, jensen_shannon_of_uniforms(shifts), color=COLOURS["blue"], label="JS, uniform on [0, 1]"
    )
    divergence.plot(shifts, normal, color=COLOURS["green"], label="JS, N(0, 1)")
    divergence.plot(shifts, shifts, color=COLOURS["grey"], label="Wasserstein, both")
    divergence.axhline(np.log(2), color=COLOURS["black"], linewidth=1, linestyle=":", label="log 2")
    divergence.set(
        title="Two equal densities, one shifted", xlabel="shift", ylabel="divergence", ylim=(0, 1.5)
    )
    divergence.legend(loc="upper right")
