"""A linear autoencoder, trained by gradient descent, finds PCA's subspace (§3.5)."""

import keras
import numpy as np

from course import figures
from units.u01_machine_learning.pca import PCA
from units.u02_logistic_softmax.autoencoder import ShallowAutoencoder
from units.u02_logistic_softmax.principal_angles import principal_angles

LATENT, BATCH_SIZE, EPOCHS = 4, 32, 60


def run(r):
    x = r.data().features("train")
    pca = PCA(LATENT).fit(x)
    V = keras.ops.convert_to_numpy(pca.components).T
    pca_cost = float(np.mean((x - keras.ops.convert_to_numpy(pca.inverse_transform(pca.transform(x)))) ** 2))

    model = ShallowAutoencoder(x.shape[1], LATENT)
    updates = EPOCHS * -(-len(x) // BATCH_SIZE)
    model.compile(optimizer=keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.01, updates)))
    angles = []

    def remember(epoch=None, logs=None):
        # x̂ = b₂ + W₂ h: the columns of W₂, which are the rows of Keras's kernel, span what the decoder can reach
        angles.append(np.degrees(principal_angles(keras.ops.convert_to_numpy(model.decoder.kernel).T, V)))

    remember()
    history = model.fit(
        x, batch_size=BATCH_SIZE, epochs=EPOCHS, verbose=0, callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=remember)]
    ).history["loss"]
    cost = model.evaluate(x, batch_size=len(x), verbose=0, return_dict=True)["loss"]
    r.metric("start_angle", angles[0][-1])
    r.metric("largest_angle", angles[-1][-1])
    r.metric("cost_over_pca", cost / pca_cost)
    # The same plane, another basis: W₂ spans it, but its columns are neither orthogonal nor sorted.
    W = keras.ops.convert_to_numpy(model.decoder.kernel)
    cosines = W @ W.T / np.outer(np.linalg.norm(W, axis=1), np.linalg.norm(W, axis=1))
    r.metric("largest_cosine_of_columns", np.abs(cosines - np.eye(LATENT)).max())
    r.table(["subspace", "cost C(θ)"], [("PCA", f"{pca_cost:.6f}"), ("linear autoencoder", f"{cost:.6f}")])

    fig, (ax, ax_cost) = r.figure("angles", 1, 2, size=(9.5, 3.8))
    for i, curve in enumerate(np.array(angles).T):
        ax.semilogy(curve, color=figures.CYCLE[i], label=f"$θ_{i + 1}$")
    ax.set(title="Principal angles to PCA's subspace", xlabel="epoch", ylabel="angle (degrees)")
    ax.legend(ncols=2)
    ax_cost.semilogy(range(1, EPOCHS + 1), np.array(history) / pca_cost - 1, color=figures.CYCLE[0])
    ax_cost.set(title="Training cost over PCA's", xlabel="epoch", ylabel="$C(θ)\\,/\\,C_{PCA} - 1$")
