"""A small model of each kind, trained once in a process for all experiments that show it (§8)."""

import time
from typing import NamedTuple

import keras
import numpy as np
from keras import ops

import course
from units.u07_generative.gallery import Entry, Frames, small_model


class Trained(NamedTuple):
    """A small model after its training, see ``trained``.

    entry: with the model.
    history: the costs of each epoch, by their names, as ``fit`` gives them.
    frames: of a GAN, samples at the end of each epoch, see ``Frames``.
    seconds: of the training, with compilation.
    """

    entry: Entry
    history: dict
    frames: list
    seconds: float


_kept = {}  # (name, data) → seed, what is returned, the values of all variables after the training


def trained(name, data="digits", seed=0):
    """A model of ``small_model`` after its training, which is made once in a process: several experiments show it.

    What the caller gets does not depend on what ran before. The training starts from the seed and has an order of the
    images of its own; a model that was there gets back the values that it had after the training, also those of its
    random numbers; and the global random numbers start from the seed again afterwards. Only the models of the last
    seed are kept.

    Args:
        name: one of ``SMALL``.
        data: the name of a data set of images; at most 10,000 of its training images are used.
        seed: of the weights, of the order of the images and of the noise.

    Returns:
        ``Trained``.
    """
    if (name, data) not in _kept or _kept[name, data][0] != seed:
        found = _train(name, data, seed)
        variables = found.entry.model.variables
        _kept[name, data] = seed, found, [ops.convert_to_numpy(v.value).copy() for v in variables]
    _, found, values = _kept[name, data]
    for variable, value in zip(found.entry.model.variables, values, strict=True):
        variable.assign(value)
    keras.utils.set_random_seed(seed)
    return found


def _train(name, data, seed, batch=100):
    vae = trained("VAE", data, seed).entry.model if name == "latent diffusion" else None
    x = 2 * course.data.load(data).images("train") - 1
    whole = min(len(x), 10_000) // batch * batch  # all batches have one size: one program
    x = x[np.random.default_rng(seed).permutation(len(x))[:whole]]
    keras.utils.set_random_seed(seed)
    start = time.perf_counter()
    entry = small_model(name, x.shape[1:], vae=vae)
    film = Frames()
    history = entry.train(x, None, batch, [film] if name == "GAN" else [])
    return Trained(entry, history.history, film.frames, time.perf_counter() - start)
