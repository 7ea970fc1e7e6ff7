"""A ResNet for images of 32 × 32 with at most 0.3 million parameters: generated shapes, or CIFAR-10 (§6)."""

import keras
import numpy as np

from course.figures import COLOURS
from units.u04_feedforward import Classifier
from units.u05_convolution.random_affine import RandomAffine
from units.u05_convolution.resnet import resnet20


def run(r):
    options = {} if r.full else {"n": 320, "n_test": 128, "size": 16, "noise": 0.02}
    d = r.data(**options)
    x, y, x_test, y_test = d.images("train"), d.labels("train"), d.images("test"), d.labels("test")
    epochs, batch_size = r.pick(quick=6, full=200), r.pick(quick=32, full=128)
    network = resnet20(
        x.shape[1:], d.classes, width=r.pick(quick=0.25, full=1.0), repeat=r.pick(quick=1, full=3)
    )
    # mirrored, and moved by up to an eighth of the image, inside the compiled step
    augmentation = RandomAffine(pixels=x.shape[1] // 8, flip=True)
    image = keras.Input(x.shape[1:])
    model = Classifier(keras.Model(image, network(augmentation(image))), d.classes)
    whole = len(x) // batch_size * batch_size
    rate = keras.optimizers.schedules.CosineDecay(0.1, epochs * whole // batch_size)
    model.compile(keras.optimizers.SGD(rate, momentum=0.9, nesterov=True, weight_decay=5e-4))
    with r.model(r.pick(quick="training_accuracy", full="test_accuracy"), network):
        history = model.fit(
            x[:whole],
            y[:whole],
            batch_size=batch_size,
            epochs=epochs,
            verbose=0,
            validation_data=(x_test, y_test),
        ).history
    r.metric("training_accuracy", history["accuracy"][-1])
    if r.full:  # in the few steps of a quick run the moving statistics have not arrived yet
        r.metric("test_accuracy", history["val_accuracy"][-1])
    r.metric("parameters", network.count_params())
    _, ax = r.figure("training", size=(8, 4.2))
    for name, label, colour in (("accuracy", "training, augmented", "blue"), ("val_accuracy", "test", "red")):
        error = 100 * (1 - np.array(history[name]))
        ax.plot(range(1, epochs + 1), error, color=COLOURS[colour], label=label)
    ax.set(
        title=f"A ResNet with {network.count_params():,} parameters on {d.name}",
        xlabel="epoch",
        ylabel="error (%)",
        ylim=(0, None),
    )
    ax.legend()
