"""What an autoencoder has never seen it reconstructs badly: the error detects unknown digits."""

import keras
import numpy as np
from keras import ops

from course import figures
from units.u01_machine_learning import area_under, roc_curve
from units.u01_machine_learning.pca import PCA
from units.u06_tricks_of_the_trade.autoencoder import Autoencoder, dense_coder

NORMAL, LATENT = (0, 1, 2, 3, 4), 8


def run(r):
    d = r.data()
    known = np.isin(d.labels("train"), NORMAL)
    x, x_test = d.features("train")[known], d.features("test")
    unknown = (~np.isin(d.labels("test"), NORMAL)).astype("int32")
    epochs, batch_size = r.pick(quick=25, full=10), r.pick(quick=64, full=128)
    whole = r.whole(len(x), batch_size)
    model = Autoencoder(*dense_coder(x.shape[1], r.pick(quick=(128, 64), full=(512, 128)), LATENT, "elu"))
    schedule = keras.optimizers.schedules.CosineDecay(
        r.pick(quick=1e-2, full=5e-3), epochs * -(-whole // batch_size)
    )
    model.compile(keras.optimizers.Adam(schedule))
    with r.model("auc_autoencoder", model):
        model.fit(x[:whole], batch_size=batch_size, epochs=epochs, verbose=0)
    r.model("auc_pca", (LATENT + 1) * x.shape[1])
    r.model("auc_mean_image", x.shape[1])

    def of_pca(latent):
        pca = PCA(latent).fit(x)
        return ops.convert_to_numpy(pca.inverse_transform(pca.transform(x_test)))

    reconstructions = {
        "autoencoder": model.predict(x_test, batch_size=1000, verbose=0),
        "PCA": of_pca(LATENT),
        "mean image": np.broadcast_to(x.mean(axis=0), x_test.shape),
    }
    scores = {name: np.mean((images - x_test) ** 2, axis=1) for name, images in reconstructions.items()}
    _, (left, right) = r.figure("detection", 1, 2, size=(10, 3.9))
    rows = []
    for i, (name, score) in enumerate(scores.items()):
        curve = roc_curve(unknown, score)
        area = area_under(curve)
        left.plot(
            curve.false_positive, curve.true_positive, color=figures.CYCLE[i], label=f"{name}: {area:.3f}"
        )
        rows.append(
            [name, f"{area:.3f}", f"{score[unknown == 0].mean():.4f}", f"{score[unknown == 1].mean():.4f}"]
        )
        r.metric(f"auc_{name.replace(' ', '_').lower()}", area)
    r.table(["reconstruction", "AUC", "error of known digits", "error of unknown digits"], rows)
    left.plot([0, 1], [0, 1], color=figures.COLOURS["grey"], linestyle=":")
    left.set(title="ROC and its area", xlabel="false alarms", ylabel="unknown digits found")
    left.legend(loc="lower right")
    score = scores["autoencoder"]
    bins = np.linspace(0, np.quantile(score, 0.99), 40)
    for value, label in ((0, "known: 0 to 4"), (1, "unknown: 5 to 9")):
        right.hist(score[unknown == value], bins, alpha=0.7, color=figures.CYCLE[3 * value], label=label)
    right.set(title="Autoencoder", xlabel="squared error of a pixel", ylabel="test images")
    right.legend()
