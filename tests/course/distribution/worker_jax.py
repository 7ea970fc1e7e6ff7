"""Every case on four host devices: ``python -m tests.course.distribution.worker_jax DIR`` writes DIR/jax.npz."""

import contextlib
import sys
from pathlib import Path

import keras
import numpy as np
from keras import layers

import course
from course.backend import spare_tensorflow
from course.testing import set_weights
from tests.course.distribution import cases
from tests.models import PenaltyGAN

N = 4


def drawing_gan():
    """As in tests/models: random draws, BatchNorm, dropout."""
    model = PenaltyGAN()
    model.compile()
    return model, (cases.X[:, :2], None, None)


class Block(course.Model):
    """Attention and a wide layer, each with a residual."""

    def __init__(self):
        super().__init__()
        self.attention = layers.MultiHeadAttention(4, 8, use_bias=False, name="attention")
        self.wide = layers.Dense(64, activation="relu", name="wide")
        self.narrow = layers.Dense(16, name="narrow")
        self.out = layers.Dense(3, name="out")

    def call(self, x):
        x = x + self.attention(x, x)
        x = x + self.narrow(self.wide(x))
        return self.out(x.mean(axis=1))


LAYOUT = {
    r".*attention/(query|key|value)/kernel": (None, "model", None),  # (d_model, heads, head width)
    r".*attention/attention_output/kernel": ("model", None, None),  # (heads, head width, d_model)
    r".*wide/kernel": (None, "model"),
    r".*wide/bias": ("model",),
    r".*narrow/kernel": ("model", None),
}


def block(strategy=None):
    """Steps of the block; with a strategy also which part of each weight a device holds."""
    x = np.random.default_rng(0).normal(size=(24, 5, 16)).astype("float32")
    y = (x[:, 0, 0] > 0).astype("int32")
    with strategy or contextlib.nullcontext():
        keras.utils.set_random_seed(0)
        model = Block()
        model.compile(keras.optimizers.Adam(1e-2), loss=cases.LOSS)
        model.prepare((x[:8], y[:8]))
        set_weights(model, scale=0.1)
        model.fit(x, y, batch_size=8, epochs=2, shuffle=False, verbose=0)
        found = {k: np.array(v) for k, v in model.history.history.items()} | cases.numbers(model)
        held = {}
        if strategy is not None:
            every = [*model.trainable_variables, *model.optimizer.variables]
            held = {
                f"{i} {v.name} {v.path.split('/')[-2]}": v.value.addressable_shards[0].data.size
                / v.value.size
                for i, v in enumerate(every)
            }
        return found, held


def main(folder):
    """All cases."""
    spare_tensorflow()
    several = course.strategy("data_parallel", devices=N)
    results = {"describe": {"said": {"four": several.describe()}}}
    named = ("classifier", "grouped", "curved")
    known = {name: cases.CASES[name] for name in named} | {"drawing_gan": drawing_gan}
    for name, case in known.items():
        results[name] = {"one": cases.trained(case), "several": cases.trained(case, several)}
    results["judged"] = {"one": cases.judged(), "several": cases.judged(several)}
    resumed, alone = cases.resumed(several, folder), results["classifier"]["one"]
    results["resumed"] = {"one": {name: alone[name] for name in resumed}, "several": resumed}
    results["errors"] = cases.errors()
    one, _ = block()
    cut = course.strategy("model_parallel", devices=N, layout=LAYOUT)
    parallel, held = block(cut)
    results["model_parallel"] = {"one": one, "several": parallel}
    results["held"] = {"several": held}

    def with_layout(layout):
        return cases.said(lambda: block(course.strategy("model_parallel", devices=N, layout=layout)))

    results["layouts"] = {
        "said": {
            "matches nothing": with_layout({"wide": (None, "model")}),
            "indivisible": with_layout({".*out/kernel": (None, "model")}),
            "rank": with_layout({".*wide/kernel": ("model",)}),
            "axis": with_layout({".*wide/kernel": (None, "rows")}),
        }
    }
    cases.save_all(folder / "jax.npz", results)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
