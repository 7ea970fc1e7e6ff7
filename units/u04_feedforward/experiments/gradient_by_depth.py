"""Gradients by depth at the start, and the training that follows (§5.5)."""

import keras
import numpy as np
from keras import ops

import course
from course import figures
from units.u04_feedforward import BatchNormalization, FeedForward, He, Orthogonal, Xavier

DEPTH, WIDTH = 10, 40
BATCH_SIZE = 64
LARGE = {"class_name": "RandomNormal", "config": {"stddev": 0.5}}
NETWORKS = {
    "sigmoid, Xavier": ("sigmoid", Xavier, None),
    "tanh, N(0, 0.5²)": ("tanh", lambda: keras.initializers.get(LARGE), None),
    "tanh, Xavier": ("tanh", Xavier, None),
    "ReLU, Xavier": ("relu", Xavier, None),
    "ReLU, He": ("relu", He, None),
    "ReLU, orthogonal √2": ("relu", lambda: Orthogonal(2**0.5), None),
    "sigmoid, Xavier, batch norm": ("sigmoid", Xavier, BatchNormalization(momentum=0.9)),
}
TRAINED = ("sigmoid, Xavier", "ReLU, He", "sigmoid, Xavier, batch norm")


def gradient_norms(model, x, y):
    """‖∂C/∂W^[l]‖ for every layer."""
    model(x)  # builds the layers
    weights = [affine.W for affine in model.affines]

    @course.compiled
    def norms(x, y):
        _, gradients = course.value_and_grad(lambda: model.cost(y, model(x, training=True)), weights)
        return ops.stack([ops.norm(g) for g in gradients])

    return ops.convert_to_numpy(norms(x, y))


def run(r):
    d = r.data()
    # whole batches only: a shorter last batch would compile every step a second time
    whole = len(d.labels("train")) // BATCH_SIZE * BATCH_SIZE
    x, y = d.features("train")[:whole], d.labels("train")[:whole]
    _, (ax, ax_cost) = r.figure("gradients", 1, 2, size=(11, 4.1))
    rows, ratios = [], {}
    for (name, (S, rule, normalization)), colour in zip(NETWORKS.items(), figures.CYCLE, strict=False):
        model = FeedForward([WIDTH] * DEPTH, S, d.classes, normalization=normalization, initializer=rule())
        norms = gradient_norms(model, x[:200], y[:200])
        ratios[name] = norms[0] / norms[-2]
        ax.semilogy(range(1, DEPTH + 2), norms, ".-", color=colour, label=name)
        learned = ""
        if name in TRAINED:
            model.compile(keras.optimizers.Adam(2e-3))
            epochs = r.pick(quick=4, full=20)
            history = model.fit(x, y, batch_size=BATCH_SIZE, epochs=epochs, verbose=0).history
            learned = history["accuracy"][-1]
            ax_cost.plot(range(1, epochs + 1), history["loss"], ".-", color=colour, label=name)
            key = name.lower().replace(", ", "_").replace(" ", "_")
            r.metric(f"accuracy_{key}", learned)
            learned = f"{learned:.3f}"
        rows.append((name, f"{norms[0]:.2e}", f"{norms[-2]:.2e}", f"{ratios[name]:.1e}", learned))
    r.table(
        ["network", "‖∂C/∂W¹‖", f"‖∂C/∂W^{DEPTH}‖", "ratio", "accuracy after training"],
        rows,
        title=f"{DEPTH} hidden layers of {WIDTH}",
    )
    r.metric("log10_ratio_sigmoid", np.log10(ratios["sigmoid, Xavier"]))
    r.metric("log10_ratio_tanh_large", np.log10(ratios["tanh, N(0, 0.5²)"]))
    r.metric("log10_ratio_relu_he", np.log10(ratios["ReLU, He"]))
    r.metric("log10_ratio_orthogonal", np.log10(ratios["ReLU, orthogonal √2"]))
    ax.set(title="Gradient by layer, before training", xlabel="layer $l$", ylabel=r"$\|∂C/∂W^{[l]}\|$")
    ax_cost.axhline(
        np.log(d.classes), color=figures.COLOURS["grey"], linestyle=":", label=r"guessing: $\log K$"
    )
    ax_cost.set(
        title="Training, same steps for all",
        xlabel="epoch",
        ylabel="training cost $C(θ)$",
        ylim=(0, None),
        xticks=range(1, epochs + 1),
    )
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    ax_cost.legend(loc="upper right", bbox_to_anchor=(1, 0.92))
