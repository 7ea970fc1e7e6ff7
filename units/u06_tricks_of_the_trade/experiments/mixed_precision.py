"""Mixed precision: gradients that float16 rounds to 0, a scaled loss that saves them, and the bytes (§4.2)."""

import keras
import numpy as np
from keras import layers, ops

import course
from course.figures import COLOURS
from units.u02_logistic_softmax import cross_entropy
from units.u06_tricks_of_the_trade import (
    RecipeClassifier,
    activation_bytes,
    bytes_of,
    largest_scale,
    underflow_share,
)

BATCH, EPOCHS, SCALE = 128, 30, 2.0**15
POLICIES = ("float32", "mixed_float16", "mixed_bfloat16")


def run(r):
    d = r.data()
    x, y = d.images("train")[:BATCH], d.labels("train")[:BATCH]
    networks = {policy: network(d, policy) for policy in POLICIES}
    model = RecipeClassifier(networks["float32"], d.classes)
    model.compile(keras.optimizers.Adam(0.01))
    model.fit(d.images("train")[:1280], d.labels("train")[:1280], batch_size=BATCH, epochs=EPOCHS, verbose=0)
    for made in networks.values():  # late in training gradients are small
        made.set_weights(networks["float32"].get_weights())
    slopes = {policy: gradients_of(made, x, y) for policy, made in networks.items()}
    single = slopes["float32"](1.0)
    size = np.abs(np.concatenate([g.ravel() for g in single]))
    scales = 2.0 ** np.arange(0, 25, 2)
    shares = [underflow_share(single, s) for s in scales]
    r.metric("share_lost_without_a_scale", shares[0])
    r.metric("share_lost_with_the_scale", underflow_share(single, SCALE))
    r.log(f"the largest scale without overflow is 2^{np.log2(largest_scale(single)):g}")

    rows = []
    for name, policy, scale in (
        ("float16, loss as it is", "mixed_float16", 1.0),
        (f"float16, loss × 2^{np.log2(SCALE):g}", "mixed_float16", SCALE),
        ("bfloat16, loss as it is", "mixed_bfloat16", 1.0),
    ):
        found = np.concatenate([g.ravel() for g in slopes[policy](scale)])
        exact = np.concatenate([g.ravel() for g in single])
        zeros = np.mean(found[exact != 0] == 0)
        error = np.linalg.norm(found - exact) / np.linalg.norm(exact)
        key = policy.removeprefix("mixed_") + ("_scaled" if scale > 1 else "")
        r.metric(f"zeros_{key}", zeros)
        r.metric(f"relative_error_{key}", error)
        rows.append((name, f"{100 * zeros:.2f}", f"{100 * error:.2f}"))
    r.table(["backward pass", "gradients that become 0, %", "relative error, %"], rows)

    rows = []
    for policy, made in networks.items():
        weights = bytes_of(made.trainable_variables)
        outputs = activation_bytes(made, BATCH)
        r.metric(f"activation_bytes_{policy}", outputs)
        rows.append((policy, f"{weights:,}", f"{2 * weights:,}", f"{outputs:,}"))
    r.table(
        ["policy", "weights", "Adam's state", f"outputs of layers, batch of {BATCH}"], rows, title="bytes"
    )
    draw(r, size, scales, shares)


def network(d, policy):
    """A small network; its variables are float32 with every policy."""
    image = keras.Input(d.images("train").shape[1:])
    x = layers.Flatten(dtype=policy)(image)
    for units in (128, 64):
        x = layers.Dense(units, activation="relu", dtype=policy)(x)
    return keras.Model(image, layers.Dense(d.classes, dtype=policy)(x))


def gradients_of(made, x, y):
    """scale ↦ the gradients of the scaled mean cost, divided by the scale in float32, as LossScaleOptimizer does."""

    def scaled(scale):
        def cost():
            return scale * ops.mean(cross_entropy(y, ops.cast(made(x), "float32")))

        return course.value_and_grad(cost, made.trainable_variables)[1]

    compiled = course.compiled(scaled)
    return lambda scale: [
        ops.convert_to_numpy(g) / scale for g in compiled(ops.convert_to_tensor(scale, "float32"))
    ]


def draw(r, size, scales, shares):
    _, (ax, ax_share) = r.figure("underflow", 1, 2, size=(10, 4))
    bins = np.arange(-40, 8)
    ax.hist(np.log2(size[size > 0]), bins, color=COLOURS["blue"])
    ax.axvspan(-40, -25, color=COLOURS["orange"], alpha=0.3, label="0 in float16")
    ax.set(title="Gradients of one batch", xlabel=r"$\log_2 |g|$", ylabel="number of entries")
    ax.legend()
    ax_share.plot(np.log2(scales), 100 * np.array(shares), "o-", color=COLOURS["blue"])
    ax_share.set(
        title="What is lost",
        xlabel=r"$\log_2$ of the scale of the loss",
        ylabel="gradients that become 0 (%)",
    )
