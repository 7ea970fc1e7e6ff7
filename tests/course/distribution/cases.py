"""What is trained on one device and on several, in the workers of test_jax.py and test_tensorflow.py.

A case makes a model and returns it with its data. The last batch of an epoch has one row: fewer than there are devices.
"""

import contextlib

import keras
import numpy as np
from keras import layers, ops

import course
from course.testing import set_weights
from tests.models import Classifier, PenaltyGAN, Targeted

ROWS, BATCH, EPOCHS = 49, 16, 2
RNG = np.random.default_rng(3)
X = RNG.normal(size=(ROWS, 4)).astype("float32")
Y = ((X[:, 0] > 0).astype("int32") + (X[:, 1] > 0)).astype("int32")
WEIGHT = (0.5 + (Y == 1)).astype("float32")
LOSS = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


class GivenNoise(PenaltyGAN):
    """The GAN with penalty and two optimizers; noise and mixing weights come with the data, no rows are mixed."""

    def __init__(self):
        super().__init__()
        self.generator = keras.Sequential([layers.Dense(8, activation="relu"), layers.Dense(2)])
        self.critic = keras.Sequential([layers.Dense(8, activation="tanh"), layers.Dense(1)])

    def train_step(self, data):
        real, z, mix = data

        def critic_loss():
            fake = ops.stop_gradient(self.generator(z))
            slope = course.grad(lambda x: ops.sum(self.critic(x)))(mix * real + (1 - mix) * fake)
            penalty = ops.mean((ops.sqrt(ops.sum(slope**2, axis=-1) + 1e-12) - 1) ** 2)
            return ops.mean(self.critic(fake)) - ops.mean(self.critic(real)) + 10 * penalty

        c_loss, gradients = course.value_and_grad(critic_loss, self.critic.trainable_variables)
        self.critic_optimizer.apply(gradients, self.critic.trainable_variables)
        g_loss, gradients = course.value_and_grad(
            lambda: -ops.mean(self.critic(self.generator(z))), self.generator.trainable_variables
        )
        self.generator_optimizer.apply(gradients, self.generator.trainable_variables)
        return {"critic_loss": c_loss, "generator_loss": g_loss}


class Curved(course.Model):
    """A step that uses ‖∇ℓ‖² of the whole batch in a loss, and a Hessian product."""

    def __init__(self):
        super().__init__()
        self.net = keras.Sequential([layers.Dense(5, activation="tanh"), layers.Dense(1)])

    def call(self, x):
        return self.net(x)

    def train_step(self, data):
        x, y = data
        weights = self.trainable_variables

        def loss():
            return ops.mean((self(x)[:, 0] - ops.cast(y, "float32")) ** 2)

        def flat_and_low():
            value, gradients = course.value_and_grad(loss, weights)
            return value + 0.3 * sum(ops.sum(g**2) for g in gradients)

        value, gradients = course.value_and_grad(flat_and_low, weights)
        products = course.hvp(loss, weights, gradients)
        self.optimizer.apply([g - 0.1 * p for g, p in zip(gradients, products, strict=True)], weights)
        return {"loss": value, "rows": ops.mean(self(x))}


class Normed(course.Model):
    """BatchNorm in the middle."""

    def __init__(self, synchronized=False):
        super().__init__()
        self.net = keras.Sequential(
            [
                layers.Dense(6, use_bias=False),
                layers.BatchNormalization(momentum=0.5, synchronized=synchronized, name="norm"),
                layers.ReLU(),
                layers.Dense(3),
            ]
        )

    def call(self, x, training=False):
        return self.net(x, training=training)


def _compiled(model, optimizer, **options):
    model.compile(optimizer, loss=LOSS, metrics=["accuracy"], **options)
    return model


def classifier():
    """The default step, an L2 penalty, sample weights, compiled metrics.

    Clipping by the global norm, decoupled decay, a schedule: of the global gradient, once.
    """
    schedule = keras.optimizers.schedules.CosineDecay(1e-2, 10)
    optimizer = keras.optimizers.AdamW(schedule, weight_decay=0.01, global_clipnorm=0.05)
    return _compiled(Classifier(), optimizer), (X, Y, WEIGHT)


def grouped():
    """Three steps in one call, and a shorter group at the end."""
    return _compiled(Classifier(), "sgd", steps_per_execution=3), (X, Y, None)


def gan():
    """Two optimizers, a gradient inside a gradient."""
    model = GivenNoise()
    model.compile()
    noise = np.random.default_rng(1)
    z, mix = noise.normal(size=(ROWS, 3)).astype("float32"), noise.uniform(size=(ROWS, 1)).astype("float32")
    return model, (X[:, :2], z, mix)


def curved():
    """Second derivatives with respect to weights."""
    model = Curved()
    model.compile("sgd")
    return model, (X, Y, None)


def target_network():
    """Variables that the step itself assigns."""
    model = Targeted()
    model.compile(keras.optimizers.SGD(0.05, momentum=0.9))
    return model, (X, X[:, 0], None)


CASES = {f.__name__: f for f in (classifier, grouped, gan, curved, target_network)}


def prepared(case):
    """The case's model, with weights that depend on nothing, and its data."""
    keras.utils.set_random_seed(0)
    model, data = case()
    batch = tuple(a[:BATCH] for a in data if a is not None)
    model.prepare(batch if len(batch) > 1 else batch[0])
    set_weights(model)
    return model, data


def numbers(model):
    """Weights and optimizers' state."""
    found = {f"{i} {v.name}": v.numpy() for i, v in enumerate(model.variables)}
    for k, optimizer in enumerate(model.optimizers):
        found |= {f"optimizer {k}, {i}": v.numpy() for i, v in enumerate(optimizer.variables)}
    return found


def trained(case, strategy=None, epochs=EPOCHS):
    """The numbers of a run: losses and metrics of each batch and epoch, then weights and optimizers' state."""
    with strategy or contextlib.nullcontext():
        model, data = prepared(case)
        found = {}

        class Record(keras.callbacks.Callback):
            def on_train_batch_end(self, batch, logs=None):
                found.update({f"batch {self.epoch}, {batch}, {k}": float(v) for k, v in logs.items()})

            def on_epoch_begin(self, epoch, logs=None):
                self.epoch = epoch

        fit(model, data, epochs, [Record()])
        found |= {k: np.array(v) for k, v in model.history.history.items()}
        return found | numbers(model)


def fit(model, data, epochs=EPOCHS, callbacks=None):
    """Keras's fit, in the order of the rows."""
    x, y, w = data
    model.fit(
        x, y, sample_weight=w, batch_size=BATCH, epochs=epochs, shuffle=False, verbose=0, callbacks=callbacks
    )


def judged(strategy=None):
    """Metrics and predictions of an untrained model on rows that do not divide evenly."""
    with strategy or contextlib.nullcontext():
        keras.utils.set_random_seed(0)
        model = Classifier()
        model.compile(loss=LOSS, metrics=["accuracy", keras.metrics.SparseTopKCategoricalAccuracy(2)])
        model.prepare((X[:BATCH], Y[:BATCH]))
        set_weights(model)
        logs = model.evaluate(X, Y, sample_weight=WEIGHT, batch_size=BATCH, verbose=0, return_dict=True)
        return {**logs, "outputs": model.predict(X, batch_size=BATCH, verbose=0)}


def said(make):
    """The sentence of the error that something raises."""
    try:
        make()
    except course.CourseError as e:
        return str(e)
    return "no error"


def trains_outside(model):
    """Train a model that was made elsewhere."""
    model.fit(X, Y, batch_size=BATCH, verbose=0)


def save_all(path, results):
    """Write ``{case: {who: {name: number}}}`` as one archive."""
    flat = {
        f"{c}/{w}/{k}": np.asarray(v)
        for c, whos in results.items()
        for w, found in whos.items()
        for k, v in found.items()
    }
    np.savez(path, **flat)


def load_all(path):
    """Read what ``save_all`` wrote."""
    found = {}
    with np.load(path) as file:
        for key in file:
            case, who, name = key.split("/", 2)
            found.setdefault(case, {}).setdefault(who, {})[name] = file[key]
    return found


def resumed(strategy, folder):
    """The numbers after an epoch on several devices and, saved and read, another on one."""
    path = folder / "written_on_several.keras"
    with strategy:
        model, data = prepared(classifier)
        fit(model, data, 1)
        model.save(path)
    model = keras.saving.load_model(path)
    fit(model, data, 1)
    return numbers(model)


def errors():
    """The sentences for what cannot be, by what it is."""
    strategy = course.strategy
    outside, _ = prepared(classifier)

    def nested():
        with strategy("data_parallel", devices=2), strategy("data_parallel", devices=2):
            pass

    def made_outside():
        with strategy("data_parallel", devices=2):
            trains_outside(outside)

    def small_batch():
        with strategy("data_parallel", devices=2):
            model, _ = prepared(classifier)
            model.fit(X, Y, batch_size=1, verbose=0)

    def cleared():
        with strategy("data_parallel", devices=2):
            keras.utils.clear_session()
            trains_outside(prepared(classifier)[0])

    asked = {
        "unknown": lambda: strategy("paralel"),
        "too many": lambda: strategy("data_parallel", devices=64),
        "no number": lambda: strategy("data_parallel", devices="4"),
        "none of four": lambda: strategy("none", devices=4),
        "no layout": lambda: strategy("model_parallel", devices=2),
        "layout of data_parallel": lambda: strategy("data_parallel", layout={".*": (None,)}),
        "nested": nested,
        "made outside": made_outside,
        "small batch": small_batch,
        "cleared": cleared,
        "model_parallel": lambda: strategy("model_parallel", devices=2, layout={".*": (None, "model")}),
    }
    return {"said": {name: said(make) for name, make in asked.items()}}
