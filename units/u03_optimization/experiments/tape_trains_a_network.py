"""Our tape trains a network and gives the same weights as the backend (§4.4)."""

import keras
import numpy as np
from keras import ops

import course
from course.figures import COLOURS, decision_regions
from units.u03_optimization import tape

RATE, HIDDEN = 1.0, 8


def network(m, x, W1, b1, W2, b2):
    """Logits of a network with one hidden layer; m is ``tape`` or ``keras.ops``."""
    return m.add(m.matmul(m.tanh(m.add(m.matmul(x, W1), b1)), W2), b2)


def loss(m, x, y, *weights):
    """The mean cross-entropy log(1 + e^z) − y z, in the form that does not overflow."""
    z = network(m, x, *weights)
    softplus = m.add(m.maximum(z, 0.0), m.log(m.add(m.exp(m.negative(m.abs(z))), 1.0)))
    return m.mean(m.subtract(softplus, m.multiply(y, z)))


class Network(course.Model):
    """The same network as a ``course.Model``, for comparison."""

    def __init__(self, weights):
        super().__init__()
        self.parameters = [self.add_weight(shape=w.shape, initializer="zeros") for w in weights]
        for variable, w in zip(self.parameters, weights, strict=True):
            variable.assign(w)

    def call(self, x):
        """The logits, shape (batch, 1)."""
        return network(ops, x, *self.parameters)

    def train_step(self, data):
        """One step of the optimizer on the cross-entropy."""
        x, y = data
        f = lambda: loss(ops, x, y, *(ops.convert_to_tensor(p) for p in self.parameters))  # noqa: E731
        value, gradients = course.value_and_grad(f, self.parameters)
        self.optimizer.apply(gradients, self.parameters)
        return {"loss": value}


def run(r):
    d = r.data(n=200, noise=0.15, seed=r.seed)
    x, y = d.features(), d.labels().astype("float32")[:, None]
    shapes = [(2, HIDDEN), (HIDDEN,), (HIDDEN, 1), (1,)]
    scales = (2.0, 1.0, 1 / np.sqrt(HIDDEN), 0.0)
    start = [(c * r.rng.normal(size=s)).astype("float32") for c, s in zip(scales, shapes, strict=True)]
    steps = r.pick(quick=60, full=1000)

    weights, costs = [ops.convert_to_tensor(w) for w in start], []
    for _ in range(steps):
        value, gradients = tape.value_and_grad(lambda *w: loss(tape, x, y, *w), weights)
        weights = [w - RATE * g for w, g in zip(weights, gradients, strict=True)]
        costs.append(float(value))
    weights = [ops.convert_to_numpy(w) for w in weights]

    model = Network(start)
    model.compile(optimizer=keras.optimizers.SGD(RATE))
    history = model.fit(x, y, batch_size=len(x), epochs=steps, shuffle=False, verbose=0).history["loss"]
    gap = max(
        np.abs(w - ops.convert_to_numpy(p)).max() for w, p in zip(weights, model.parameters, strict=True)
    )

    def predict(points):
        return ops.convert_to_numpy(network(ops, points, *weights))[:, 0] > 0

    r.metric("gap_of_weights", gap)
    r.metric("gap_of_losses", np.abs(np.array(costs) - history).max())
    r.metric("loss_at_the_end", costs[-1])
    r.metric("accuracy", np.mean(predict(x) == d.labels()))

    _, (left, right) = r.figure("training", 1, 2, size=(10.5, 4.2))
    left.plot(costs, color=COLOURS["blue"], linewidth=4, alpha=0.5, label="our tape")
    left.plot(history, "--", color=COLOURS["black"], linewidth=1.2, label="the backend, through fit")
    left.set(
        xlabel="step of gradient descent",
        ylabel="loss C",
        title=f"Two trainings; weights differ by {gap:.0e}",
    )
    left.legend()
    decision_regions(right, predict, x, d.labels(), ["upper moon", "lower moon"])
    right.set(xlabel="$x_1$", ylabel="$x_2$", title="What the tape's network has learned")
