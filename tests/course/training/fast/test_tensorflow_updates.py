"""Updates in one kernel: Keras's numbers with every option, and nothing but Keras's own classes."""

import keras
import numpy as np
import pytest
from keras import layers, ops, optimizers

import course

if keras.backend.backend() != "tensorflow":
    pytest.skip("only TensorFlow has kernels for updates", allow_module_level=True)

from course.training.fast import tensorflow_updates

RNG = np.random.default_rng(2)
X = RNG.normal(size=(40, 4)).astype("float32")
Y = RNG.normal(size=(40, 1)).astype("float32")


class Net(course.Model):
    """A step with a loss that makes large and small gradients."""

    def __init__(self, constraint=None, dtype="float32"):
        super().__init__(dtype=dtype)
        self.hidden = layers.Dense(
            5, activation="tanh", dtype=dtype, kernel_initializer=keras.initializers.GlorotUniform(1)
        )
        self.out = layers.Dense(
            1,
            dtype=dtype,
            kernel_constraint=constraint,
            kernel_initializer=keras.initializers.GlorotUniform(2),
        )

    def call(self, x):
        return self.out(self.hidden(x))


class Halved(optimizers.Adam):
    """A student's own update."""

    def update_step(self, gradient, variable, learning_rate):
        self.assign_sub(variable, ops.cast(learning_rate, variable.dtype) * gradient / 2)


@pytest.fixture
def ways(monkeypatch):
    """Train with the kernels and without: weights, slots, and how often the kernels were asked for."""

    known = tensorflow_updates._KERNELS

    def both(make, net=Net, **compiled):
        results = []
        for kernels in (known, {}):
            made = []

            def noted(kernel, made=made):
                return lambda *args: made.append(kernel(*args)) or made[-1]

            kernels = {kind: noted(kernel) for kind, kernel in kernels.items()}
            monkeypatch.setattr(tensorflow_updates, "_KERNELS", kernels)
            model = net()
            model.compile(make(), "mse", **compiled)
            model.fit(X, Y, batch_size=8, epochs=4, shuffle=False, verbose=0)
            values = [*model.get_weights(), *(ops.convert_to_numpy(v) for v in model.optimizer.variables)]
            results.append((values, sum(m is not None for m in made)))
        (got, calls), (wanted, none) = results
        assert none == 0
        assert len(got) == len(wanted)
        for a, b in zip(got, wanted, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-4, atol=2e-5)
        return calls

    return both


SCHEDULE = optimizers.schedules.ExponentialDecay(0.1, 3, 0.5)
FUSED = {
    "adam": lambda: optimizers.Adam(0.05),
    "adam, other betas": lambda: optimizers.Adam(0.05, beta_1=0.5, beta_2=0.7, epsilon=1e-2),
    "adamw": lambda: optimizers.AdamW(0.05, weight_decay=0.1),
    "clipped": lambda: optimizers.Adam(0.05, clipnorm=0.01, epsilon=1e-2),
    "clipped globally": lambda: optimizers.SGD(0.5, global_clipnorm=0.1),
    "clipped values": lambda: optimizers.SGD(0.5, clipvalue=0.02),
    "averaged": lambda: optimizers.Adam(0.05, use_ema=True, ema_momentum=0.5, ema_overwrite_frequency=3),
    "accumulated": lambda: optimizers.Adam(0.05, gradient_accumulation_steps=3),
    "scaled": lambda: optimizers.SGD(0.1, loss_scale_factor=8.0),
    "scheduled": lambda: optimizers.Adam(SCHEDULE),
    "function": lambda: optimizers.SGD(lambda: 0.2),
    "sgd": lambda: optimizers.SGD(0.1),
    "momentum": lambda: optimizers.SGD(SCHEDULE, momentum=0.9),
    "nesterov": lambda: optimizers.SGD(0.1, momentum=0.9, nesterov=True, weight_decay=0.1),
}
GENERAL = {
    "amsgrad": lambda: optimizers.Adam(0.05, amsgrad=True),
    "rmsprop": lambda: optimizers.RMSprop(0.05),
    "own": lambda: Halved(0.05),
}


@pytest.mark.parametrize("make", FUSED.values(), ids=FUSED)
def test_kernels_have_keras_formulas(ways, make):
    assert ways(make) > 0


@pytest.mark.parametrize("make", GENERAL.values(), ids=GENERAL)
def test_what_has_no_kernel_is_left_to_keras(ways, make):
    assert ways(make) == 0


def test_float64_constraint_and_eager(ways):
    assert ways(FUSED["adam"], lambda: Net(keras.constraints.UnitNorm())) > 0
    assert ways(FUSED["momentum"], lambda: Net(dtype="float64")) > 0
    assert ways(FUSED["adam"], run_eagerly=True) > 0


def test_two_optimizers_and_mixed_precision(ways):
    class Two(Net):
        def __init__(self):
            super().__init__()
            self.second = optimizers.Adam(0.01)

        def train_step(self, data):
            x, y = data
            variables = self.trainable_variables
            loss, gradients = course.value_and_grad(lambda: ops.mean((self(x) - y) ** 2), variables)
            self.optimizer.apply(gradients[:2], variables[:2])
            self.second.apply(gradients[2:], variables[2:])
            return {"loss": loss}

    assert ways(FUSED["momentum"], Two) == 2
    assert ways(FUSED["sgd"], lambda: Net(dtype="mixed_bfloat16")) > 0


def test_the_optimizer_is_as_it_was_afterwards():
    model = Net()
    model.compile(optimizers.Adam(0.05), "mse")
    model.fit(X, Y, verbose=0)
    assert "_backend_update_step" not in vars(model.optimizer)
    assert int(model.optimizer.iterations) == 2
