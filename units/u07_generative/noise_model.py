"""What DDPM and flow matching have in common: a network that sees noisy data, and a loop that removes noise (§8.2)."""

import contextlib
from numbers import Integral

import keras
import numpy as np
from keras import ops

import course
from course.training.rules.checked_data import CheckedData
from course.training.weighting import unweighted
from course.validation import class_labels
from units.u06_tricks_of_the_trade.weight_average import WeightAverage
from units.u07_generative.generative_model import GenerativeModel


class NoiseModel(CheckedData, GenerativeModel):
    """A network learns from noisy data x_t; samples start as noise and take many small steps back to data.

    C(θ) = E ‖network(x_t, t, y) − target‖²

    A subclass defines ``noisy`` (x_t and the target at random times) and ``step`` (one step of the sampler).

    Samples are drawn with an exponential average of the weights. With labels (``fit(x, y)``), a share of them is
    hidden in training, so that the network also learns what is common to all classes. Then

    estimate = (1 − ω) network(x_t, t, no label) + ω network(x_t, t, y)

    is classifier-free guidance: ω = 1 is the conditional model, ω > 1 moves samples to what is typical of the class.

    Args:
        network: a model from [x, t, label] to the shape of x, such as ``unet_denoiser`` or ``dense_denoiser``.
        shape: of a sample.
        classes: number of labels; 0 for a model without labels.
        hidden: share of the labels that are hidden in training.
        gamma: γ, the share of the average of the weights that is kept in a step.
        batch: how many samples are drawn at once.
        seed: of times and noise in training; None takes one that depends on ``keras.utils.set_random_seed``.
    """

    def __init__(self, network, shape, classes=0, hidden=0.1, gamma=0.999, batch=1000, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.network, self.sample_shape, self.classes = network, tuple(shape), classes
        self.hidden, self.batch = hidden, batch
        self.average = WeightAverage(gamma)
        self.average.build_for(network.trainable_variables)
        self.random = keras.random.SeedGenerator(seed)
        self.mean_cost = keras.metrics.Mean(name="loss")
        self.guided = False  # whether the network is also asked without a label
        # numbers of the sampler that may change without another compilation
        self.steps = self.add_weight(
            shape=(), dtype="int32", initializer="ones", trainable=False, name="steps"
        )
        self.omega = self.add_weight(shape=(), initializer="ones", trainable=False, name="omega")

    def call(self, inputs, training=None):
        """What the network says about [x_t, t, label]."""
        return self.network(inputs, training=training)

    def check_targets(self, y):
        """Labels are classes: the number ``classes`` means that no label is given, and is not for ``fit``."""
        if self.classes:
            class_labels(y, self.classes)

    def train_step(self, data):
        """Learn from one mini-batch: x, or (x, y) with labels."""
        x, y = unweighted(data)
        n = ops.shape(x)[0]
        if (y is None) != (self.classes == 0):
            raise ValueError("A model with classes learns from fit(x, y), a model without from fit(x).")
        label = ops.zeros((n,), "int32")
        if y is not None:
            hide = keras.random.uniform((n,), seed=self.random) < self.hidden
            label = ops.where(hide, self.classes, ops.cast(ops.reshape(y, (-1,)), "int32"))
        # one time in each of n equal parts of [0, 1): their mean varies less than that of independent ones
        u = (ops.cast(ops.arange(n), "float32") + keras.random.uniform((n,), seed=self.random)) / n
        noise = keras.random.normal(ops.shape(x), seed=self.random)
        x_t, t, target = self.noisy(x, noise, u)

        def cost():
            # C(θ) = E ‖network(x_t, t, y) − target‖²
            return ops.mean((ops.cast(self([x_t, t, label], training=True), "float32") - target) ** 2)

        value, gradients = course.value_and_grad(cost, self.network.trainable_variables)
        self.optimizer.apply(gradients, self.network.trainable_variables)
        self.average.update(self.network.trainable_variables)
        self.mean_cost.update_state(value, sample_weight=n)
        return {"loss": self.mean_cost.result()}

    def noisy(self, x, noise, u):
        """x_t, t in [0, 1] for the network, and the target, at times chosen by u, uniform in [0, 1)."""
        raise NotImplementedError(f"{type(self).__name__} needs a method noisy(self, x, noise, u).")

    def step(self, i, x, label):
        """Step i = 0, 1, …, steps − 1 of the sampler: x with less noise."""
        raise NotImplementedError(f"{type(self).__name__} needs a method step(self, i, x, label).")

    def predict_step(self, data):
        """All steps of the sampler, one loop: {"x": noise, "label": labels} → samples."""
        inputs, _ = unweighted(data)
        # the first batch builds the model in a run without numbers, where torch may take ones for labels
        label = ops.minimum(inputs["label"], self.classes)
        return ops.fori_loop(
            0, ops.convert_to_tensor(self.steps), lambda i, x: self.step(i, x, label), inputs["x"]
        )

    def estimate(self, x, t, label):
        """The network at time t of all samples, with guidance if ω is not 1."""
        t = ops.broadcast_to(ops.cast(t, "float32"), ops.shape(x)[:1])
        if not self.guided:
            return ops.cast(self.network([x, t, label], training=False), "float32")
        twice = [ops.concatenate([a, a]) for a in (x, t)]
        labels = ops.concatenate([label, ops.full_like(label, self.classes)])
        told, untold = ops.split(ops.cast(self.network([*twice, labels], training=False), "float32"), 2)
        # (1 − ω) network(x_t, t, no label) + ω network(x_t, t, y)
        return untold + self.omega * (told - untold)

    def draw(self, size, rng, steps=50, label=None, omega=1.0):
        """Samples by ``steps`` steps.

        Args:
            size, rng: as in ``GenerativeModel``.
            steps: of the sampler, at least 1.
            label: one class, or one for each sample; None draws them uniformly.
            omega: ω.
        """
        if isinstance(steps, bool) or not isinstance(steps, Integral) or steps < 1:
            raise ValueError(f"steps must be at least 1 and a whole number, not {steps!r}.")
        self.steps.assign(steps)
        self.omega.assign(omega)
        self.guided = self.classes > 0 and omega != 1.0
        x = rng.normal(size=(size, *self.sample_shape)).astype("float32")
        labels = self._labels(size, rng, label)
        state = self.random.state
        before = ops.convert_to_numpy(state).copy()
        state.assign(ops.cast(rng.integers(0, 2**31, size=before.shape), state.dtype))
        try:
            with self.averaged():
                return self._in_batches(x, labels)
        finally:
            state.assign(before)  # drawing samples does not change how a training goes on

    def averaged(self):
        """A block in which the network has its averaged weights; before any training, the weights that it has."""
        if self.untrained():
            return contextlib.nullcontext()
        return self.average.swapped(self.network.trainable_variables)

    def untrained(self):
        """Whether there is no average of the weights yet."""
        return float(ops.convert_to_numpy(self.average.steps)) == 0

    def _labels(self, size, rng, label):
        if self.classes == 0:
            if label is not None:
                raise ValueError("This model was made without classes, so it takes no label.")
            return np.zeros(size, "int32")
        if label is None:
            label = rng.integers(0, self.classes, size=size)
        label = np.asarray(label)
        if label.ndim > 1 or label.size not in (1, size):
            raise ValueError(
                f"label is one class, or one for each of the {size} samples, not an array of the shape {label.shape}."
            )
        if not ((label >= 0) & (label <= self.classes) & (label == np.floor(label))).all():
            raise ValueError(f"label must be from 0 to {self.classes - 1}, or {self.classes} for no label.")
        return np.broadcast_to(label.astype("int32"), (size,)).copy()

    def _in_batches(self, x, labels):
        """Samples of the starts x; every batch has the same shape, so that the loop is compiled once."""
        size, batch = len(x), min(self.batch, len(x))
        more = -size % batch
        x, labels = np.concatenate([x, x[:more]]), np.concatenate([labels, labels[:more]])
        parts = [
            self.predict_on_batch({"x": x[i : i + batch], "label": labels[i : i + batch]})
            for i in range(0, len(x), batch)
        ]
        return np.concatenate([ops.convert_to_numpy(part) for part in parts])[:size]
