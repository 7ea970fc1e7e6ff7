"""Small batches: they have no influence on layer normalization, but on batch normalization (§5.6)."""

import keras
import numpy as np
from keras import ops

import course
from course import figures
from units.u04_feedforward import BatchNormalization, FeedForward, LayerNormalization

SIZES = (2, 8, 32, 128)
BATCHES = (2, 16)


def run(r):
    d = r.data()
    x, y = d.features("train"), d.labels("train")
    z = r.rng.normal(size=(40, max(SIZES), 8)).astype("float32")
    _, (ax, ax_test) = r.figure("batch_size", 1, 2, size=(10, 4))
    layers = {"batch norm": BatchNormalization(), "layer norm": LayerNormalization()}
    for (name, layer), colour in zip(layers.items(), figures.CYCLE, strict=False):
        # the same first sample in different batches: how much does its output vary?
        spread = []
        layer.build(z[0].shape)
        normalized = course.compiled(lambda batch, layer=layer: layer(batch, training=True))
        for size in SIZES:
            outs = []
            for group in z:
                batch = np.concatenate([z[0, :1], group[1:size]])
                outs.append(ops.convert_to_numpy(normalized(batch))[0])
            spread.append(float(np.std(outs, axis=0).mean()))
        r.metric(f"spread_{name.replace(' ', '_')}_8", spread[SIZES.index(8)])
        ax.loglog(SIZES, np.maximum(spread, 1e-9), "o-", color=colour, label=name)
    ax.loglog(SIZES, 1.3 / np.sqrt(SIZES), ":", color=figures.COLOURS["black"], label=r"$∝ 1/\sqrt{B}$")
    ax.set_xticks(SIZES, SIZES)
    ax.minorticks_off()

    few = r.rng.permutation(len(y))[: r.pick(quick=208, full=2000)]
    errors = {}
    for name, pattern in (
        ("batch norm", BatchNormalization(momentum=0.9)),
        ("layer norm", LayerNormalization()),
    ):
        for size in BATCHES:
            model = FeedForward([40, 40], "relu", d.classes, normalization=pattern)
            model.compile(keras.optimizers.SGD(0.03))
            epochs = r.pick(quick=3, full=10) * size // BATCHES[0]  # the same number of steps
            model.fit(x[few], y[few], batch_size=size, epochs=epochs, verbose=0)
            z = model.predict(d.features("test"), batch_size=len(d.labels("test")), verbose=0)
            errors[name, size] = np.mean(z.argmax(axis=1) != d.labels("test"))
            r.metric(f"test_error_{name.replace(' ', '_')}_{size}", errors[name, size])
    r.metric("error_ratio_at_batch_size_2", errors["batch norm", 2] / errors["layer norm", 2])
    places = np.arange(len(BATCHES))
    for i, name in enumerate(layers):
        ax_test.bar(places + 0.38 * i - 0.19, [100 * errors[name, b] for b in BATCHES], 0.36, label=name)
    r.table(
        ["", *map(str, BATCHES)],
        [(n, *(f"{errors[n, b]:.3f}" for b in BATCHES)) for n in layers],
        "test error by batch size",
    )
    ax.set(
        title="One sample in different batches",
        xlabel="batch size $B$",
        ylabel="standard deviation of its output",
        ylim=(1e-8, 9),
    )
    ax_test.set(title="Test error by batch size", xlabel="batch size in training", ylabel="test error (%)")
    ax_test.set_xticks(places, BATCHES)
    ax.legend()
    ax_test.legend()
