"""Every optimizer, written from its equation, against Keras's own and against its equation in NumPy."""

import keras
import numpy as np
import pytest
from keras import ops

import course
from course.testing import assert_close
from units.u03_optimization import adadelta, adagrad, adam, adamw, momentum, nadam, nesterov, rmsprop, sgd

STEPS = 100
SHAPES = ((3, 2), (4,))
# Fractions of 2, so that 1 − β_2 and 1 − αλ are exact: Keras's own rounds them differently on different backends,
# and in 100 steps that grows to a few 1e-6.
BETA_2, RATE, DECAY = 1 - 2.0**-10, 2.0**-6, 0.25

# name: ours, Keras's own
PAIRS = {
    "sgd": (lambda **k: sgd.SGD(**k), lambda **k: keras.optimizers.SGD(**k)),
    "momentum": (
        lambda **k: momentum.Momentum(momentum=0.8, **k),
        lambda **k: keras.optimizers.SGD(momentum=0.8, **k),
    ),
    "nesterov": (
        lambda **k: nesterov.Nesterov(momentum=0.8, **k),
        lambda **k: keras.optimizers.SGD(momentum=0.8, nesterov=True, **k),
    ),
    "adagrad": (lambda **k: adagrad.Adagrad(**k), lambda **k: keras.optimizers.Adagrad(**k)),
    "rmsprop": (lambda **k: rmsprop.RMSprop(**k), lambda **k: keras.optimizers.RMSprop(**k)),
    "rmsprop_centered_momentum": (
        lambda **k: rmsprop.RMSprop(centered=True, momentum=0.7, epsilon=1e-3, **k),
        lambda **k: keras.optimizers.RMSprop(centered=True, momentum=0.7, epsilon=1e-3, **k),
    ),
    "adadelta": (lambda **k: adadelta.Adadelta(**k), lambda **k: keras.optimizers.Adadelta(**k)),
    "adam": (lambda **k: adam.Adam(**k), lambda **k: keras.optimizers.Adam(**k)),
    "adamw": (
        lambda **k: adamw.AdamW(weight_decay=DECAY, **k),
        lambda **k: keras.optimizers.AdamW(weight_decay=DECAY, **k),
    ),
    "nadam": (
        lambda **k: nadam.Nadam(beta_2=BETA_2, **k),
        lambda **k: keras.optimizers.Nadam(beta_2=BETA_2, **k),
    ),
}
SCHEDULE = {"initial_learning_rate": 0.05, "decay_steps": 30, "decay_rate": 0.5}


def gradients(steps=STEPS, seed=3):
    """One list of arrays for each step: of different sizes, some entries mostly zero."""
    rng = np.random.default_rng(seed)
    scale = [10.0 ** rng.uniform(-2, 1, s) for s in SHAPES]
    rare = [rng.uniform(size=s) < 0.3 for s in SHAPES]
    return [
        [
            np.asarray(k * rng.normal(0.3, 1, s) * np.where(r, rng.uniform() < 0.1, 1), "float32")
            for k, r, s in zip(scale, rare, SHAPES, strict=True)
        ]
        for _ in range(steps)
    ]


def walk(optimizer, steps, read=()):
    """Apply the same gradients to the same start; the values of the variables at the end, and at ``read``."""
    rng = np.random.default_rng(4)
    variables = [keras.Variable(rng.normal(size=s).astype("float32")) for s in SHAPES]
    seen = []
    for t, g in enumerate(steps):
        optimizer.apply([ops.convert_to_tensor(x) for x in g], variables)
        if t in read:
            seen.append([v.numpy().copy() for v in variables])
    seen.append([v.numpy().copy() for v in variables])
    return seen


def compare(name, steps, atol=1e-6, read=(0, 1, 9), **common):
    mine, theirs = (walk(make(**common), gradients(steps), read) for make in PAIRS[name])
    for at, (a, b) in enumerate(zip(mine, theirs, strict=True)):
        for x, y in zip(a, b, strict=True):
            assert_close(x, y, rtol=1e-6, atol=atol, name=f"{name}, reading {at}")
    start = np.random.default_rng(4).normal(size=SHAPES[0])
    assert np.abs(mine[-1][0] - start).max() > 2e-4  # they went somewhere


@pytest.mark.parametrize("name", PAIRS)
def test_equals_keras_over_100_steps(name):
    compare(name, STEPS, learning_rate=RATE)


@pytest.mark.parametrize("name", PAIRS)
def test_equals_keras_with_a_schedule_clipped_gradients_and_weight_decay(name):
    schedule = keras.optimizers.schedules.ExponentialDecay(**SCHEDULE)
    decay = {} if name == "adamw" else {"weight_decay": DECAY}
    compare(name, 15, learning_rate=schedule, clipnorm=0.7, **decay)


@pytest.mark.parametrize("name", ["momentum", "adamw"])
def test_equals_keras_with_a_global_clipnorm(name):
    compare(name, 12, learning_rate=0.05, global_clipnorm=0.5)


def test_defaults_are_those_of_keras():
    ours = [sgd.SGD, adagrad.Adagrad, rmsprop.RMSprop, adadelta.Adadelta, adam.Adam, adamw.AdamW, nadam.Nadam]
    for cls in ours:
        mine = cls(name="o").get_config()
        theirs = getattr(keras.optimizers, cls.__name__)(name="o").get_config()
        shared = set(mine) & set(theirs)
        assert {k: mine[k] for k in shared} == {k: theirs[k] for k in shared}


def test_adam_by_hand():
    """Two steps of one number, in float64."""
    optimizer = adam.Adam(0.1, beta_1=0.8, beta_2=0.9, epsilon=1e-3)
    w = keras.Variable(1.0)
    v = s = 0.0
    expected = 1.0
    for t, g in enumerate([2.0, -0.5], start=1):
        optimizer.apply([ops.convert_to_tensor(np.float32(g))], [w])
        v, s = 0.8 * v + 0.2 * g, 0.9 * s + 0.1 * g * g
        a = 0.1 * np.sqrt(1 - 0.9**t) / (1 - 0.8**t)
        expected -= a * v / (np.sqrt(s) + 1e-3)
    assert_close(w, expected)


def test_nesterov_is_momentum_with_the_gradient_ahead():
    """The textbook form, with the gradient at φ + β v, walks on θ = φ + β v."""
    h, alpha, beta = np.array([1.0, 8.0]), 0.1, 0.9
    w = keras.Variable(np.float32([1, -2]))
    optimizer = nesterov.Nesterov(alpha, beta)
    phi, v = np.array([1.0, -2.0]), np.zeros(2)
    for _ in range(25):
        optimizer.apply([w * ops.convert_to_tensor(h.astype("float32"))], [w])
        v = beta * v - alpha * h * (phi + beta * v)
        phi = phi + v
        assert_close(w, phi + beta * v, atol=1e-5)


def test_adamw_spares_what_is_excluded_and_differs_from_a_penalty():
    def after(**options):
        optimizer = adamw.AdamW(0.1, weight_decay=0.5)
        if options:
            optimizer.exclude_from_weight_decay(**options)
        w, b = keras.Variable([2.0], name="kernel"), keras.Variable([2.0], name="bias")
        for _ in range(3):
            optimizer.apply([ops.zeros(1), ops.zeros(1)], [w, b])
        return float(w.numpy()[0]), float(b.numpy()[0])

    assert after() == pytest.approx((2 * 0.95**3,) * 2)
    assert after(var_names=["bias"]) == pytest.approx((2 * 0.95**3, 2.0))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: momentum.Momentum(momentum=1.0), "momentum"),
        (lambda: nesterov.Nesterov(momentum=-0.1), "momentum"),
        (lambda: adagrad.Adagrad(initial_accumulator_value=-1), "initial_accumulator_value"),
        (lambda: adagrad.Adagrad(epsilon=0), "epsilon"),
        (lambda: rmsprop.RMSprop(rho=1), "rho"),
        (lambda: adadelta.Adadelta(rho="half"), "rho"),
        (lambda: adam.Adam(beta_1=1.0), "beta_1"),
        (lambda: adam.Adam(beta_2=-0.5), "beta_2"),
        (lambda: nadam.Nadam(epsilon=float("nan")), "epsilon"),
        (lambda: adamw.AdamW(weight_decay=None), "weight_decay"),
        (lambda: adamw.AdamW(weight_decay=-1), "weight_decay"),
    ],
)
def test_impossible_hyperparameters(make, message):
    with pytest.raises(ValueError, match=f"{message} must be a number"):
        make()


@pytest.mark.parametrize("name", PAIRS)
def test_config_makes_the_same_optimizer(name):
    schedule = keras.optimizers.schedules.ExponentialDecay(**SCHEDULE)
    first = PAIRS[name][0](learning_rate=schedule, clipnorm=0.5)
    again = keras.optimizers.deserialize(keras.optimizers.serialize(first))
    assert type(again) is type(first)
    assert again.get_config() == first.get_config()
    steps = gradients(3)
    for x, y in zip(walk(first, steps)[0], walk(again, steps)[0], strict=True):
        np.testing.assert_array_equal(x, y)


class Line(course.Model):
    """y = θᵀx with the squared loss, trained by the seam."""

    def __init__(self, **options):
        super().__init__(**options)
        self.dense = keras.layers.Dense(1, kernel_initializer="zeros")

    def build(self, shape):
        self.dense.build(shape)

    def call(self, x):
        return self.dense(x)

    def train_step(self, data):
        x, y = data
        value, gradients = course.value_and_grad(
            lambda: ops.mean(ops.square(self(x) - y)), self.trainable_variables
        )
        self.optimizer.apply(gradients, self.trainable_variables)
        return {"loss": value}


keras.saving.register_keras_serializable("medl_test")(Line)


@pytest.mark.parametrize("make", [PAIRS["nadam"][0], PAIRS["adamw"][0]], ids=["nadam", "adamw"])
def test_compiled_fit_and_its_state_survives_saving(make, tmp_path):
    """Four epochs at once are two, saved and loaded, and two more: the optimizer's state came along."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(32, 3)).astype("float32")
    y = x @ np.float32([[1], [-2], [0.5]])

    def train(model, epochs):
        model.fit(x, y, batch_size=8, epochs=epochs, shuffle=False, verbose=0)
        return model

    def fresh():
        model = Line()
        model.compile(optimizer=make(learning_rate=0.05))
        return model

    at_once = train(fresh(), 4)
    train(fresh(), 2).save(tmp_path / "line.keras")
    resumed = keras.models.load_model(tmp_path / "line.keras")
    assert type(resumed.optimizer) is type(at_once.optimizer)
    assert int(resumed.optimizer.iterations) == 8
    train(resumed, 2)
    for a, b in zip(at_once.get_weights(), resumed.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
    assert np.abs(at_once.get_weights()[0]).min() > 0.1


def test_a_lookup_table_gives_sparse_gradients_on_some_backends():
    table = keras.layers.Embedding(6, 2, embeddings_initializer="ones")
    table.build()
    words = np.array([[1, 4], [4, 4]])
    _, gradients = course.value_and_grad(lambda: ops.sum(table(words) ** 2), table.trainable_variables)
    adagrad.Adagrad(0.5).apply(gradients, table.trainable_variables)
    moved = np.abs(table.trainable_variables[0].numpy() - 1).sum(axis=1) > 0
    assert moved.tolist() == [False, True, False, False, True, False]
