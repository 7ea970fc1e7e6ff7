"""A nonlinear decoder has a smaller error than PCA; a nonlinear encoder alone has not (§3.5)."""

import keras
import numpy as np

from course import figures
from units.u01_machine_learning.pca import PCA
from units.u02_logistic_softmax.autoencoder import ShallowAutoencoder

LATENT = 8
PAIRS = [("linear", "linear"), ("tanh", "linear"), ("linear", "sigmoid")]


def run(r):
    d = r.data()
    x, x_test = d.features("train"), d.features("test")
    epochs, batch_size = r.pick(quick=40, full=10), r.pick(quick=64, full=128)
    latent = r.pick(quick=LATENT, full=32)
    pca = PCA(latent).fit(x)

    def through_pca(images):
        return keras.ops.convert_to_numpy(pca.inverse_transform(pca.transform(images)))

    results = [("PCA", *(np.mean((a - through_pca(a)) ** 2) for a in (x, x_test)))]
    shown = [x_test, through_pca(x_test)]
    for encoder, decoder in PAIRS:
        model = ShallowAutoencoder(x.shape[1], latent, encoder, decoder)
        schedule = keras.optimizers.schedules.CosineDecay(0.02, epochs * -(-len(x) // batch_size))
        model.compile(optimizer=keras.optimizers.Adam(schedule))
        # With a linear decoder the data are centred, as in PCA; the targets of the sigmoid must stay in [0, 1].
        shift = x.mean(0) if decoder == "linear" else np.zeros_like(x[0])
        model.fit(x - shift, batch_size=batch_size, epochs=epochs, verbose=0)
        costs = [
            model.evaluate(a - shift, batch_size=1000, verbose=0, return_dict=True)["loss"]
            for a in (x, x_test)
        ]
        results.append((f"{encoder} → {decoder}", *costs))
        shown.append(model.predict(x_test[:10] - shift, verbose=0) + shift)

    r.table(
        ["encoder → decoder", "training cost", "test cost"],
        [(n, f"{a:.5f}", f"{b:.5f}") for n, a, b in results],
    )
    test = {name: cost for name, _, cost in results}
    for metric, name in (
        ("linear", "linear → linear"),
        ("bent_encoder", "tanh → linear"),
        ("bent_decoder", "linear → sigmoid"),
    ):
        r.metric(f"{metric}_over_pca", test[name] / test["PCA"])
    bound = min(train for name, train, _ in results if name.endswith("linear")) / results[0][1]
    r.metric("best_linear_decoder_over_pca_on_training_data", bound)

    _, ax = r.figure("costs", size=(7.5, 3.6))
    place = np.arange(len(results))
    for shift, which, label in ((-0.2, 1, "training"), (0.2, 2, "test")):
        ax.barh(
            place + shift, [row[which] for row in results], 0.38, color=figures.CYCLE[which - 1], label=label
        )
    ax.axvline(results[0][2], color="black", linestyle="--", linewidth=1)
    ax.set(
        title=f"Reconstruction through {latent} numbers",
        xlabel="mean squared error of a pixel (line: PCA, test)",
    )
    ax.set_yticks(place, [row[0] for row in results])
    ax.invert_yaxis()
    ax.set_xlim(right=1.3 * results[0][2])
    ax.legend(loc="lower right")

    names = ["image", *(row[0] for row in results)]
    fig, axes = r.figure("reconstructions", len(shown), 10, size=(9, 5.3))
    fig.suptitle(f"Ten test images, and their reconstructions from {latent} numbers")
    side = int(np.sqrt(x.shape[1]))
    for row, images, name in zip(axes, shown, names, strict=True):
        figures.image_grid(row, np.reshape(images[:10], (-1, side, side)), cmap="gray_r", vmin=0, vmax=1)
        row[0].set_title(name, loc="left")
