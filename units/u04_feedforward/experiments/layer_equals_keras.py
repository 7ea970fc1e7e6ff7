"""The book's layer, z = W a + b and a = S(z), and Keras's Dense: the same map, the same gradients (§5.1)."""

import keras
import numpy as np
from keras import ops

import course
from units.u04_feedforward.dense import Dense

BATCH, FEATURES, UNITS = 8, 5, 3


def run(r):
    A = r.rng.normal(size=(BATCH, FEATURES)).astype("float32")
    ours, theirs = Dense(UNITS, "tanh"), keras.layers.Dense(UNITS, "tanh")
    ours.build(A.shape)
    theirs.build(A.shape)
    theirs.bias.assign(r.rng.normal(size=UNITS))
    ours.set_kernel(theirs.kernel, theirs.bias)

    gap = np.abs(_numpy(ours(A)) - _numpy(theirs(A))).max()
    r.metric("gap_of_outputs", gap)
    W, b = _numpy(ours.W), _numpy(ours.b)
    one_by_one = np.stack([np.tanh(W @ a + b) for a in A])
    r.metric("gap_to_single_samples", np.abs(_numpy(ours(A)) - one_by_one).max())

    (by_W, by_b), (by_kernel, by_bias) = (
        course.value_and_grad(lambda layer=layer: ops.sum(layer(A) ** 2), layer.trainable_variables)[1]
        for layer in (ours, theirs)
    )
    gaps = [np.abs(_numpy(by_W).T - _numpy(by_kernel)).max(), np.abs(_numpy(by_b) - _numpy(by_bias)).max()]
    r.metric("gap_of_gradients", max(gaps))
    r.table(
        ["", "one sample: a column", "mini-batch: samples are rows", "Keras"],
        [
            ("input", f"a ({FEATURES},)", f"A ({BATCH}, {FEATURES})", "inputs"),
            ("weights", f"W ({UNITS}, {FEATURES})", "the same W", f"kernel = Wᵀ ({FEATURES}, {UNITS})"),
            ("biases", f"b ({UNITS},)", "the same b, added to every row", "bias"),
            ("affine", "z = W a + b", "Z = A Wᵀ + 1 bᵀ", "matmul(inputs, kernel) + bias"),
            ("output", f"S(z) ({UNITS},)", f"S(Z) ({BATCH}, {UNITS})", "activation(…)"),
        ],
        title="one layer in three notations",
    )

    Z = _numpy(ours.affine(A))
    shown = [("A", A), ("Wᵀ = kernel", W.T), ("1 bᵀ", np.tile(b, (BATCH, 1))), ("Z", Z), ("S(Z)", np.tanh(Z))]
    limit = max(np.abs(matrix).max() for _, matrix in shown)
    fig, axes = r.figure(
        "matrices", 1, 5, size=(9, 3.6), gridspec_kw={"width_ratios": [m.shape[1] for _, m in shown]}
    )
    for ax, (name, matrix), sign in zip(axes, shown, ["·", "+", "=", "→", ""], strict=True):
        picture = ax.imshow(matrix, cmap="RdBu_r", vmin=-limit, vmax=limit)
        rows, columns = matrix.shape
        ax.set(title=f"{name}\n{rows} × {columns}", xticks=[], yticks=[])
        ax.grid(False)
        ax.text(1.06, 0.5, sign, transform=ax.transAxes, fontsize=18, va="center", ha="left")
    axes[0].set_ylabel("sample")
    axes[1].set_ylabel("feature")
    fig.colorbar(picture, ax=axes, shrink=0.8, label="value")
    fig.suptitle("A layer over a mini-batch: Z = A Wᵀ + 1 bᵀ, then S in every entry (here tanh)")


def _numpy(tensor):
    return ops.convert_to_numpy(tensor)
