"""Noisy digits: who notices that it no longer knows? One network, MC dropout, an ensemble, Laplace (§8.5)."""

import keras
import numpy as np
from keras import ops
from scipy.ndimage import rotate
from sklearn.metrics import roc_auc_score

from course.figures import COLOURS
from units.u10_past_present_future.deep_ensemble import DeepEnsemble
from units.u10_past_present_future.last_layer_laplace import LastLayerLaplace
from units.u10_past_present_future.mc_dropout import mc_dropout
from units.u10_past_present_future.uncertainty_parts import uncertainty_parts

MEMBERS, NOISE, SHOWN = (
    5,
    (0.0, 0.2, 0.4, 0.6, 0.8),
    3,
)  # standard deviations, and the number of the one in the table
NAMES = {
    "one": "one network",
    "dropout": "MC dropout",
    "laplace": "last-layer Laplace",
    "ensemble": "ensemble of 5",
}


def run(r):
    d = r.data()
    chosen = r.rng.permutation(len(d.labels("train")))[: r.pick(quick=500, full=10000)]
    x, y = d.features("train")[chosen], d.labels("train")[chosen]
    count = r.pick(quick=360, full=2000)
    new, truth = d.features("test")[:count], d.labels("test")[:count]
    model = DeepEnsemble(MEMBERS, r.pick(quick=[48], full=[128, 128]), 10, dropout=0.2)
    model.compile(keras.optimizers.Adam(r.pick(quick=0.005, full=0.001)))
    with r.model("nll_clean_ensemble", model):
        model.fit(x, y, batch_size=50, epochs=r.pick(quick=20, full=30), verbose=0)
    for name in ("one", "dropout", "laplace"):  # the first member, seen in three ways
        r.model(f"nll_clean_{name}", model.count_params() // MEMBERS)

    def features(inputs):
        return ops.convert_to_numpy(model.features(ops.convert_to_tensor(inputs)))[:, 0]

    laplace = LastLayerLaplace(10, prior=1.0).fit(features(x[:2000]), y[:2000])
    nll, confidence = ({name: [] for name in NAMES} for _ in range(2))
    noise, disagreement = [], []
    for size in NOISE:
        shown = (new + size * r.rng.normal(size=new.shape)).clip(0, 1).astype("float32")
        members = model.probabilities(shown)
        p = {
            "one": members[0],
            "dropout": mc_dropout(model, shown, samples=10)[:, :, 0].mean(axis=0),
            "laplace": laplace.probabilities(features(shown)),
            "ensemble": members.mean(axis=0),
        }
        for name, each in p.items():
            nll[name].append(-np.mean(np.log(np.maximum(each[np.arange(count), truth], 1e-12))))
            confidence[name].append(each.max(axis=1))
        parts = uncertainty_parts(members)
        noise.append(parts[1].mean())
        disagreement.append(parts[2].mean())
    rows = []
    for name, title in NAMES.items():
        both = np.concatenate([confidence[name][0], confidence[name][SHOWN]])
        auc = roc_auc_score(np.repeat([1, 0], count), both)
        r.metric(f"nll_clean_{name}", nll[name][0])
        r.metric(f"nll_noisy_{name}", nll[name][SHOWN])
        r.metric(f"detection_{name}", auc)
        rows.append(
            [title, *(f"{v:.2f}" for v in (nll[name][0], nll[name][SHOWN], both[count:].mean(), auc))]
        )
    columns = [
        "",
        "cross-entropy, clean",
        f"noise {NOISE[SHOWN]}",
        "mean confidence there",
        "clean or noisy: AUC",
    ]
    r.table(columns, rows, f"{count} new digits")
    r.metric("ensemble_saves", nll["one"][SHOWN] - nll["ensemble"][SHOWN])
    r.metric("disagreement_clean", disagreement[0])
    r.metric("disagreement_noisy", disagreement[SHOWN])
    side = d.images("test").shape[1]
    turned = rotate(new.reshape(-1, side, side), 90, axes=(1, 2), order=1).reshape(count, -1)
    p = model.probabilities(turned).mean(axis=0)
    right, sure = np.mean(p.argmax(axis=1) == truth), p.max(axis=1).mean()
    r.log(f"turned by 90 degrees: the ensemble is right in {100 * right:.0f}% and says {100 * sure:.0f}%")
    _, (left, other) = r.figure("noise", 1, 2, size=(10.5, 4.2))
    for (name, values), colour, marker in zip(
        nll.items(), ("black", "orange", "green", "blue"), "os^D", strict=True
    ):
        left.plot(NOISE, values, marker + "-", color=COLOURS[colour], label=NAMES[name])
    left.set(
        title="Cost of noisy digits", xlabel="standard deviation of the noise", ylabel="cross-entropy (nats)"
    )
    left.legend()
    colours, labels = [COLOURS["sky"], COLOURS["red"]], ["mean entropy of a member", "disagreement"]
    other.stackplot(NOISE, noise, disagreement, colors=colours, labels=labels)
    other.set(
        title="Uncertainty of the ensemble", xlabel="standard deviation of the noise", ylabel="entropy (nats)"
    )
    other.legend(loc="upper left")
