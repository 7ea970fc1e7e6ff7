"""What networks of six sizes express: functions that they learn, and their linear regions in the plane (§5.4)."""

import keras
import numpy as np
from keras import ops

from course.figures import COLOURS
from units.u04_feedforward.depth_and_width import regions_of_hyperplanes
from units.u04_feedforward.network import forward, network
from units.u04_feedforward.regressor import Regressor
from units.u04_feedforward.side_by_side import SideBySide

SAMPLES, EPOCHS = 256, 90
NETWORKS = {
    "2 tanh": ([2], "tanh"),
    "8 tanh": ([8], "tanh"),
    "64 tanh": ([64], "tanh"),
    "8 ReLU": ([8], "relu"),
    "64 ReLU": ([64], "relu"),
    "3 × 16 ReLU": ([16, 16, 16], "relu"),
}


def f(x):
    """The function to learn: two periods, one slower than the other."""
    return np.sin(2 * np.pi * x + 0.5 * np.pi * x**2)


def run(r):
    x = np.linspace(-1, 1, SAMPLES).astype("float32")[:, None]
    members = {name: Regressor(*settings, initializer="he_normal") for name, settings in NETWORKS.items()}
    together = SideBySide(members)
    together.compile(
        optimizer=keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.02, 4 * EPOCHS))
    )
    together.prepare((x[: SAMPLES // 4], x[: SAMPLES // 4, 0]))
    for member in members.values():  # spread where the units bend over the interval: with b = 0 all bend at 0
        first = member.affines[0]
        W = r.rng.choice([-4.0, 4.0], size=first.W.shape)
        first.W.assign(W)
        first.b.assign(W[:, 0] * r.rng.uniform(-1, 1, size=len(W)))
    # One epoch over shuffled copies of the data is faster than many epochs.
    shuffle = np.random.default_rng(r.seed)
    order = np.concatenate([shuffle.permutation(SAMPLES) for _ in range(EPOCHS)])
    together.fit(x[order], f(x[order, 0]), batch_size=SAMPLES // 4, shuffle=False, verbose=0)
    outputs = together.predict(x, batch_size=SAMPLES, verbose=0)[:, :, 0]

    _, axes = r.figure("functions", 2, 3, size=(10.6, 4.4), sharex=True, sharey=True)
    rows = []
    for ax, (name, member), output in zip(axes.ravel(), members.items(), outputs, strict=True):
        error = np.sqrt(np.mean((output - f(x[:, 0])) ** 2))
        rows.append((name, member.count_params(), f"{error:.4f}"))
        ax.plot(x[:, 0], f(x[:, 0]), "--", color=COLOURS["black"], linewidth=1.2, label="f")
        ax.plot(x[:, 0], output, color=COLOURS["red" if "ReLU" in name else "blue"], label="learned")
        ax.set(title=f"{name} ({member.count_params()}): error {error:.3f}", ylim=(-1.6, 1.6))
        r.metric(f"error_{name.replace(' × ', 'x').replace(' ', '_').lower()}", error)
    axes[0, 0].legend(loc="lower left")
    for ax in axes[1]:
        ax.set_xlabel("x")
    r.table(["network", "parameters", "root mean square error"], rows)

    _, axes = r.figure("regions", 1, 3, size=(10, 3.65))
    side = np.linspace(-1, 1, 300).astype("float32")
    points = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    for ax, depth in zip(axes, (1, 2, 3), strict=True):
        layers = [
            layer._replace(W=2**0.5 * layer.W, b=r.rng.normal(scale=0.5, size=len(layer.b)).astype("float32"))
            for layer in network([2, *[10] * depth, 1], "relu", seed=r.seed)
        ]
        signs = np.concatenate([ops.convert_to_numpy(z) > 0 for z in forward(points, layers).z[:-1]], axis=1)
        pattern = signs @ 2 ** np.arange(signs.shape[1])  # which units are on, as one integer
        _, region = np.unique(pattern, return_inverse=True)
        count = region.max() + 1
        shuffled = r.rng.permutation(count)[region.reshape(300, 300)]
        ax.imshow(shuffled, origin="lower", extent=(-1, 1, -1, 1), cmap="tab20", interpolation="nearest")
        ax.set(
            title=f"{depth} × 10 ReLUs: {count} linear regions",
            xlabel="$x_1$",
            xticks=(-1, 0, 1),
            yticks=(-1, 0, 1),
        )
        ax.grid(False)
        r.metric(f"regions_of_depth_{depth}", count)
    axes[0].set_ylabel("$x_2$")
    r.log(f"10 lines can cut the plane into {regions_of_hyperplanes(10, 2)} regions, not all in this square.")
