"""Figure 1.1 as a recipe: VGG19 from ImageNet on photographs of fruits; quick, a small VGG on digits (§1.1)."""

import tempfile
from pathlib import Path

import keras
import numpy as np

from course.figures import COLOURS
from units.u04_feedforward import Classifier
from units.u05_convolution import vgg
from units.u06_tricks_of_the_trade.gradual_unfreezing import GradualUnfreezing
from units.u06_tricks_of_the_trade.pretrained import ImageNetPixels, vgg19_body
from units.u06_tricks_of_the_trade.two_tasks import Task, some_of_each, two_cameras


def run(r):
    d = r.data()
    body, task, last = fruits(d) if r.full else digits(r, d)
    # a new head on the trained body: it trains alone first, then with the last convolutions
    logits = keras.layers.Dense(task.classes, name="head")(body.output)
    network = keras.Model(body.inputs[0], logits)
    model = Classifier(network, task.classes)
    model.compile(keras.optimizers.SGD(r.pick(quick=0.05, full=0.001), momentum=0.9))
    epochs, every = r.pick(quick=(30, 20), full=(6, 3))
    schedule = GradualUnfreezing(network, ["head", last], every=every)
    batch = min(r.pick(quick=30, full=64), len(task.x))
    whole = len(task.x) // batch * batch
    history = model.fit(
        task.x[:whole],
        task.y[:whole],
        batch_size=batch,
        epochs=epochs,
        validation_data=(task.x_test, task.y_test),
        validation_batch_size=r.pick(quick=len(task.x_test), full=128),
        callbacks=[schedule],
        verbose=0,
    ).history
    accuracy = history["val_accuracy"]
    r.metric("test_accuracy_head_only", accuracy[every - 1])
    r.metric("test_accuracy_thawed", accuracy[-1])
    r.metric("parameters_of_the_body", body.count_params())
    _, ax = r.figure("training", size=(8, 4.2))
    steps = np.arange(1, epochs + 1)
    ax.plot(steps, 100 * np.array(history["accuracy"]), color=COLOURS["blue"], label="training")
    ax.plot(steps, 100 * np.array(accuracy), color=COLOURS["red"], label="test")
    ax.axvline(every + 0.5, color=COLOURS["black"], linestyle=":", label="last convolutions thawed")
    ax.set(title=f"A reused VGG on {d.name}", xlabel="epoch", ylabel="accuracy (%)", ylim=(0, 104))
    ax.legend(loc="lower right")


def fruits(d):
    """VGG19 with ImageNet's weights, and Fruits-360: the body, the task, and the names of the layers to thaw."""
    shape = d.x_train.shape[1:]
    pixels = keras.Input(shape, dtype="uint8")
    vgg19 = vgg19_body(shape)
    x = ImageNetPixels()(pixels)
    for layer in vgg19.layers[1:]:
        x = layer(x)
    rows = np.random.default_rng(0).permutation(len(d.x_train))  # the images are sorted by class
    task = Task(d.x_train[rows], d.labels("train")[rows], d.x_test, d.labels("test"), d.classes)
    last = [f"block5_conv{i}" for i in (1, 2, 3, 4)]
    return keras.Model(pixels, x), task, last


def digits(r, d):
    """The same with what is here: a small VGG, trained on one camera's digits, by way of a file of weights."""
    first, second = two_cameras(d, r.rng)

    def small():
        keras.utils.set_random_seed(r.seed)
        return vgg((1, 1), first.x.shape[1:], first.classes, units=(), channels=(8, 16))

    network = small()
    model = Classifier(network, first.classes)
    model.compile(keras.optimizers.SGD(0.1, momentum=0.9))
    whole = len(first.x) // 100 * 100  # a shorter last batch would compile the step a second time
    model.fit(first.x[:whole], first.y[:whole], batch_size=100, epochs=15, verbose=0)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "vgg.weights.h5"
        network.save_weights(file)
        again = small()
        again.load_weights(file)
    body = keras.Model(again.inputs[0], again.layers[-1].input)
    rows = some_of_each(second.y, 3, r.rng)
    task = second._replace(x=second.x[rows], y=second.y[rows])
    last = [layer.name for layer in body.layers if isinstance(layer, keras.layers.Conv2D)][-1:]
    return body, task, last
