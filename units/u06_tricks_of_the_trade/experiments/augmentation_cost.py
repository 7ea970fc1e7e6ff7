"""What augmentation costs: as a part of the compiled step, and in the data path (§5.7)."""

import time

import keras
import numpy as np

from course.figures import COLOURS
from units.u05_convolution import RandomAffine, small_convnet
from units.u06_tricks_of_the_trade import (
    MixedBatches,
    RandAugment,
    RandomMix,
    RecipeClassifier,
    block_network,
)

CLASSES = 10


class KerasMix(keras.layers.Layer):
    """A layer of Keras that mixes images and labels, called as ``RandomMix``."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def call(self, images, shares):
        """``(images, shares)``, mixed."""
        mixed = self.layer({"images": images, "labels": shares}, training=True)
        return mixed["images"], mixed["labels"]


def run(r):
    size, batch = 28, r.pick(quick=128, full=64)  # few steps: what fit does once for all shall weigh little
    steps, rounds = r.pick(quick=(5, 3), full=(20, 15))
    x = r.rng.uniform(size=(batch * steps, size, size, 1)).astype("float32")
    y = r.rng.integers(CLASSES, size=len(x)).astype("int32")
    ways = {
        "nothing": {},
        "MixUp in the step": {"mix": RandomMix("mix_up", 0.2)},
        "MixUp in the data path": {"kind": "mix_up"},
    }
    if r.full:
        ways |= {
            "CutMix in the step": {"mix": RandomMix("cut_mix", 1.0)},
            "CutMix in the data path": {"kind": "cut_mix"},
            "Keras's MixUp in the step": {"mix": KerasMix(keras.layers.MixUp(0.2))},
            "Keras's CutMix in the step": {"mix": KerasMix(keras.layers.CutMix(1.0))},
            "shifts in the step": {"layer": RandomAffine(pixels=2)},
            "RandAugment in the step": {"layer": RandAugment(2, 0.3)},
        }
    models = {name: model_of(x, way, r.full) for name, way in ways.items()}
    # in so few steps other work on the machine would be seen, which the time of the processor does not count
    now = r.pick(quick=time.process_time, full=time.perf_counter)
    times = {name: [] for name in ways}
    for _ in range(
        rounds + 1
    ):  # the first round compiles; the others are interleaved, as the machine may be busy
        for name, way in ways.items():
            data = (MixedBatches(x, y, CLASSES, way["kind"], 0.2, batch),) if "kind" in way else (x, y)
            begin = now()
            models[name].fit(*data, batch_size=None if "kind" in way else batch, verbose=0)
            times[name].append((now() - begin) / steps)
    # of three rounds the fastest one, for other work on the machine only adds; of many the median
    typical = r.pick(quick=np.min, full=np.median)
    base = np.array(times["nothing"][1:]) if r.full else typical(times["nothing"][1:])
    rows, ratios = [], {}
    for name in ways:
        ratios[name] = float(typical(np.array(times[name][1:]) / base))
        key = name.replace("Keras's", "keras").replace(" in the", "").replace(" ", "_").lower()
        r.metric(f"ratio_{key}", ratios[name])
        rows.append((name, f"{1000 * typical(times[name][1:]):.2f}", f"{ratios[name]:.2f}"))
    r.table(
        [
            "augmentation",
            f"ms per step ({r.pick(quick='fastest, of the processor', full='median')})",
            "ratio",
        ],
        rows,
        title=f"{batch} images of {size} × {size}",
    )
    _, ax = r.figure("ratios", size=(8, 4))
    names = list(ways)[::-1]
    ax.barh(names, [ratios[name] for name in names], color=COLOURS["blue"])
    ax.axvline(1.3, color=COLOURS["orange"], linestyle=":")
    ax.text(1.32, 0, "limit: 1.3", va="center")
    ax.set_xlim(0, 1.25 * max(1.3, *ratios.values()))
    ax.set(title="Time of a training step", xlabel="ratio to the step without augmentation")


def model_of(x, way, large):
    """The same network with one kind of augmentation."""
    if large:
        network = small_convnet(input_shape=x.shape[1:], classes=CLASSES)
    else:
        network = block_network(x.shape[1:], CLASSES, normalize=False)
    if "layer" in way:
        image = keras.Input(x.shape[1:])
        network = keras.Model(image, network(way["layer"](image)))
    model = RecipeClassifier(network, CLASSES, mix=way.get("mix"))
    model.compile(keras.optimizers.Adam(1e-3))
    return model
