"""Two latent vectors: what the upper one decides, what the lower one adds, and what both cost (§8.1)."""

import keras
import numpy as np
from keras import ops

import course
from course import figures
from units.u07_generative.gaussian_densities import divergence
from units.u07_generative.hierarchical_vae import HierarchicalVAE, halves

ROWS, COLUMNS, DRAWS = 4, 8, 20


def run(r):
    d = r.data()
    x, x_test = 2 * d.images("train") - 1, 2 * d.images("test")[:1000] - 1
    model = HierarchicalVAE(x.shape[1:], latents=(8, 4), width=r.pick(quick=64, full=512), seed=r.seed)
    batch, epochs = r.pick(quick=(100, 40), full=(200, 40))
    x = x[: len(x) // batch * batch]  # all batches have one size, so that the step is compiled once
    rate = keras.optimizers.schedules.CosineDecay(r.pick(quick=6e-3, full=1e-3), epochs * len(x) // batch)
    model.compile(keras.optimizers.Adam(rate), steps_per_execution=r.pick(quick=len(x) // batch, full=1))
    model.fit(x, batch_size=batch, epochs=epochs, verbose=0)

    seen = model.evaluate(x_test, batch_size=len(x_test), verbose=0, return_dict=True)
    measure = course.compiled(lambda x: (model(x), divergence(*halves(model.top(model.bottom(x))))))
    back, upper = (ops.convert_to_numpy(v) for v in measure(ops.convert_to_tensor(x_test)))
    upper, error = upper.mean(), np.mean((back - x_test) ** 2)
    # one z_2 for each row, and a new z_1 from p(z_1 given z_2) for each image of the row
    rng = np.random.default_rng(r.seed)
    z_2 = np.repeat(rng.normal(size=(100, model.latents[1])), DRAWS, axis=0).astype("float32")
    noise = rng.normal(size=(len(z_2), model.latents[0])).astype("float32")
    images = ops.convert_to_numpy(course.compiled(model.generate)(*map(ops.convert_to_tensor, (noise, z_2))))
    rows = images.reshape(100, DRAWS, *x.shape[1:])
    within = rows.var(axis=1).mean(axis=0).sum() / images.var(axis=0).sum()
    r.table(
        ["of the test images", ""],
        [
            ("divergence of z₁ in nats", f"{seen['divergence'] - upper:.2f}"),
            ("divergence of z₂ in nats", f"{upper:.2f}"),
            ("squared error of a pixel", f"{error:.4f}"),
            ("share of the samples' variance that z₁ adds to z₂", f"{within:.3f}"),
        ],
        title=r.data_name,
    )
    r.metric("divergence_of_details", seen["divergence"] - upper)
    r.metric("divergence_of_the_whole", upper)
    r.metric("error", error)
    r.metric("share_of_details", within)

    fig, ax = r.figure("levels", size=(6.4, 3.5))
    figures.image_rows(ax, rows[:ROWS, :COLUMNS].reshape(-1, *x.shape[1:]), ROWS, vmin=-1, vmax=1)
    fig.suptitle("One z₂ for each row, a new z₁ for each image")
