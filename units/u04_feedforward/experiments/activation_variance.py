"""The size of z and of its gradient by layer, for each initialization and activation (§5.5)."""

import keras
from keras import ops

from course import figures
from units.u04_feedforward import (
    ACTIVATIONS,
    He,
    Orthogonal,
    Xavier,
    factor_by_layer,
    variance_by_depth,
)

DEPTH, WIDTH, BATCH = 20, 100, 100
RULES = {
    "N(0, 0.05²)": lambda seed: keras.initializers.RandomNormal(stddev=0.05, seed=seed),
    "N(0, 0.2²)": lambda seed: keras.initializers.RandomNormal(stddev=0.2, seed=seed),
    "Xavier, LeCun": lambda seed: Xavier(seed=seed),  # the same here, where n_in = n_out
    "He": lambda seed: He(seed=seed),
    "orthogonal": lambda seed: Orthogonal(seed=seed),
}
NAMES = ("sigmoid", "tanh", "relu", "selu")


def run(r):
    x, delta = (r.rng.normal(size=(BATCH, WIDTH)).astype("float32") for _ in range(2))
    fig, axes = r.figure("by_depth", 2, len(NAMES), size=(11, 4.5), sharex=True, sharey="row")
    layers = range(1, DEPTH + 1)
    rows, factors = [], {}
    for (label, rule), colour in zip(RULES.items(), figures.CYCLE, strict=False):
        # one set of kernels for all activations: only S differs within a colour
        style = "--" if label == "orthogonal" else "-"  # dashed, because it coincides with another curve
        seeds = keras.random.SeedGenerator(r.seed)
        draw = rule(seeds) if label.startswith("N") else rule(r.seed)
        kernels = [draw((WIDTH, WIDTH)) for _ in layers]
        for column, name in enumerate(NAMES):
            S = ACTIVATIONS[name]
            signals = variance_by_depth(ops.convert_to_tensor(x), kernels, S.function, S.derivative, delta)
            back = factor_by_layer(signals.delta[::-1])
            factors[label, name] = factor_by_layer(signals.z), back
            rows.append((name, label, f"{factors[label, name][0]:.3f}", f"{back:.3f}"))
            axes[0, column].semilogy(layers, signals.z, style, color=colour, label=label)
            axes[1, column].semilogy(layers, signals.delta, style, color=colour)
            axes[0, column].set(title=name, ylim=(1e-7, 1e7))
            axes[1, column].set(xlabel="layer $l$", ylim=(1e-14, 1e7), xticks=(1, 10, 20))
    r.table(
        ["S", "weights", "forward", "backward"],
        sorted(rows),
        title=f"factor on the mean square from one layer to the next, {DEPTH} layers of {WIDTH}",
    )
    # theory for ReLU: n Var(w) / 2 in both directions
    r.metric("relu_he_forward", factors["He", "relu"][0])
    r.metric("relu_he_backward", factors["He", "relu"][1])
    r.metric("relu_small_forward", factors["N(0, 0.05²)", "relu"][0])
    r.metric("relu_large_forward", factors["N(0, 0.2²)", "relu"][0])
    r.metric("relu_xavier_forward", factors["Xavier, LeCun", "relu"][0])
    r.metric("tanh_xavier_forward", factors["Xavier, LeCun", "tanh"][0])
    r.metric("tanh_xavier_backward", factors["Xavier, LeCun", "tanh"][1])
    r.metric("selu_lecun_forward", factors["Xavier, LeCun", "selu"][0])
    r.metric("sigmoid_xavier_backward", factors["Xavier, LeCun", "sigmoid"][1])
    axes[0, 0].set_ylabel("RMS of $z^{[l]}$")
    axes[1, 0].set_ylabel("RMS of $∂C/∂z^{[l]}$")
    fig.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=5)
