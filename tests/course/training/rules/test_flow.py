"""What a step assigns inside ops.cond and its kin: the same on three backends, compiled, captured or eager."""

import keras
import numpy as np
import pytest
from keras import layers, ops

import course

X = np.array([[1.0, 2], [-5, 1], [3, 1], [2, -9]], "float32")  # batches of two: sums of -1 and -3


def branches(m, x):
    def yes():
        m.a.assign_add(1.0)
        return m.a + 0.0

    def no():
        m.b.assign_add(10.0)
        return m.a + m.b

    m.c.assign(m.c + ops.cond(ops.sum(x) > -2, yes, no))


def nested(m, x):
    def outer():
        m.a.assign_add(1.0)
        ops.cond(m.a > 1, lambda: m.b.assign_add(m.a), lambda: m.c.assign_add(m.a))

    ops.cond(ops.sum(x) > -9, outer, lambda: None)


def chosen(m, x):
    def add(variable):
        def branch(y):
            variable.assign_add(y)
            return y * 2

        return branch

    index = ops.cast(ops.sum(x) < -2, "int32")
    m.c.assign(m.c + ops.switch(index, [add(m.a), add(m.b)], ops.convert_to_tensor(3.0)))


def turns(m, x):
    def turn(i, y):
        m.a.assign(m.a * 2 + 1)
        return i + 1, y + m.a

    _, y = ops.while_loop(lambda i, y: m.a < 20, turn, (0, ops.convert_to_tensor(0.0)), maximum_iterations=4)
    m.b.assign(y)


def counted(m, x):
    def turn(i, y):
        m.a.assign_add(ops.cast(i, "float32"))
        return y + m.a

    m.b.assign(ops.fori_loop(0, 3, turn, ops.convert_to_tensor(0.0)))


def scanned(m, x):
    def turn(carry, row):
        m.a.assign(m.a + ops.sum(row))
        return carry + m.a, m.a * 1.0

    total, each = ops.scan(turn, ops.convert_to_tensor(0.0), x)
    m.b.assign(total)
    m.c.assign(m.c + each[0])


def mapped(m, x):
    def f(row):
        m.a.assign_add(1.0)
        return ops.sum(row) * m.a

    m.b.assign(ops.sum(ops.map(f, x)))


def in_a_loss(m, x):
    def loss():
        ops.cond(ops.sum(x) > -2, lambda: m.b.assign_add(1.0), lambda: m.c.assign_add(1.0))
        return ops.cond(m.b > 0, lambda: m.a * ops.sum(x), lambda: m.a)

    _, (gradient,) = course.value_and_grad(loss, [m.a])
    m.a.assign(m.a - gradient)


# After two batches, twice.
EXPECTED = {
    branches: [(1, 10, 12), (2, 20, 36)],
    nested: [(2, 2, 1), (4, 9, 1)],
    chosen: [(3, 3, 12), (6, 6, 24)],
    turns: [(31, 31, 0), (31, 0, 0)],
    counted: [(6, 13, 0), (12, 31, 0)],
    scanned: [(-4, -1, 6), (-8, -9, 4)],
    mapped: [(4, -16, 0), (8, -28, 0)],
    in_a_loss: [(4, 1, 1), (8, 2, 2)],
}


class Three(course.Model):
    def __init__(self, does):
        super().__init__()
        self.a, self.b, self.c = (self.add_weight(shape=(), initializer="zeros", name=n) for n in "abc")
        self.does = does
        self.used = keras.optimizers.SGD()  # its count says when torch captures the step

    def train_step(self, x):
        self.does(self, x)
        self.used.iterations.assign_add(1)
        return {"a": self.a}


@pytest.mark.parametrize("options", [{}, {"run_eagerly": True}, {"steps_per_execution": 2}], ids=str)
@pytest.mark.parametrize("does", EXPECTED, ids=lambda f: f.__name__)
def test_what_is_assigned_inside(does, options):
    model = Three(does)
    model.compile(**options)
    for captured in (False, True):
        for v in (model.a, model.b, model.c):
            v.assign(0.0)
        for expected in EXPECTED[does]:
            model.fit(X, batch_size=2, shuffle=False, verbose=0)
            assert tuple(float(v.numpy()) for v in (model.a, model.b, model.c)) == expected
        if not captured:
            model.used.iterations.assign(100)


def test_the_optimizer_that_scales_losses():
    """Adam in mixed precision: Keras's LossScaleOptimizer updates, or halves its scale, inside ops.cond."""
    keras.config.set_dtype_policy("mixed_float16")
    try:

        class Line(course.Model):
            def __init__(self):
                super().__init__()
                self.dense = layers.Dense(1, kernel_initializer="ones")

            def call(self, x):
                return self.dense(x)

        model = Line()
        model.compile(keras.optimizers.Adam(0.125), loss="mse")
        scaled = model.optimizer
        scaled.dynamic_growth_steps = 3
        model.fit(X / 64, X[:, :1] / 64, batch_size=4, epochs=4, verbose=0)
        assert (int(scaled.step_counter), float(scaled.dynamic_scale)) == (1, 2.0**16)
        np.testing.assert_allclose(model.dense.kernel.numpy()[1, 0], 0.53, atol=0.05)
        before = np.array(model.dense.kernel.numpy())
        model.fit(X * 1e4, X[:, :1], batch_size=4, verbose=0)
        assert (int(scaled.step_counter), float(scaled.dynamic_scale)) == (0, 2.0**15)
        np.testing.assert_array_equal(model.dense.kernel.numpy(), before)
    finally:
        keras.config.set_dtype_policy("float32")


def test_a_step_that_does_not_scale_its_loss_is_refused():
    """The optimizer would divide its gradients by 32,768; without the wrapper, or with a scaled loss, it trains."""

    class Own(course.Model):
        scaled = False

        def __init__(self):
            super().__init__(dtype="mixed_float16")
            self.dense = layers.Dense(1, kernel_initializer="ones")

        def train_step(self, x):
            def cost():
                value = ops.mean(self.dense(x) ** 2)
                return self.optimizer.scale_loss(value) if self.scaled else value

            value, gradients = course.value_and_grad(cost, self.trainable_variables)
            self.optimizer.apply(gradients, self.trainable_variables)
            return {"loss": value}

    model = Own()
    model.compile(keras.optimizers.SGD(0.125))
    with pytest.raises(ValueError, match=r"Own\.train_step: a LossScaleOptimizer divides the gradients"):
        model.fit(X, batch_size=4, verbose=0)
    kernels = []
    for scaled in (True, False):
        model = Own()
        model.scaled = scaled
        model.compile(keras.optimizers.SGD(0.125), auto_scale_loss=scaled)
        model.fit(X[:4] / 64, batch_size=4, verbose=0)
        kernels.append(model.dense.kernel.numpy())
    np.testing.assert_allclose(*kernels, atol=1e-4)


class Rematerialized(course.Model):
    """A block that is computed again for the gradient: it counts, averages and draws."""

    def __init__(self, again):
        super().__init__()
        self.dense = keras.layers.Dense(4, kernel_initializer=keras.initializers.RandomNormal(seed=1))
        self.norm = keras.layers.BatchNormalization()
        self.drop = keras.layers.Dropout(0.5, seed=7)
        self.count = self.add_weight(shape=(), initializer="zeros", trainable=False, name="count")
        self.again = again

    def block(self, x, times):
        self.count.assign_add(1.0)
        return self.drop(times * self.norm(self.dense(x), training=True) + 0.1 * self.count, training=True)

    def train_step(self, x):
        block = keras.remat(self.block) if self.again else self.block
        variables = self.trainable_variables
        loss, gradients = course.value_and_grad(lambda: ops.mean((block(x, times=2.0) - 1.0) ** 2), variables)
        self.optimizer.apply(gradients, variables)
        return {"loss": loss, "count": self.count}


@pytest.mark.parametrize("options", [{}, {"run_eagerly": True}, {"steps_per_execution": 4}], ids=str)
def test_what_is_computed_again_is_assigned_once(options):
    x = np.random.default_rng(0).normal(size=(24, 3)).astype("float32")
    epochs = 1 if options.get("run_eagerly") else 3  # on torch the step is captured within three
    found = []
    for again in (False, True):
        model = Rematerialized(again)
        model.compile(keras.optimizers.SGD(0.1), **options)
        history = model.fit(x, batch_size=6, epochs=epochs, shuffle=False, verbose=0).history
        found.append((history, model.dense.get_weights() + model.norm.get_weights()))
    (history, weights), (history_again, weights_again) = found
    assert history_again["count"] == [4.0, 8.0, 12.0][:epochs]
    np.testing.assert_allclose(history_again["loss"], history["loss"], rtol=1e-4)
    for a, b in zip(weights, weights_again, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


class Scanned(course.Model):
    """Outputs of another dtype and shape than the carry."""

    def __init__(self):
        super().__init__()
        self.w = self.add_weight(shape=(), initializer="ones", name="w")

    def train_step(self, x):
        def loss():
            total, (signs, pairs) = ops.scan(
                lambda c, z: (c + z * self.w, (ops.cast(z > 0, "int32"), ops.stack([z, c]))), 0.0 * x[0], x
            )
            steps, powers = ops.scan(
                lambda i, _: (i + 1, 2.0 ** ops.cast(i, "float32")), 0, None, 3, reverse=True
            )
            return total, (ops.sum(signs), ops.sum(pairs), steps, powers[0])

        (total, rest), (slope,) = course.value_and_grad(loss, [self.w], has_aux=True)
        return dict(
            zip(("total", "slope", "signs", "pairs", "steps", "power"), (total, slope, *rest), strict=True)
        )


@pytest.mark.parametrize("options", [{}, {"run_eagerly": True}], ids=str)
def test_outputs_of_a_scan_are_of_any_dtype(options):
    model = Scanned()
    model.compile(**options)
    got = model.train_on_batch(np.array([1.0, -2.0, 3.0], "float32"), return_dict=True)
    # The carries before each turn are 0, 1 and -1; the last of the reversed turns comes first.
    assert got == {"total": 2.0, "slope": 2.0, "signs": 2, "pairs": 2.0, "steps": 3, "power": 4.0}
