"""A linear autoencoder, trained by gradient descent, finds PCA's subspace (§3.5)."""

import keras
import numpy as np

from course import figures
from units.u01_machine_learning.pca import PCA
from units.u02_logistic_softmax.autoencoder import ShallowAutoencoder
from units.u02_logistic_softmax.principal_angles import principal_angles

LATENT, BATCH_SIZE, EPOCHS = 4, 32, 40


class Angles(keras.callbacks.Callback):
    """Record the principal angles between the decoder and the columns of V, in degrees, after every epoch."""

    def __init__(self, V):
        super().__init__()
        self.V, self.curve = V, []

    def on_epoch_end(self, epoch, logs=None):
        """Append the angles of this epoch."""
        # x̂ = b₂ + W₂ a: the columns of W₂ (the rows of Keras's kernel) span the subspace of the decoder
        W2 = keras.ops.convert_to_numpy(self.model.decoder.kernel).T
        self.curve.append(np.degrees(principal_angles(W2, self.V)))


def run(r):
    x = r.data().features("train")
    # Centred data, as in PCA: otherwise the autoencoder spends its first epochs on learning x̄ as its bias.
    x = x - x.mean(0)
    pca = PCA(LATENT).fit(x)
    V = keras.ops.convert_to_numpy(pca.components).T
    pca_cost = np.mean((x - keras.ops.convert_to_numpy(pca.inverse_transform(pca.transform(x)))) ** 2)

    model = ShallowAutoencoder(x.shape[1], LATENT)
    updates = EPOCHS * -(-len(x) // BATCH_SIZE)
    model.compile(optimizer=keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.01, updates)))
    angles = Angles(V)
    history = model.fit(x, batch_size=BATCH_SIZE, epochs=EPOCHS, verbose=0, callbacks=[angles]).history[
        "loss"
    ]
    cost = model.evaluate(x, batch_size=len(x), verbose=0, return_dict=True)["loss"]
    r.metric("largest_angle_epoch_1", angles.curve[0][-1])
    r.metric("largest_angle", angles.curve[-1][-1])
    r.metric("cost_over_pca", cost / pca_cost)
    # The same plane, another basis: W₂ spans it, but its columns are neither orthogonal nor sorted.
    W2 = keras.ops.convert_to_numpy(model.decoder.kernel).T
    W2 = W2 / np.linalg.norm(W2, axis=0)
    r.metric("largest_cosine_of_columns", np.abs(W2.T @ W2 - np.eye(LATENT)).max())
    r.table(["subspace", "cost C(θ)"], [("PCA", f"{pca_cost:.6f}"), ("linear autoencoder", f"{cost:.6f}")])

    _, (ax, ax_cost) = r.figure("angles", 1, 2, size=(9.5, 3.8))
    epochs = range(1, EPOCHS + 1)
    for i, curve in enumerate(np.array(angles.curve).T):
        ax.semilogy(epochs, curve, color=figures.CYCLE[i], label=f"angle {i + 1}")
    ax.set(title="Principal angles between decoder and PCA", xlabel="epoch", ylabel="angle (degrees)")
    ax.legend(ncols=2)
    ax_cost.semilogy(epochs, np.array(history) / pca_cost - 1, color=figures.CYCLE[0])
    ax_cost.set(title="Training cost above PCA's", xlabel="epoch", ylabel="$C(θ)$ / PCA's cost − 1")
