"""CycleGAN learns to turn filled figures into outlines and back, without seeing a pair (§8.3)."""

import keras
import numpy as np

from course import figures
from units.u07_generative.cycle_gan import CycleGAN, patch_judge, translator
from units.u07_generative.translation_pairs import translation_pairs

SHOWN = 8


def run(r):
    keras.utils.set_random_seed(r.seed)
    side, size, width, batch = r.pick(quick=(12, 128, 8, 16), full=(16, 2048, 16, 32))
    # the two sides of training come from different draws: there are no pairs among them
    filled = translation_pairs(size, 2 * r.seed + 1, side)[0]
    outlines = translation_pairs(size, 2 * r.seed + 2, side)[1]
    model = CycleGAN(
        translator(1, width),
        translator(1, width),
        patch_judge(1, width),
        patch_judge(1, width),
        cycle_weight=r.pick(quick=1.0, full=3.0),
        learning_rate=r.pick(quick=8e-3, full=1e-3),
    )
    model.compile()
    epochs = r.pick(quick=12, full=25)
    history = model.fit(filled, outlines, batch_size=batch, epochs=epochs, verbose=0).history

    x, truth = translation_pairs(96, 10_000 + r.seed, side)
    translated = np.clip(model.predict(x, batch_size=96, verbose=0), -1, 1)
    errors = {
        "the image itself": np.abs(x - truth).mean(),
        "mean outline": np.abs(outlines.mean(axis=0) - truth).mean(),
        "CycleGAN": np.abs(translated - truth).mean(),
    }
    r.metric("error_over_the_image_itself", errors["CycleGAN"] / errors["the image itself"])
    r.metric("cycle_error", history["cycle_loss"][-1])
    r.table(
        ["translation", "absolute error of a pixel"],
        [(name, f"{error:.3f}") for name, error in errors.items()],
        title=f"96 pairs that were not used in training, after {epochs * size // batch} updates",
    )
    fig, axes = r.figure("translations", 3, size=(7, 3.9))
    rows = {"filled": x, "translated": translated, "its true outline": truth}
    for ax, (name, images) in zip(axes, rows.items(), strict=True):
        figures.image_rows(ax, images[:SHOWN], title=name, vmin=-1, vmax=1)
    fig.suptitle(f"After {epochs * size // batch} updates")
