"""How many seconds until 99% of the test digits are right? One change a row (§6)."""

import re
import time

import keras
import numpy as np

from course.figures import COLOURS
from course.training.rules.kept_values import kept
from units.u03_optimization import CosineDecay
from units.u04_feedforward import Classifier
from units.u05_convolution.lenet import lenet5
from units.u05_convolution.random_affine import RandomAffine
from units.u05_convolution.small_convnet import small_convnet

BASE = {"network": lenet5, "batch": 64, "rate": 0.001, "epochs": 15}
ROWS = {
    "base": {},
    "rectifiers in place of tanh": {"activation": "relu"},
    "a learning rate × 3": {"rate": 0.003},
    "batches of 256": {"batch": 256},
    "rate that falls to 0 in 6 epochs": {"epochs": 6, "cosine": True},
    "images shifted by a pixel": {"shift": 1},
    "16 steps in one execution": {"execution": 16},
    "network of 7,754 parameters": {"network": small_convnet, "rate": 0.005},
}
QUICK = ("base", "a learning rate × 3")


class Until(keras.callbacks.Callback):
    """Stop when the accuracy on test images reaches a goal; count the seconds of training, not those of measuring."""

    def __init__(self, goal, x, y):
        super().__init__()
        self.goal, self.x, self.y = goal, x, y
        self.seconds, self.epochs, self.reached, self.accuracy = 0.0, 0, False, 0.0

    def on_epoch_begin(self, epoch, logs=None):
        """Start the clock."""
        self.begin = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        """Stop the clock, measure, and end the training if the goal is reached."""
        self.seconds += time.perf_counter() - self.begin
        self.epochs += 1
        batch = len(self.y) // 10
        found = self.model.evaluate(self.x, self.y, batch_size=batch, verbose=0, return_dict=True)
        self.accuracy = found["accuracy"]
        self.reached = self.model.stop_training = self.accuracy >= self.goal


def run(r):
    d = r.data()
    data = [(d.images(split), d.labels(split)) for split in ("train", "test")]
    goal, seeds = r.pick(quick=0.9, full=0.99), r.pick(quick=1, full=3)
    base = BASE if r.full else {**BASE, "network": hidden_layer, "epochs": 40}
    name = r.pick(quick="a network with one hidden layer", full="LeNet-5")
    r.log(f"base: {name}, Adam with the rate {BASE['rate']}, batches of {BASE['batch']}")
    rows, drawn = [], []
    for name, change in ROWS.items():
        if not r.full and name not in QUICK:
            continue
        found = [trained(data, goal, r.seed + i, d.classes, **{**base, **change}) for i in range(seeds)]
        seconds, epochs = (np.array([getattr(f, what) for f in found]) for what in ("seconds", "epochs"))
        reached = sum(f.reached for f in found)
        r.metric("reached_" + re.sub(r"\W+", "_", name), reached / seeds)
        rows.append((name, f"{seconds.mean():.1f}", f"{epochs.mean():.1f}", f"{reached} of {seeds}"))
        drawn.append((name, seconds.mean(), reached == seeds))
    r.metric("seconds_base", drawn[0][1])
    r.table(["training", "seconds", "epochs", f"reached {100 * goal:g}%"], rows, title="mean over the seeds")
    _, ax = r.figure("seconds", size=(9, 4.2))
    for name, seconds, reached in drawn[::-1]:
        ax.barh(name, seconds, color=COLOURS["blue" if reached else "grey"])
    ax.set(
        title=f"Until {100 * goal:g}% of the test images of {d.name} are right",
        xlabel="seconds of training (grey: not with every seed)",
    )


def hidden_layer(input_shape, classes):
    """A small network for the quick run."""
    return keras.Sequential(
        [
            keras.Input(input_shape),
            keras.layers.Flatten(),
            keras.layers.Dense(32, activation="relu"),
            keras.layers.Dense(classes),
        ]
    )


def trained(data, goal, seed, classes, network, batch, rate, epochs, cosine=False, **change):
    """Train until the goal is reached; the step is compiled before the clock starts."""
    keras.utils.set_random_seed(seed)
    (x, y), test = data
    whole = len(x) // batch * batch
    x, y = x[:whole], y[:whole]
    options = {"activation": change["activation"]} if "activation" in change else {}
    image = keras.Input(x.shape[1:])
    images = RandomAffine(pixels=change["shift"])(image) if "shift" in change else image
    model = Classifier(
        keras.Model(image, network(input_shape=x.shape[1:], classes=classes, **options)(images)), classes
    )
    schedule = CosineDecay(rate, epochs * whole // batch) if cosine else rate
    model.compile(keras.optimizers.Adam(schedule), steps_per_execution=change.get("execution", 1))
    model.prepare((x[:batch], y[:batch]))
    variables = [*model.variables, *model.optimizer.variables]
    some = change.get("execution", 1) * batch
    with kept(variables):
        model.fit(x[:some], y[:some], batch_size=batch, verbose=0)  # compiles
    until = Until(goal, *test)
    model.fit(x, y, batch_size=batch, epochs=epochs, verbose=0, callbacks=[until])
    return until
