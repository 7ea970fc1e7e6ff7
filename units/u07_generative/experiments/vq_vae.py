"""A VQ-VAE: images rebuilt from whole numbers, and samples with and without a prior of these numbers (§8.1)."""

import keras
import numpy as np

from course import figures
from units.u07_generative.shared_models import trained
from units.u07_generative.vector_quantizer import VectorQuantizer, perplexity
from units.u07_generative.vq_vae import VQVAE, grid_coders

SHOWN = 10


def run(r):
    d = r.data()
    x, x_test = 2 * d.images("train") - 1, 2 * d.images("test") - 1
    model = trained_vq_vae(r, x) if r.full else trained("VQ-VAE", d.name, r.seed).entry.model
    size = model.quantizer.size
    numbers = model.numbers(x_test)
    back = model.images(numbers)
    used = perplexity(numbers)
    # bits of the code of an image: by the prior, and if every place is drawn by itself from its own shares
    codes, train = numbers.reshape(len(x_test), -1), model.numbers(x).reshape(len(x), -1)
    loss = model.prior.evaluate(codes, batch_size=len(codes), verbose=0, return_dict=True)["loss"]
    shares = [(np.bincount(column, minlength=size) + 0.1) / (len(train) + 0.1 * size) for column in train.T]
    alone = -sum(np.log(p[column]) for p, column in zip(shares, codes.T, strict=True)).mean()
    bits = {
        "no model": codes.shape[1] * np.log2(size),
        "each place by itself": alone / np.log(2),
        "prior": loss / np.log(2),
    }
    r.table(["numbers", "bits of the code of a test image"], [(name, f"{v:.1f}") for name, v in bits.items()])
    error = np.mean((back - x_test) ** 2)
    r.log(
        f"{codes.shape[1]} places, {size} vectors, perplexity {used:.1f}, squared error of a pixel {error:.4f}"
    )
    r.metric("error", error)
    r.metric("perplexity", used)
    r.metric("bits_by_prior", bits["prior"])
    r.metric("prior_over_places_alone", bits["prior"] / bits["each place by itself"])

    rng = np.random.default_rng(r.seed)
    alone = np.stack([rng.choice(size, SHOWN, p=p) for p in shares], axis=1).reshape(-1, *numbers.shape[1:])
    _, axes = r.figure("codes", 4, size=(8.0, 3.7))
    rows = [x_test[:SHOWN], back[:SHOWN], model.images(alone), model.sample(SHOWN, seed=r.seed)]
    names = ("image", "from its code", "no prior", "prior")
    for ax, images, name in zip(axes, rows, names, strict=True):
        figures.image_rows(ax, images, title=name, vmin=-1, vmax=1)


def trained_vq_vae(r, x):
    """Convolutional networks, trained with a prior of their codes."""
    model = VQVAE(*grid_coders(x.shape[1:], (64, 64), features=16), VectorQuantizer(128, seed=r.seed))
    model.compile(keras.optimizers.Adam(1e-3))
    x = x[: len(x) // 250 * 250]
    model.fit(x, batch_size=250, epochs=15, verbose=0)
    model.fit_prior(x, epochs=60, width=128, batch_size=250)
    return model
