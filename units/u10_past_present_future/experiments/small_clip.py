"""A small CLIP on coloured shapes: it finds captions, and classifies without a label (§7.5, ☆)."""

import keras
import numpy as np
from keras import layers

from course.data.generated.shapes import CLASSES, COLOURS
from units.u08_sequence import WordTokenizer, padded
from units.u10_past_present_future.clip import CLIP

LENGTH = 10


def run(r):
    d = r.data(n=r.pick(quick=3000, full=20_000), n_test=200, size=16)
    tokenizer = WordTokenizer(list(d.captions_train))
    texts = {s: tokens(tokenizer, getattr(d, f"captions_{s}")) for s in ("train", "test")}
    images = {s: d.images(s) for s in ("train", "test")}
    image_encoder = keras.Sequential(
        [
            keras.Input((16, 16, 3)),
            layers.Conv2D(16, 3, 2, "same", activation="relu"),
            layers.Conv2D(32, 3, 2, "same", activation="relu"),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(32),
        ]
    )
    # the mean of the words' vectors: with one shape for each image the order of the words says nothing
    text_encoder = keras.Sequential(
        [
            keras.Input((LENGTH,), dtype="int32"),
            layers.Embedding(len(tokenizer), 32),
            layers.GlobalAveragePooling1D(),
            layers.Dense(64, activation="relu"),
            layers.Dense(32),
        ]
    )
    model = CLIP(image_encoder, text_encoder, tau=0.2)
    epochs, batch = r.pick(quick=6, full=40), 100
    steps = epochs * len(images["train"]) // batch
    model.compile(keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(4e-3, steps)))
    with r.model("recall_captions", model):
        model.fit(images["train"], texts["train"], batch_size=batch, epochs=epochs, verbose=0)
    cosines = model.similarities(images["test"], texts["test"])
    # two images may have the same caption: then either is right
    same = d.captions_test[:, None] == d.captions_test[None]
    chance = same.mean()
    rows = np.arange(len(same))
    r.metric("recall_captions", same[rows, cosines.argmax(axis=1)].mean())
    r.metric("recall_images", same[rows, cosines.argmax(axis=0)].mean())
    r.metric("chance", chance)
    colour = model.classify(images["test"], tokens(tokenizer, [f"a {name}" for name in COLOURS]))
    kind = model.classify(images["test"], tokens(tokenizer, [f"a {name}" for name in CLASSES]))
    r.metric("zero_shot_colour", np.mean(colour == d.colours_test[:, 0]))
    r.metric("zero_shot_class", np.mean(kind == d.labels("test")))
    r.metric("scale", np.exp(float(keras.ops.convert_to_numpy(model.log_scale))))
    r.log(f"the right caption comes first by chance in {100 * chance:.1f}% of the images")
    _, ax = r.figure("similarities", size=(6.4, 5))
    shown = np.argsort(d.colours_test[:, 0] * 10 + d.labels("test"), kind="stable")[:: len(rows) // 40]
    mesh = ax.imshow(cosines[np.ix_(shown, shown)], cmap="viridis", vmin=-1, vmax=1)
    ax.figure.colorbar(mesh, label="cosine")
    ax.set(title="New images and captions, sorted by colour", xlabel="caption", ylabel="image")


def tokens(tokenizer, captions):
    """Captions as token numbers, shape (captions, seq)."""
    return padded([tokenizer.encode(caption) for caption in captions], LENGTH)
